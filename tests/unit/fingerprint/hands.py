"""Hands as they lie on a slap scanner, drawn from a seed: how long, how wide, how spread, where they touch the glass.

Fingers' tips lie below one another as Chatzioglou, Pinar and Govsa measured (Anat Cell Biol 57, 2024); lengths and
breadths are set by hand, of the order of adults', with a scale that reaches from children of six to large men. All in
millimetres in the hand's own frame: x from the index to the little finger of a right hand, y towards the tips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

LENGTH_MM = (72.0, 79.5, 74.0, 59.0)
BASE_MM = (-3.2, 0.0, -5.3, -15.9)
"""Where the fingers part, from the middle finger's."""
BREADTH_MM = (16.6, 16.8, 15.8, 13.8)
DISTAL_MM = (24.5, 26.0, 25.5, 22.5)
"""From the tip to the first joint's crease."""


@dataclass(frozen=True)
class Pad:
    """Where a phalanx touches the glass. `tilt_deg`: of its axis from the hand's, to the little finger's side."""

    x_mm: float
    y_mm: float
    tilt_deg: float
    width_mm: float
    length_mm: float
    pressure: float


@dataclass(frozen=True)
class Finger:
    """`number`: 0 the index to 3 the little finger; 4 is a thumb beside them. `pads`: the tip first, then what lies
    below its crease."""

    number: int
    pads: tuple[Pad, ...]


def four_fingers(rng: np.random.Generator, scale: float | None = None) -> tuple[Finger, ...]:
    """A right hand's; mirrored, a left one's."""
    size = scale if scale is not None else float(np.clip(rng.normal(1.0, 0.09), 0.66, 1.25))
    spread_deg = float(np.clip(rng.normal(1.5, 2.5), -1.0, 9.0))
    pitch_mm = float(rng.normal(17.2, 0.8)) * size
    flat = rng.random()
    pressing = float(rng.normal(0.0, 0.06))
    deviation_mm = float(rng.normal(0.0, 2.0))
    """How far the hand is bent sideways: the whole row of tips leans."""
    drawn = [_finger(rng, number, size, spread_deg, pitch_mm, flat, pressing, deviation_mm) for number in range(4)]
    return tuple(_side_by_side(drawn, float(rng.uniform(-0.4, 1.0))))


def _side_by_side(fingers: Sequence[Finger], gap_mm: float) -> list[Finger]:
    """Moved apart where they would lie on one another: skin gives way to skin. A gap below nothing: they touch."""
    placed: list[Finger] = []
    for finger in fingers:
        shift = 0.0
        for before in placed[-1].pads if placed else ():
            for pad in finger.pads:
                beside_mm = before.x_mm + np.tan(np.radians(before.tilt_deg)) * (pad.y_mm - before.y_mm)
                least = beside_mm + (pad.width_mm + before.width_mm) / 2 + gap_mm
                shift = max(shift, float(least - pad.x_mm))
        placed.append(Finger(finger.number, tuple(replace(pad, x_mm=pad.x_mm + shift) for pad in finger.pads)))
    return placed


def _finger(
    rng: np.random.Generator,
    number: int,
    size: float,
    spread_deg: float,
    pitch_mm: float,
    flat: float,
    pressing: float,
    deviation_mm: float,
) -> Finger:
    place = number - 1.5
    tilt = spread_deg * place + float(rng.normal(0.0, 1.2))
    length = LENGTH_MM[number] * size * float(rng.normal(1.0, 0.03))
    base = BASE_MM[number] * size + float(rng.normal(0.0, 1.5)) + deviation_mm * place / 1.5
    breadth = BREADTH_MM[number] * size * float(rng.normal(1.0, 0.05))
    along = np.array([np.sin(np.radians(tilt)), np.cos(np.radians(tilt))])
    tip = np.array([place * pitch_mm, base]) + along * length
    contact = float(np.clip(rng.normal(0.88 + pressing, 0.06), 0.68, 1.02))
    begins = float(np.clip(rng.normal(2.0, 1.2), 0.0, 5.0))
    ends = DISTAL_MM[number] * size * float(rng.normal(1.0, 0.05)) - float(rng.uniform(0.0, 3.5))
    darkness = float(np.clip(rng.normal(0.75, 0.15), 0.35, 1.0))
    centre = tip - along * (begins + ends) / 2
    pads = [Pad(float(centre[0]), float(centre[1]), tilt, breadth * contact, ends - begins, darkness)]
    if rng.random() < 0.35 + 0.5 * flat:
        pads.append(_below(rng, tip, along, tilt, breadth, DISTAL_MM[number] * size, length, darkness))
    return Finger(number, tuple(pads))


def _below(
    rng: np.random.Generator,
    tip: np.ndarray[tuple[int], np.dtype[np.float64]],
    along: np.ndarray[tuple[int], np.dtype[np.float64]],
    tilt: float,
    breadth: float,
    distal: float,
    length: float,
    darkness: float,
) -> Pad:
    begins = distal + float(rng.uniform(-1.0, 3.0))
    ends = distal + float(rng.uniform(0.45, 1.0)) * (length - distal) * 0.55
    centre = tip - along * (begins + ends) / 2
    width = breadth * float(rng.uniform(0.55, 0.95))
    return Pad(float(centre[0]), float(centre[1]), tilt, width, ends - begins, darkness * float(rng.uniform(0.4, 1.0)))


def with_thumb(rng: np.random.Generator, fingers: Sequence[Finger]) -> tuple[Finger, ...]:
    """The thumb lies beside the index finger, lower."""
    index = fingers[0].pads[0]
    size = index.width_mm / 14.6
    x = index.x_mm - (index.width_mm / 2 + 11.0 * size + float(rng.uniform(1.0, 8.0)))
    y = index.y_mm - float(rng.uniform(15.0, 35.0)) * size
    pad = Pad(x, y, float(rng.uniform(-35.0, 5.0)), 17.5 * size, 24.0 * size, index.pressure)
    return (Finger(4, (pad,)), *fingers)


def two_thumbs(rng: np.random.Generator) -> tuple[Finger, ...]:
    """The left one first, which lies on the left."""
    size = float(np.clip(rng.normal(1.0, 0.09), 0.66, 1.25))
    apart = float(rng.uniform(24.0, 46.0)) * max(size, 0.8)
    return tuple(_alone(rng, number, size, sign * apart / 2, 21.0, 30.0) for number, sign in enumerate((-1, 1)))


def two_indexes(rng: np.random.Generator) -> tuple[Finger, ...]:
    """The left one first, which lies on the left."""
    size = float(np.clip(rng.normal(1.0, 0.09), 0.66, 1.25))
    apart = float(rng.uniform(19.0, 44.0)) * max(size, 0.8)
    return tuple(_alone(rng, number, size, sign * apart / 2, 16.6, 24.5) for number, sign in enumerate((-1, 1)))


def _alone(rng: np.random.Generator, number: int, size: float, x: float, breadth: float, distal: float) -> Finger:
    contact = float(np.clip(rng.normal(0.88, 0.06), 0.7, 1.0))
    length = distal * size * float(rng.normal(0.95, 0.05)) - float(rng.uniform(0.0, 4.0))
    tilt = float(rng.normal(0.0, 5.0))
    darkness = float(np.clip(rng.normal(0.75, 0.15), 0.35, 1.0))
    return Finger(number, (Pad(x, float(rng.normal(0.0, 4.0)), tilt, breadth * size * contact, length, darkness),))
