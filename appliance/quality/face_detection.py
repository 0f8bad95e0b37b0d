"""Finds upright frontal faces with OpenCV's Haar cascades (Viola and Jones, IJCV 57(2), 2004). No judgement.

Two cascades vote. Missing a second person is the worse mistake, so `find_others` looks harder: tilted and in profile.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from appliance.quality.haar import load_cascade
from drivers.contracts import Pixels

SEARCH_EDGE_PX = 480
OTHERS_EDGE_PX = 320
LEAST_FACE_PX = 24
STEP = 1.1
VOTES = 12
"""Of both cascades together. On seeded variations of reference portraits the most that a chin or a tie got is 9."""
PROFILE_VOTES = 12
TILTS_DEG = (-18.0, 18.0)
_SAME_FACE_OVERLAP = 0.25


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Brows to chin, about; pixels of the whole image."""

    left: int
    top: int
    side: int
    votes: int

    @property
    def area(self) -> int:
        return self.side * self.side


class FaceDetector:
    """Holds the cascades, which take a moment to load. Not for use by two threads at once."""

    def __init__(self) -> None:
        self._frontal = (
            load_cascade("haarcascade_frontalface_default.xml"),
            load_cascade("haarcascade_frontalface_alt2.xml"),
        )
        self._profile = load_cascade("haarcascade_profileface.xml")

    def find(self, grey: Pixels) -> list[FaceBox]:
        """The faces in (H, W) uint8, the largest first."""
        return self._frontal_faces(grey, SEARCH_EDGE_PX)

    def find_others(self, grey: Pixels, known: FaceBox) -> list[FaceBox]:
        """Further faces that a plain look misses: heads that are tilted or turned away, apart from `known`."""
        small, scale = _shrunk(grey, OTHERS_EDGE_PX)
        found = self.find_tilted(grey)
        for mirrored in (False, True):
            seen = np.ascontiguousarray(small[:, ::-1]) if mirrored else small
            for left, top, side, votes in _detect(self._profile, seen, PROFILE_VOTES):
                from_left = small.shape[1] - left - side if mirrored else left
                found.append(_scaled(from_left, top, side, votes, scale))
        apart = [box for box in found if _overlap(box, known) == 0.0]
        return _without_doubles(apart)

    def find_tilted(self, grey: Pixels) -> list[FaceBox]:
        """Faces of heads that lean to a side, which a plain look misses; the largest first."""
        small, scale = _shrunk(grey, OTHERS_EDGE_PX)
        return _without_doubles([box for tilt in TILTS_DEG for box in self._tilted_faces(small, scale, tilt)])

    def _tilted_faces(self, small: Pixels, scale: float, tilt_deg: float) -> list[FaceBox]:
        """Looks at the picture turned about its middle, and turns what it finds back."""
        height, width = small.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt_deg, 1.0)
        turned = cv2.warpAffine(small, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        back = cv2.invertAffineTransform(turn)
        found = []
        for box in self._frontal_faces(np.asarray(turned, np.uint8), OTHERS_EDGE_PX):
            middle = back @ np.asarray([box.left + box.side / 2, box.top + box.side / 2, 1.0])
            left, top = middle - box.side / 2
            found.append(_scaled(left, top, box.side, box.votes, scale))
        return found

    def _frontal_faces(self, grey: Pixels, edge_px: int) -> list[FaceBox]:
        small, scale = _shrunk(grey, edge_px)
        first, second = ([_scaled(*found, scale) for found in _detect(cascade, small, 3)] for cascade in self._frontal)
        summed = [
            FaceBox(box.left, box.top, box.side, box.votes + max((o.votes for o in other if _same(box, o)), default=0))
            for boxes, other in ((first, second), (second, first))
            for box in boxes
        ]
        return _without_doubles([box for box in summed if box.votes >= VOTES])


def _shrunk(grey: Pixels, edge_px: int) -> tuple[Pixels, float]:
    """The picture at most `edge_px` long, and how much larger the whole one is."""
    scale = max(1.0, max(grey.shape) / edge_px)
    if scale == 1.0:
        return np.ascontiguousarray(grey), 1.0
    size = (max(1, round(grey.shape[1] / scale)), max(1, round(grey.shape[0] / scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _detect(cascade: cv2.CascadeClassifier, small: Pixels, votes: int) -> list[tuple[int, int, int, int]]:
    boxes, counts = cascade.detectMultiScale2(
        small, scaleFactor=STEP, minNeighbors=votes, minSize=(LEAST_FACE_PX, LEAST_FACE_PX)
    )
    return [(int(box[0]), int(box[1]), int(box[2]), int(count)) for box, count in zip(boxes, counts, strict=True)]


def _scaled(left: float, top: float, side: float, votes: int, scale: float) -> FaceBox:
    return FaceBox(round(left * scale), round(top * scale), round(side * scale), votes)


def _without_doubles(boxes: list[FaceBox]) -> list[FaceBox]:
    """One box a face, the one with most votes; the largest face first."""
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda box: box.votes, reverse=True):
        if not any(_same(box, other) for other in kept):
            kept.append(box)
    return sorted(kept, key=lambda box: box.area, reverse=True)


def _same(one: FaceBox, other: FaceBox) -> bool:
    return _overlap(one, other) > _SAME_FACE_OVERLAP


def _overlap(one: FaceBox, other: FaceBox) -> float:
    """Of the smaller box, how much lies in the other."""
    across = min(one.left + one.side, other.left + other.side) - max(one.left, other.left)
    down = min(one.top + one.side, other.top + other.side) - max(one.top, other.top)
    return max(0, across) * max(0, down) / max(1, min(one.area, other.area))
