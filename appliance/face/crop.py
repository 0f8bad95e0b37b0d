"""The square that a network looks at: where it lies in the picture, how large it is and how far it is turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.face.detection import DetectedFace, Keypoint
from appliance.face.mesh_places import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from drivers.contracts import Pixels

_AROUND_DETECTION: Final = 1.5
"""MediaPipe's: from a box of brows and chin to one of the whole head."""
_AROUND_LANDMARKS: Final = 1.35
"""MediaPipe has 1.5. On four annotated faces the points come closer, and stay closer, with less around them."""
_FARTHEST_PX: Final = 1e6


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """`x_px`, `y_px`: its middle. `edge_px`: its edge in the picture. `turn_rad`: clockwise as seen."""

    x_px: float
    y_px: float
    edge_px: float
    turn_rad: float

    @property
    def is_possible(self) -> bool:
        """Whether anything can be looked at there."""
        values = (self.x_px, self.y_px, self.edge_px, self.turn_rad)
        return all(math.isfinite(value) and abs(value) < _FARTHEST_PX for value in values) and self.edge_px >= 1

    def to_picture(self, edge_px: int) -> NDArray[np.float64]:
        """(2, 3): takes a place in the crop, `edge_px` wide, to its place in the picture."""
        scale = self.edge_px / edge_px
        cosine, sine = math.cos(self.turn_rad) * scale, math.sin(self.turn_rad) * scale
        half = edge_px / 2
        return np.array(
            [
                [cosine, -sine, self.x_px - half * (cosine - sine)],
                [sine, cosine, self.y_px - half * (sine + cosine)],
            ]
        )

    def taken_from(self, pixels: Pixels, edge_px: int) -> Pixels:
        """(edge, edge) or (edge, edge, 3): the crop upright, black where it stands out of the picture."""
        matrix = self.to_picture(edge_px)
        times = int(self.edge_px / edge_px)
        if times >= 2:  # each pixel of the crop stands for several: means keep fine lines from flickering
            pixels, matrix = _made_smaller(pixels, matrix, edge_px, times)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(pixels, matrix, (edge_px, edge_px), flags=flags), np.uint8)

    def moved(self, right: float, down: float) -> FaceCrop:
        """By parts of its edge."""
        return FaceCrop(self.x_px + right * self.edge_px, self.y_px + down * self.edge_px, self.edge_px, self.turn_rad)


def around_detection(face: DetectedFace) -> FaceCrop:
    """Upright by the line of the eyes."""
    right, down = face.keypoints[Keypoint.RIGHT_EYE] - face.keypoints[Keypoint.LEFT_EYE]
    x, y = face.centre
    return FaceCrop(float(x), float(y), _AROUND_DETECTION * face.edge_px, math.atan2(down, right))


def around_landmarks(points: NDArray[np.float32]) -> FaceCrop:
    """Where to look next, out of (478, 2 or more) points in pixels: upright by the outer corners of the eyes."""
    places = np.asarray(points[:, :2], np.float64)
    right, down = places[RIGHT_EYE_CORNERS[1]] - places[LEFT_EYE_CORNERS[0]]
    turn = math.atan2(down, right)
    upright = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    turned = places @ upright
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y = upright @ ((low + high) / 2)
    return FaceCrop(float(x), float(y), _AROUND_LANDMARKS * float((high - low).max()), turn)


def _made_smaller(
    pixels: Pixels, matrix: NDArray[np.float64], edge_px: int, times: int
) -> tuple[Pixels, NDArray[np.float64]]:
    """The part of the picture that the crop lies in, `times` smaller, and the matrix that belongs to it."""
    corners = np.array([[0, 0, 1], [edge_px, 0, 1], [0, edge_px, 1], [edge_px, edge_px, 1]]) @ matrix.T
    limits = np.array(pixels.shape[1::-1])
    # Wider by two of the small pixels, so that none of the crop's is mixed with what lies beside the part.
    low = np.clip(np.floor(corners.min(axis=0)) - 2 * times, 0, np.maximum(limits - times, 0)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2 * times, low + 1, limits).astype(int)
    small_size = np.maximum((high - low) // times, 1)
    (left, top), (right, bottom) = low, np.minimum(low + small_size * times, limits)
    part = np.asarray(pixels[top:bottom, left:right], np.uint8)
    small = np.asarray(cv2.resize(part, tuple(small_size.tolist()), interpolation=cv2.INTER_AREA), np.uint8)
    by = np.array([right - left, bottom - top]) / small_size
    shift = (matrix[:, 2] - low + 0.5) / by - 0.5
    return small, np.column_stack([matrix[:, :2] / by[:, None], shift])
