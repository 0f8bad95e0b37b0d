"""A drawn person's eyes, brows, nose and mouth, painted on a shaded head. Lengths in half heads."""

from __future__ import annotations

import numpy as np

from drivers.simulated.drawn.paint import Canvas, Field, bump, ellipse, lay, shade, soft
from drivers.simulated.drawn.person import Person

EYE_HALF_WIDTH = 0.135
EDGE = 0.012


def paint_features(canvas: Canvas, x: Field, y: Field, person: Person, random: np.random.Generator) -> None:
    """Paints in place."""
    for side in (-1.0, 1.0):
        _eye(canvas, x, y, person, side)
        _brow(canvas, x, y, person, side, random)
    _nose(canvas, x, y, person)
    _mouth(canvas, x, y, person)


def _eye(canvas: Canvas, x: Field, y: Field, person: Person, side: float) -> None:
    across = (x - side * person.eye_distance / 2) * side
    inside = np.clip(1.0 - (across / EYE_HALF_WIDTH) ** 2, 0.0, 1.0)
    # The outer corner sits a little higher than the inner one.
    line = y - person.eye_line + 0.06 * across
    upper, lower = -0.062 * inside**0.75, 0.042 * inside**0.85
    opening = np.asarray(np.maximum(upper - line, line - lower), np.float32)
    shade(canvas, 1.0 - 0.20 * bump(across, line, (0.0, -0.085), (0.13, 0.05)))
    mask = soft(opening, EDGE) * soft(np.abs(across) - EYE_HALF_WIDTH, EDGE)
    lay(canvas, mask, (222.0, 226.0, 232.0))
    iris = mask * soft(ellipse(across, line, (0.0, -0.012), (0.058, 0.058)), EDGE)
    reach = np.hypot(across, line + 0.012) / 0.058
    lay(canvas, iris, np.asarray(person.iris, np.float32) * (1.25 - 0.65 * reach**3)[..., None])
    lay(canvas, mask * soft(ellipse(across, line, (0.0, -0.012), (0.026, 0.026)), EDGE), (14.0, 12.0, 12.0))
    glint = soft(ellipse(x - side * person.eye_distance / 2, line, (-0.018, -0.032), (0.012, 0.012)), EDGE)
    lay(canvas, mask * glint, (250.0, 250.0, 250.0))
    shade(canvas, 1.0 - 0.35 * mask * np.clip((upper + 0.035 - line) / 0.035, 0.0, 1.0))
    corner = soft(np.abs(across) - EYE_HALF_WIDTH * 1.04, EDGE)
    lash = soft(np.abs(line - upper) - 0.011, EDGE) * corner
    lay(canvas, 0.9 * lash, (26.0, 24.0, 28.0))
    lay(canvas, 0.30 * soft(np.abs(line - lower) - 0.004, EDGE) * corner, (50.0, 50.0, 80.0))
    crease = soft(np.abs(line - upper * 1.35 + 0.022) - 0.004, EDGE) * corner
    shade(canvas, 1.0 - 0.32 * crease)


def _brow(canvas: Canvas, x: Field, y: Field, person: Person, side: float, random: np.random.Generator) -> None:
    across = (x - side * person.eye_distance / 2) * side
    middle = person.eye_line - person.brow_height - 0.035 * (1.0 - ((across - 0.03) / 0.20) ** 2)
    thickness = 0.030 * np.clip(1.05 - (across + 0.17) / 0.46, 0.25, 1.0)
    mask = soft(np.abs(y - middle) - thickness, 0.03) * soft(np.abs(across - 0.01) - 0.19, 0.04)
    hairs = 0.82 + 0.18 * random.standard_normal(mask.shape, dtype=np.float32)
    lay(canvas, np.asarray(mask * np.clip(hairs, 0.3, 1.0) * 0.86, np.float32), tuple(0.8 * c for c in person.hair))


def _nose(canvas: Canvas, x: Field, y: Field, person: Person) -> None:
    for side in (-1.0, 1.0):
        nostril = bump(x, y, (side * person.nose_width * 0.50, 0.375), (0.030, 0.013))
        lay(canvas, 0.72 * nostril, tuple(0.28 * c for c in person.skin))
        wing = bump(x, y, (side * person.nose_width * 1.0, 0.335), (0.016, 0.045))
        shade(canvas, 1.0 - 0.20 * wing)
    shade(canvas, 1.0 - 0.16 * bump(x, y, (0.0, 0.41), (0.13, 0.022)))


def _mouth(canvas: Canvas, x: Field, y: Field, person: Person) -> None:
    half, full = person.mouth_width, person.lip_fullness
    inside = np.clip(1.0 - (x / half) ** 2, 0.0, 1.0)
    parting = person.mouth_line + 0.010 * np.cos(x / half * np.pi) * inside - 0.012 * (1.0 - inside)
    bow = 1.0 - 0.28 * bump(x, y, (0.0, person.mouth_line - full), (0.035, 0.2))
    top, bottom = parting - full * 0.85 * inside**0.7 * bow, parting + full * 1.15 * inside**0.6
    within = soft(np.abs(x) - half, 0.02)
    tint = np.asarray(person.skin, np.float32) * np.asarray((0.66, 0.62, 0.86), np.float32)
    upper = soft(np.maximum(top - y, y - parting), 0.025) * within
    lower = soft(np.maximum(parting - y, y - bottom), 0.025) * within
    lay(canvas, 0.85 * upper, tuple(float(c) for c in 0.84 * tint))
    lay(canvas, 0.80 * lower, tuple(float(c) for c in 1.02 * tint))
    shine = bump(x, y, (-0.04, person.mouth_line + 0.6 * full), (0.09, 0.016))
    lay(canvas, 0.30 * lower * shine, (235.0, 235.0, 245.0))
    line = soft(np.abs(y - parting) - 0.005, 0.014) * soft(np.abs(x) - half * 1.03, 0.03)
    lay(canvas, 0.85 * line, tuple(0.26 * c for c in person.skin))
    shade(canvas, 1.0 - 0.18 * bump(x, y, (0.0, person.mouth_line + full * 1.9), (0.16, 0.025)))
