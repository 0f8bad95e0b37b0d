"""Finds faces with BlazeFace's full-range network: a box and six points for each.

Bazarevsky et al., *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs*, 2019; the full-range network has
one anchor at each of 48 by 48 places, four pixels apart, of a picture of 192 by 192.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.face.network import Network
from appliance.face.overlap import merged
from appliance.face.picture import red_green_blue, require_picture, shrunk
from drivers.contracts import Pixels

EDGE_PX: Final = 192
LEAST_SCORE: Final = 0.5
SAME_FACE_OVERLAP: Final = 0.3
_STRIDE_PX: Final = 4
_CELLS: Final = EDGE_PX // _STRIDE_PX
_ANCHORS: Final = np.stack(np.meshgrid(np.arange(_CELLS), np.arange(_CELLS)), axis=-1).reshape(-1, 1, 2).astype(
    np.float32
) * _STRIDE_PX + np.float32(_STRIDE_PX / 2)
_HALF: Final = np.float32(127.5)


class Keypoint(IntEnum):
    """The rows of `DetectedFace.keypoints`. Left and right are as seen in the picture."""

    LEFT_EYE = 0
    RIGHT_EYE = 1
    NOSE_TIP = 2
    MOUTH = 3
    LEFT_EAR = 4
    RIGHT_EAR = 5


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """`score`: 0 to 1. `box`: (4,) float32, left, top, right, bottom. `keypoints`: (6, 2) float32, x and y; in pixels.

    A box is square, reaches from the brows to the chin, and may stand out of the picture.
    """

    score: float
    box: NDArray[np.float32]
    keypoints: NDArray[np.float32]

    @property
    def edge_px(self) -> float:
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))

    @property
    def centre(self) -> NDArray[np.float32]:
        """(2,): x and y."""
        return np.asarray((self.box[:2] + self.box[2:]) / 2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """All that the network took for a face, many for each: `scores` (n,), `places` (n, 8, 2) float32.

    A row's places are its box's centre, its box's width and height, and its six keypoints, in pixels.
    """

    scores: NDArray[np.float32]
    places: NDArray[np.float32]

    @property
    def boxes(self) -> NDArray[np.float32]:
        half = self.places[:, 1] / 2
        return np.concatenate([self.places[:, 0] - half, self.places[:, 0] + half], axis=1)

    def moved(self, x_px: float, y_px: float) -> Candidates:
        places = self.places.copy()
        places[:, [0, *range(2, 8)]] += np.array([x_px, y_px], np.float32)
        return Candidates(self.scores, places)

    def __getitem__(self, rows: NDArray[np.bool_]) -> Candidates:
        return Candidates(self.scores[rows], self.places[rows])

    def faces(self) -> list[DetectedFace]:
        """One for each face, the most certain first."""
        found = []
        for best, rows, weights in merged(self.boxes, self.scores, SAME_FACE_OVERLAP):
            place = np.tensordot(weights, self.places[rows], 1)
            box = np.concatenate([place[0] - place[1] / 2, place[0] + place[1] / 2])
            found.append(DetectedFace(float(self.scores[best]), np.asarray(box, np.float32), place[2:]))
        return found


class FaceDetector:
    """Holds the network. One thread at a time."""

    def __init__(self, network_file: bytes) -> None:
        """Raises ModelError `model-invalid`."""
        edge, anchors = EDGE_PX, _CELLS * _CELLS
        self._network = Network(network_file, takes=(1, edge, edge, 3), gives=((1, anchors, 16), (1, anchors, 1)))

    def detect(self, pixels: Pixels, least_score: float = LEAST_SCORE) -> list[DetectedFace]:
        """The faces in (h, w) grey or (h, w, 3) B, G, R uint8, in one look at the whole, the most certain first.

        A face has to be about a twentieth as wide as the picture to be seen. Raises QualityError.
        """
        return self.candidates(pixels, least_score).faces()

    def candidates(self, pixels: Pixels, least_score: float = LEAST_SCORE) -> Candidates:
        """As `detect`, before what belongs together is put together. Raises QualityError."""
        require_picture(pixels)
        height, width = pixels.shape[:2]
        scale = EDGE_PX / max(height, width)
        small_width, small_height = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (EDGE_PX - small_width) // 2, (EDGE_PX - small_height) // 2
        values = np.full((1, EDGE_PX, EDGE_PX, 3), -1, np.float32)
        small = red_green_blue(shrunk(pixels, small_width, small_height))
        values[0, top : top + small_height, left : left + small_width] = small / _HALF - 1
        raw, logits = self._network(values)
        certain = logits[0, :, 0] >= np.log(least_score / (1 - least_score))
        scores = 1 / (1 + np.exp(-np.clip(logits[0, certain, 0], -80, 80)))
        places = raw[0, certain].reshape(-1, 8, 2)
        places[:, [0, *range(2, 8)]] += _ANCHORS[certain]
        places[:, [0, *range(2, 8)]] -= np.array([left, top], np.float32)
        places *= np.array([width / small_width, height / small_height], np.float32)
        places[:, [0, *range(2, 8)]] -= np.float32(0.5)  # the network counts from a pixel's corner
        whole = (places[:, 1] > 0).all(axis=1) & np.isfinite(places).all(axis=(1, 2))
        return Candidates(np.asarray(scores, np.float32), np.asarray(places, np.float32))[whole]
