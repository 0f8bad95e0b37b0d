"""The verdict on one scanned page: printed, sharp, light and large enough. Not whether it is a document, nor whose."""

from __future__ import annotations

import math

import cv2
import numpy as np

from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.page_detail import judged_size, page_detail
from appliance.quality.page_ridges import finger_pattern
from appliance.quality.page_tone import page_tone
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-simple-document/2"
LEAST_LONG_EDGE_PX, LEAST_SHORT_EDGE_PX = 200, 120
LARGEST_PIXELS = 160 * 1024 * 1024
ADVISED_PPI = 385
"""BSI TR-03135-1, 4.1.6 (600 recommended)."""


def assess_document(pixels: Pixels, *, resolution_ppi: int | None) -> Verdict:
    """The verdict on (H, W, 3) B, G, R or (H, W) uint8; `resolution_ppi` None where unknown. Never raises."""
    refusal = _refusal(pixels)
    if refusal is not None:
        return _not_judged(refusal)
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    long_edge_px = max(grey.shape)
    small = judged_size(grey)
    detail, tone = page_detail(small), page_tone(small)
    if detail.printed_share == 0.0 and tone.contrast < 8.0:
        return _not_judged("empty-image")
    measures = {
        "long_edge_px": float(long_edge_px),
        "printed_share": detail.printed_share,
        "sharpness": detail.sharpness,
        "contrast": tone.contrast,
        "bright_level": tone.bright_level,
        "finger_pattern": finger_pattern(grey),
    }
    if resolution_ppi is not None:
        measures["resolution_ppi"] = float(resolution_ppi)
    reasons = _reasons(measures)
    return Verdict(
        kind=CaptureKind.DOCUMENT,
        score=_score(measures),
        reasons=reasons,
        advice=tuple(code for code in _advice(measures) if code not in reasons),
        measures={name: round(value, 4) for name, value in measures.items()},
        algorithm=ALGORITHM,
    )


def _refusal(pixels: Pixels) -> str | None:
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return "not-an-image"
    if max(pixels.shape[:2]) < LEAST_LONG_EDGE_PX or min(pixels.shape[:2]) < LEAST_SHORT_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return "image-too-large"
    return None


def _score(measures: dict[str, float]) -> int:
    """0 to 100: each fault takes its share."""
    shares = (
        0.45 + 0.55 * _between(measures["long_edge_px"], 200.0, 800.0),
        _between(measures["sharpness"], 0.35, 0.9),
        _between(measures["contrast"], 30.0, 110.0),
        _between(measures["bright_level"], 60.0, 130.0),
        _between(measures["printed_share"], 0.0, 0.06),
    )
    return round(100.0 * math.prod(shares))


def _reasons(measures: dict[str, float]) -> tuple[str, ...]:
    """What no score makes up for, the most useful to mend first."""
    found = (
        ("empty-image", measures["printed_share"] < 0.01),
        ("fingerprint-not-document", measures["finger_pattern"] > 0.26),
        ("noise-only", measures["sharpness"] > 3.8),
        ("too-dark", measures["bright_level"] < 95.0),
        ("too-little-contrast", measures["contrast"] < 50.0),
        ("blurred", measures["sharpness"] < 0.6),
    )
    return tuple(code for code, present in found if present)


def _advice(measures: dict[str, float]) -> tuple[str, ...]:
    """What would make the next scan better."""
    found = (
        ("resolution-too-low", measures.get("resolution_ppi", ADVISED_PPI) < ADVISED_PPI),
        ("image-too-small", measures["long_edge_px"] < 500.0),
        ("too-dark", measures["bright_level"] < 130.0),
        ("too-little-contrast", measures["contrast"] < 90.0),
        ("blurred", measures["sharpness"] < 0.9),
    )
    return tuple(code for code, present in found if present)


def _between(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))


def _not_judged(reason: str) -> Verdict:
    return Verdict(kind=CaptureKind.DOCUMENT, score=NOT_JUDGED, reasons=(reason,), algorithm=ALGORITHM)
