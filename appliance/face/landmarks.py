"""478 points of a face by MediaPipe's Face Mesh V2 (with irises), and whether there is a face at all.

The network looks at a crop of 256 by 256 that is turned upright, and says the points in the crop's pixels; depth is
in the same unit, smaller towards the camera, with no fixed zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.face.crop import FaceCrop, around_landmarks
from appliance.face.network import Network, probability
from appliance.face.picture import red_green_blue, require_picture
from drivers.contracts import Pixels

POINTS: Final = 478
EDGE_PX: Final = 256
_WHITE: Final = np.float32(1 / 255)
_SETTLING: Final = 3
_LOOKS: Final = ((-0.03, -0.03), (0.03, -0.03), (-0.03, 0.03), (0.03, 0.03))
"""By which parts of its edge the crop is moved: errors that come from where pixels happen to fall average out."""


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """`points`: (478, 3) float32, x, y and depth in the picture's pixels. `presence`: 0 to 1, that this is a face."""

    points: NDArray[np.float32]
    presence: float

    @property
    def box(self) -> NDArray[np.float32]:
        """(4,): left, top, right, bottom."""
        places = self.points[:, :2]
        return np.concatenate([places.min(axis=0), places.max(axis=0)])


class FaceLandmarker:
    """Holds the network. One thread at a time."""

    def __init__(self, network_file: bytes) -> None:
        """Raises ModelError `model-invalid`."""
        gives = ((1, 1, 1, 3 * POINTS), (1, 1, 1, 1), (1, 1))
        self._network = Network(network_file, takes=(1, EDGE_PX, EDGE_PX, 3), gives=gives)

    def locate(self, pixels: Pixels, crop: FaceCrop) -> Landmarks:
        """One look at (h, w) grey or (h, w, 3) B, G, R uint8. With little presence the points mean nothing.

        Raises QualityError.
        """
        require_picture(pixels)
        if not crop.is_possible:
            return Landmarks(np.zeros((POINTS, 3), np.float32), 0.0)
        seen = red_green_blue(crop.taken_from(pixels, EDGE_PX))
        raw, logit, _ = self._network(np.multiply(seen, _WHITE, dtype=np.float32)[None])
        places = raw.reshape(POINTS, 3)
        matrix = crop.to_picture(EDGE_PX).astype(np.float32)
        points = np.empty((POINTS, 3), np.float32)
        points[:, :2] = places[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        points[:, 2] = places[:, 2] * np.float32(crop.edge_px / EDGE_PX)
        return Landmarks(points, probability(float(logit.ravel()[0])))

    def settle(self, pixels: Pixels, crop: FaceCrop) -> Landmarks:
        """As `locate`, looked at again where the points were until the crop fits: for a face that is new."""
        seen = self.locate(pixels, crop)
        for _ in range(_SETTLING):
            seen = self.locate(pixels, around_landmarks(seen.points))
        return seen

    def locate_carefully(self, pixels: Pixels, crop: FaceCrop) -> Landmarks:
        """The mean of several looks from crops beside one that fits: for a picture that is kept, not for a preview."""
        settled = self.settle(pixels, crop)
        fitting = around_landmarks(settled.points)
        looks = [self.locate(pixels, fitting.moved(right, down)) for right, down in _LOOKS]
        points = np.stack([look.points for look in looks]).mean(axis=0)
        return Landmarks(np.asarray(points, np.float32), float(np.mean([look.presence for look in looks])))
