"""Peaks in the spectrum where a screen's grid of points beats with the sensor's: skin and paper have none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.mesh import FaceBox
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint
from drivers.contracts import Pixels

CODE = "moire"
SIDE_PX = 256
MOST = 0.3
"""A hint only."""
_BONA_FIDE, _ATTACK = 4.2, 6.0
"""Of the strongest peak over what lies around it, as logarithms to the base 2."""
_LEAST_FREQUENCY = 0.07
_AXIS = 2
"""Lines of the spectrum: along the axes lie straight edges and the blocks of JPEG."""


def peak(grey: Pixels, box: FaceBox) -> float | None:
    """How far the strongest peak stands out, in powers of two; None where the picture is too small."""
    half = SIDE_PX // 2
    if min(grey.shape) < SIDE_PX:
        return None
    left = int(np.clip(box.x_px - half, 0, grey.shape[1] - SIDE_PX))
    top = int(np.clip(box.y_px - half, 0, grey.shape[0] - SIDE_PX))
    part = grey[top : top + SIDE_PX, left : left + SIDE_PX].astype(np.float32)
    power = np.log2(np.square(np.abs(np.fft.rfft2((part - part.mean()) * _WINDOW))) + 1.0).astype(np.float32)
    rolled = np.fft.fftshift(power, axes=0)
    around = cv2.medianBlur(cv2.blur(rolled, (3, 3)), 5)
    # Noise alone has outliers in single lines of the spectrum; a beat is smeared over neighbours by its bend.
    outstanding = cv2.blur(rolled, (3, 3)) - cv2.blur(around, (25, 25))
    return float(outstanding[_LOOKED_AT].max())


def moire(peaks: list[float | None]) -> Hint:
    """Of several frames: the median, because a beat changes with every movement but does not go."""
    known = [each for each in peaks if each is not None]
    if not known:
        return Hint(code=CODE, omitted="image-too-small")
    usual = float(np.median(known))
    return graded(CODE, MOST * ramp(usual, _BONA_FIDE, _ATTACK), peak_log2=usual)


def _looked_at() -> NDArray[np.bool_]:
    down, across = np.fft.fftshift(np.fft.fftfreq(SIDE_PX)), np.fft.rfftfreq(SIDE_PX)
    y, x = np.meshgrid(down, across, indexing="ij")
    off_axes = (np.abs(y) > _AXIS / SIDE_PX) & (x > _AXIS / SIDE_PX)
    return np.asarray(off_axes & (np.hypot(x, y) > _LEAST_FREQUENCY), np.bool_)


_WINDOW = np.outer(np.hanning(SIDE_PX), np.hanning(SIDE_PX)).astype(np.float32)
_LOOKED_AT = _looked_at()
