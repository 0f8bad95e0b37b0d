"""A drawn person's head, hair, neck and shoulders as shaded shapes. Lengths in half heads: crown -1, chin 1."""

from __future__ import annotations

import cv2
import numpy as np

from drivers.simulated.drawn.paint import Canvas, Colour, Field, bump, ellipse, lay, light, shade, soft
from drivers.simulated.drawn.person import Person

EDGE = 0.02


def paint_body(canvas: Canvas, x: Field, y: Field, unit_px: float, person: Person) -> None:
    """Shoulders, collar and neck, with the chin's shadow."""
    slope = 1.34 + 0.30 * np.clip(np.abs(x) - 0.34, 0.0, None) ** 0.9 + 0.20 * np.clip(np.abs(x) - 1.15, 0.0, None) ** 2
    roundness = np.sqrt(np.clip(1.0 - (x / 1.75) ** 2, 0.0, 1.0))
    shoulders = soft(np.maximum(slope - y, np.abs(x) - 1.72 + 0.12 * np.exp(-2.0 * (y - 1.9))), 0.03)
    folds = 0.03 * np.sin(7.0 * x + 2.0 * np.sin(3.0 * y)) * np.clip(y - 1.6, 0.0, 1.0)
    cloth = light(np.asarray(0.55 * roundness + folds - 0.35 * np.exp(-3.0 * (y - slope)), np.float32), unit_px)
    lay(canvas, shoulders, np.asarray(person.clothes, np.float32) * cloth[..., None])
    neck_width = 0.37 + 0.10 * np.clip(y - 1.05, 0.0, 1.0) ** 2
    collar = 1.50 + 0.16 * np.cos(np.clip(x / 0.46, -1, 1) * np.pi * 0.5)
    neck = soft(np.maximum(np.abs(x) - neck_width, np.maximum(0.55 - y, y - collar)), 0.03)
    column = np.sqrt(np.clip(1.0 - (x / (neck_width * 1.12)) ** 2, 0.0, 1.0))
    tone = light(np.asarray(0.40 * column, np.float32), unit_px) * (1.0 - 0.38 * bump(x, y, (0.0, 0.98), (0.5, 0.17)))
    lay(canvas, neck, np.asarray(person.skin, np.float32) * tone[..., None])
    hem = soft(np.abs(y - collar) - 0.022, 0.02) * soft(np.abs(x) - 0.45, 0.05)
    lay(canvas, 0.8 * hem, tuple(0.7 * c for c in person.clothes))


def paint_head(canvas: Canvas, x: Field, y: Field, unit_px: float, person: Person) -> None:
    """Ears and face, shaded as a relief."""
    for side in (-1.0, 1.0):
        ear = ellipse(x, y, (side * person.head_width * 0.985, person.eye_line + 0.16), (0.085, 0.20))
        lay(canvas, soft(ear, EDGE), tuple(0.84 * c for c in person.skin))
        fold = ellipse(x, y, (side * person.head_width * 0.995, person.eye_line + 0.14), (0.040, 0.12))
        shade(canvas, 1.0 - 0.22 * soft(fold, 0.05))
    reach = _reach(x, y, person)
    dome = np.sqrt(np.clip(1.0 - reach**2, 0.0, 1.0))
    tone = light(np.asarray(0.62 * dome + _relief(x, y, person), np.float32), unit_px)
    tone *= 1.0 - 0.22 * np.clip((reach - 0.80) / 0.20, 0.0, 1.0) ** 2
    skin = np.asarray(person.skin, np.float32) * tone[..., None]
    for side in (-1.0, 1.0):
        blush = 0.10 * bump(x, y, (side * 0.40, 0.33), (0.15, 0.12))
        skin *= 1.0 - blush[..., None] * np.asarray((1.0, 0.8, 0.0), np.float32)
    lay(canvas, soft(np.asarray((reach - 1.0) * 0.8, np.float32), EDGE), skin)


def paint_hair_behind(canvas: Canvas, x: Field, y: Field, person: Person, random: np.random.Generator) -> None:
    if person.long_hair:
        fall = np.maximum(ellipse(x, y, (0.0, 0.14), (person.head_width * 1.19, 1.27)), y - 1.12 - 0.05 * np.cos(9 * x))
        lay(canvas, soft(np.asarray(fall, np.float32), 0.05), _strands(x, y, person.hair, random, 0.72))


def paint_hair_before(canvas: Canvas, x: Field, y: Field, person: Person, random: np.random.Generator) -> None:
    """The hair over the forehead's edge and the temples."""
    outline = ellipse(x, y, (0.0, -0.14), (person.head_width * 1.07, 0.965))
    sweep = (x - person.parting) / person.head_width
    hairline = -0.60 + 0.13 * np.abs(sweep) ** 1.5 + 0.03 * np.sin(5.0 * sweep)
    temple = 0.16 if not person.long_hair else 0.55
    sides = np.abs(x) - person.head_width * (0.90 + 0.03 * np.clip(y + 0.3, 0.0, 1.0))
    uncovered = np.minimum(y - hairline, np.maximum(-sides, y - temple))
    cap = soft(np.asarray(np.maximum(outline, uncovered), np.float32), 0.045)
    shade(canvas, 1.0 - 0.22 * soft(np.asarray(np.maximum(outline, uncovered - 0.05), np.float32), 0.16))
    lay(canvas, cap, _strands(x, y, person.hair, random, 1.0))


def _reach(x: Field, y: Field, person: Person) -> Field:
    """1 on the head's outline, 0 in its middle; the jaw is narrower than the temples."""
    narrow = 1.0 - person.jaw * np.clip((y - 0.05) / 0.95, 0.0, 1.2) ** 1.7
    sideways = np.abs(x) / (person.head_width * narrow)
    return np.asarray((sideways**2.25 + np.abs(y) ** 2.25) ** (1.0 / 2.25), np.float32)


def _relief(x: Field, y: Field, person: Person) -> Field:
    """What stands out of the head's dome and what lies deep."""
    relief = 0.085 * bump(x, y, (0.0, 0.27), (0.075, 0.085)) + 0.060 * bump(x, y, (0.0, 0.10), (0.055, 0.16))
    relief += 0.020 * bump(x, y, (0.0, 0.84), (0.14, 0.09)) - 0.012 * bump(x, y, (0.0, 0.72), (0.14, 0.05))
    relief += 0.016 * bump(x, y, (0.0, person.mouth_line), (0.20, 0.09))
    relief -= 0.008 * bump(x, y, (0.0, 0.47), (0.022, 0.05))
    for side in (-1.0, 1.0):
        relief += 0.032 * bump(x, y, (side * person.nose_width * 0.78, 0.325), (0.042, 0.042))
        relief -= 0.040 * bump(x, y, (side * person.eye_distance * 0.47, person.eye_line - 0.02), (0.15, 0.085))
        relief += 0.022 * bump(x, y, (side * 0.29, person.eye_line - person.brow_height), (0.17, 0.06))
        relief += 0.026 * bump(x, y, (side * 0.40, 0.27), (0.14, 0.11))
    return np.asarray(relief, np.float32)


def _strands(x: Field, y: Field, hair: Colour, random: np.random.Generator, tone: float) -> Canvas:
    """Hair combed outwards from the crown, with a sheen."""
    noise = random.standard_normal((64, 720), dtype=np.float32)
    angle = (np.arctan2(x, y + 1.25) / np.pi * 0.5 + 0.5) * 719
    along = np.clip(np.hypot(x, y + 1.25) * 16.0, 0, 63)
    streaks = cv2.remap(noise, angle.astype(np.float32), along.astype(np.float32), cv2.INTER_LINEAR)
    sheen = 0.45 * bump(x, y, (-0.22, -0.80), (0.34, 0.10))
    strength = tone * (1.0 + 0.16 * streaks + sheen * (1.0 + 0.3 * streaks))
    return np.asarray((np.asarray(hair, np.float32) + 10.0) * strength[..., None], np.float32)
