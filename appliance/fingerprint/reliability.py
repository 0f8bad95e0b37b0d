"""How far a minutia is to be believed when impressions are compared: from 0 to 1.

In wet, dry or smeared places the filters find forks that are not there, and they find them next to one another. Of the
minutiae that lie in the overlap of two impressions of one finger (FVC2002 DB1 B and DB3 B, FVC2004 DB3 B), those with a
quality of 31 to 38 are found again in 52 to 70 of 100 cases, those above 63 in 82 to 96; those where the enhanced image
is flattest in 49 to 80, where it is clearest in 81 to 94.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.minutiae import Minutiae
from appliance.fingerprint.ridges import Ridges
from appliance.fingerprint.sigmoid import sigmoid
from appliance.fingerprint.working_scale import at_333_ppi

_HALF_QUALITY, _QUALITY_SLOPE = 42.0, 0.12
_HALF_CONTRAST, _CONTRAST_SLOPE = 30.0, 0.1
_SIDE_PX: Final = 25
_LEAST_SHARE: Final = 1e-3


def reliability(minutiae: Minutiae, ridges: Ridges) -> NDArray[np.float32]:
    """(n,)."""
    contrast = _contrast(ridges)
    height, width = contrast.shape
    row = np.clip(at_333_ppi(minutiae.y.astype(np.float32), ridges.top_px), 0, height - 1).astype(np.intp)
    column = np.clip(at_333_ppi(minutiae.x.astype(np.float32), ridges.left_px), 0, width - 1).astype(np.intp)
    clear = sigmoid(contrast[row, column], _HALF_CONTRAST, _CONTRAST_SLOPE)
    return clear * sigmoid(minutiae.quality.astype(np.float32), _HALF_QUALITY, _QUALITY_SLOPE)


def _contrast(ridges: Ridges) -> NDArray[np.float32]:
    """(h, w): the standard deviation of grey around each pixel, of what is finger."""
    height, width = ridges.clear.shape
    finger = np.asarray(
        cv2.resize(ridges.where.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST), np.float32
    )
    grey = np.asarray(ridges.clear * finger, np.float32)
    share = np.maximum(_around(finger), np.float32(_LEAST_SHARE))
    mean = _around(grey) / share
    return np.asarray(np.sqrt(np.maximum(_around(grey * grey) / share - mean * mean, 0)), np.float32)


def _around(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(values, (_SIDE_PX, _SIDE_PX)), np.float32)
