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
    """Where skin comes from that was drawn over an eye or pulled aside with the mouth."""
    for eye_x, eye_y in subject.eyes:
        if blink > 0.01:
            over = np.exp(-0.5 * (((x - eye_x) / 0.16) ** 4 + ((y - eye_y) / 0.075) ** 4))
            y = np.asarray(y - 0.115 * blink * over, np.float32)
    if smile > 0.01:
        wide, line = subject.mouth
        for side in (-1.0, 1.0):
            pull = smile * np.exp(-0.5 * (((x - side * (wide + 0.02)) / 0.12) ** 2 + ((y - line) / 0.10) ** 2))
            x, y = np.asarray(x - side * 0.05 * pull, np.float32), np.asarray(y + 0.05 * pull, np.float32)
    return x, y


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
