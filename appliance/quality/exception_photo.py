"""The verdict on the picture of a hand of which a finger cannot be given: whether there is a picture at all."""

from __future__ import annotations

import cv2
import numpy as np

from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-not-blank/1"
LARGEST_PIXELS = 64_000_000
_EDGE_PX = 128
_BLANK, _FULL = 6.0, 40.0
"""Grey levels by which a small copy differs from its mean: a lens that is covered stays below the first; from the
second on nobody would call it empty."""


def assess_exception_photo(pixels: Pixels) -> Verdict:
    """On (H, W) or (H, W, 3) B, G, R uint8. What the picture shows is the technician's to see. Never raises."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return _verdict(NOT_JUDGED, "not-an-image")
    if not pixels.size:
        return _verdict(NOT_JUDGED, "not-an-image")
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return _verdict(NOT_JUDGED, "image-too-large")
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (_EDGE_PX, _EDGE_PX), interpolation=cv2.INTER_AREA)
    deviation = float(small.std())
    score = min(100, round(100 * deviation / _FULL))
    return _verdict(score, *(("blank-picture",) if deviation < _BLANK else ()), deviation=round(deviation, 2))


def _verdict(score: int, *reasons: str, **measures: float) -> Verdict:
    return Verdict(
        kind=CaptureKind.EXCEPTION_PHOTO, score=score, reasons=reasons, measures=measures, algorithm=ALGORITHM
    )
