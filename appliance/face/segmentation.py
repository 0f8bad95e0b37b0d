"""Who is person and who is background, by MediaPipe's Selfie Segmentation."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.face.network import Network
from appliance.face.picture import red_green_blue, require_picture, shrunk
from drivers.contracts import Pixels

EDGE_PX: Final = 256
WIDE_HEIGHT_PX: Final = 144
_WIDE: Final = 4 / 3
"""From which ratio of width to height on the network for wide pictures fits better, and takes half the time."""
_WHITE: Final = np.float32(1 / 255)


class PersonSegmenter:
    """Holds both networks. One thread at a time."""

    def __init__(self, network_file: bytes, wide_network_file: bytes) -> None:
        """Raises ModelError `model-invalid`."""
        edge, low = EDGE_PX, WIDE_HEIGHT_PX
        self._network = Network(network_file, takes=(1, edge, edge, 3), gives=((1, edge, edge, 1),))
        self._wide = Network(wide_network_file, takes=(1, low, edge, 3), gives=((1, low, edge, 1),))

    def small_mask(self, pixels: Pixels) -> NDArray[np.float32]:
        """(256, 256), or (144, 256) for a wide picture, float32: how certainly a person is there, from 0 to 1.

        It covers the whole of (h, w) grey or (h, w, 3) B, G, R uint8, however the sides are. Raises QualityError.
        """
        require_picture(pixels)
        height, width = pixels.shape[:2]
        is_wide = width >= _WIDE * height
        small = red_green_blue(shrunk(pixels, EDGE_PX, WIDE_HEIGHT_PX if is_wide else EDGE_PX))
        (mask,) = (self._wide if is_wide else self._network)(np.multiply(small, _WHITE, dtype=np.float32)[None])
        return np.clip(mask[0, :, :, 0], 0, 1)

    def mask(self, pixels: Pixels) -> NDArray[np.float32]:
        """As `small_mask`, in the picture's own size: (h, w). Raises QualityError."""
        small = self.small_mask(pixels)
        return np.asarray(cv2.resize(small, pixels.shape[1::-1]), np.float32)
