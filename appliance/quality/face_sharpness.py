"""How sharp a face is: our own measure, by another name than the standard's, which is a trained forest's."""

from __future__ import annotations

import cv2
import numpy as np

from drivers.contracts import Pixels

FACE_EDGE_PX = 160


def face_sharpness(face_grey: Pixels) -> float:
    """From the (H, W) uint8 box of a face: edge energy at a fixed size for its contrast, 0 (smooth) upwards.

    The same for a dark and a light face; falls with every blur.
    """
    side = min(FACE_EDGE_PX, max(8, *face_grey.shape))
    small = cv2.resize(face_grey, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    # A small average keeps a sensor's noise from counting as edges.
    calm = cv2.GaussianBlur(small, (0, 0), 0.8)
    edges = cv2.Laplacian(calm, cv2.CV_32F)
    return float(edges.std() / max(4.0, float(calm.std())))
