"""Where the eyes are, roughly, for the roll of the head and the distance between the eyes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.quality.face_detection import FaceBox
from appliance.quality.haar import load_cascade
from drivers.contracts import Pixels

FACE_EDGE_PX = 200
VOTES = 5
_LARGEST_SLOPE_DEG = 30.0


@dataclass(frozen=True, slots=True)
class Eyes:
    """Centres as the picture shows them, x to the right and y down, pixels of the whole image."""

    left: tuple[float, float]
    right: tuple[float, float]

    @property
    def distance_px(self) -> float:
        return math.dist(self.left, self.right)

    @property
    def roll_deg(self) -> float:
        """Positive when the eye on the picture's right is the lower one."""
        return math.degrees(math.atan2(self.right[1] - self.left[1], self.right[0] - self.left[0]))

    def enlarged(self, by: float) -> Eyes:
        """The same eyes in a picture that is larger by so much."""
        return Eyes((self.left[0] * by, self.left[1] * by), (self.right[0] * by, self.right[1] * by))


class EyeFinder:
    """Not for use by two threads at once."""

    def __init__(self) -> None:
        self._cascade = load_cascade("haarcascade_eye.xml")

    def find(self, grey: Pixels, face: FaceBox) -> Eyes | None:
        """Both eyes of a face in (H, W) uint8; None unless both are found."""
        top, left = max(0, face.top), max(0, face.left)
        patch = grey[top : face.top + round(face.side * 0.65), left : face.left + face.side]
        if min(patch.shape) < FACE_EDGE_PX // 10:
            return None
        scale = FACE_EDGE_PX / face.side
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(patch, None, fx=scale, fy=scale, interpolation=way), np.uint8)
        boxes, votes = self._cascade.detectMultiScale2(
            small, scaleFactor=1.1, minNeighbors=VOTES, minSize=(28, 28), maxSize=(80, 80)
        )
        best: dict[bool, tuple[int, tuple[float, float]]] = {}
        for (x, y, width, height), count in zip(boxes, votes, strict=True):
            middle = (float(x + width / 2), float(y + height / 2))
            if middle[1] < 0.2 * FACE_EDGE_PX:
                continue
            on_right = middle[0] > FACE_EDGE_PX / 2
            if on_right not in best or best[on_right][0] < count:
                best[on_right] = (int(count), middle)
        if len(best) < 2:
            return None
        eyes = Eyes(*((x / scale + left, y / scale + top) for x, y in (best[False][1], best[True][1])))
        plausible = 0.25 < eyes.distance_px / face.side < 0.65 and abs(eyes.roll_deg) < _LARGEST_SLOPE_DEG
        return eyes if plausible else None
