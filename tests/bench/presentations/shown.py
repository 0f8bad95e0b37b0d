"""A moment as the camera gives it, with what a landmark network would say of it; and where places lie in the frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.challenge import Action
from appliance.liveness.face.colour_sequence import Colour
from appliance.liveness.face.frame import FaceFrame
from drivers.contracts import Pixels
from tests.bench.presentations.subject import Subject

Plane = NDArray[np.float32]
LANDMARK_NOISE = 0.006
"""Half heads: what landmark networks shake by from frame to frame."""
_EYE_WIDE, _LID_TOP, _NEAR = 0.15, -0.17, 0.32
"""Half heads: half an eye's width with its corners, where a lid's skin begins above its middle, and what may move."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`passed_s` since the presentation began; `asked` since when; `colour`: by passed time, what the screen showed."""

    taken_s: float
    passed_s: float
    asked: Action | None
    asked_since_s: float
    colour: Callable[[float], Colour | None]


@dataclass(frozen=True, slots=True)
class View:
    """Half heads to the frame's pixels."""

    unit_px: float
    x_px: float
    y_px: float

    def places(self, left: int, top: int, right: int, bottom: int) -> tuple[Plane, Plane]:
        x = (np.arange(left, right, dtype=np.float32) - self.x_px) / self.unit_px
        y = (np.arange(top, bottom, dtype=np.float32) - self.y_px) / self.unit_px
        across, down = np.meshgrid(x, y)
        return np.asarray(across, np.float32), np.asarray(down, np.float32)

    def part(self, reach_x: float, reach_y: float, height: int, width: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of what may move, inside the frame."""
        return (
            max(0, round(self.x_px - reach_x * self.unit_px)),
            max(0, round(self.y_px - reach_y * self.unit_px)),
            min(width, round(self.x_px + reach_x * self.unit_px)),
            min(height, round(self.y_px + reach_y * self.unit_px)),
        )


def pictured(picture: Any, unit_px: float, middle_px: tuple[float, float], x: Plane, y: Plane) -> Any:
    """A picture, of whatever kind, looked up at places (H, W)."""
    map_x, map_y = x * unit_px + middle_px[0], y * unit_px + middle_px[1]
    return cv2.remap(
        picture, np.asarray(map_x, np.float32), np.asarray(map_y, np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def with_face_moved(x: Plane, y: Plane, subject: Subject, blink: float, smile: float) -> tuple[Plane, Plane]:
    """Where skin comes from that was drawn over an eye or pulled aside with the mouth; changes the planes in place."""
    for side, (eye_x, eye_y) in zip((-1.0, 1.0), subject.eyes, strict=True):
        if blink > 0.01:
            part = _around(x, y, eye_x, eye_y)
            y[part] = _with_lid_down((x[part] - eye_x) * side, y[part] - eye_y, blink) + eye_y
        if smile > 0.01:
            wide, line = subject.mouth
            part = _around(x, y, side * wide, line)
            away = np.square((x[part] - side * (wide + 0.02)) / 0.12) + np.square((y[part] - line) / 0.10)
            pull = 0.05 * smile * np.exp(-0.5 * away)
            x[part] -= side * pull
            y[part] += pull
    return x, y


def _around(x: Plane, y: Plane, at_x: float, at_y: float) -> tuple[slice, slice]:
    """The rows and columns that hold what lies near a place."""
    near = (np.abs(x - at_x) < _NEAR) & (np.abs(y - at_y) < _NEAR)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _with_lid_down(across: Plane, down: Plane, blink: float) -> Plane:
    """The skin between brow and lid is drawn down with the lashes, over what lay open."""
    inside = np.clip(1.0 - np.square(across / _EYE_WIDE), 0.0, 1.0)
    line = down + 0.06 * across
    upper, lower = -0.062 * inside**0.75, 0.042 * inside**0.85 + 0.012
    lid = upper + blink * (lower - upper)
    drawn_down = _LID_TOP + (line - _LID_TOP) * (upper - _LID_TOP) / (lid - _LID_TOP)
    covered = (line > _LID_TOP) & (line < lid) & (inside > 0.0)
    return np.asarray(np.where(covered, down + drawn_down - line, down), np.float32)


def as_frame(
    pixels: Pixels,
    taken_s: float,
    seen: tuple[Plane, Plane],
    view: View,
    doing: tuple[float, float],
    random: np.random.Generator,
) -> FaceFrame:
    """`seen`: where the landmarks are, in half heads. `doing`: blink and smile, as they are."""
    points = np.full((len(seen[0]), 3), np.nan, np.float32)
    noise = LANDMARK_NOISE * random.standard_normal((len(points), 2))
    points[:, 0] = (seen[0] + noise[:, 0]) * view.unit_px + view.x_px
    points[:, 1] = (seen[1] + noise[:, 1]) * view.unit_px + view.y_px
    points[:, 2] = 0.0
    blink, smile = (float(np.clip(each + random.normal(0.05, 0.05), 0.0, 1.0)) for each in doing)
    return FaceFrame(
        pixels,
        taken_s,
        points,
        {"eyeBlinkLeft": blink, "eyeBlinkRight": blink, "mouthSmileLeft": smile, "mouthSmileRight": smile},
    )
