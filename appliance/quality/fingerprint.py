"""The verdict on one impression of one finger: NFIQ 2's score, and from simple measures what stands in the way.

Where NIST's forest is not installed the score is a weighing of the simple measures, on the same scale so that the
thresholds (DOMAIN: 30 for an index finger) keep their meaning. The verdict says by which of the two it was judged.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from appliance.fingerprint.scored_scale import SCORED_PPI, at_500_ppi
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.clipping import clipped_shares
from appliance.quality.foreground import find_foreground, whole_windows
from appliance.quality.grain import grain_amount, grain_share
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.score import Scored, nfiq2
from appliance.quality.ridge_area import BLOCK_MM2, ridge_share, usable_ridge_area_mm2
from appliance.quality.ridge_bands import BLOCK_PX, Plane, split_bands
from appliance.quality.ridge_contrast import ridge_contrast
from appliance.quality.ridge_flow import direction_uniformity, ridge_flow
from appliance.quality.ridge_polarity import is_inverted
from appliance.quality.ridge_sharpness import ridge_sharpness
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-nfiq2/2.3"
SIMPLE_ALGORITHM = "claim-kiosk-simple-fingerprint/2"
LEAST_EDGE_PX = 96
LARGEST_PIXELS = 16_000_000
LEAST_DEVIATION = 2.0

# Fitted by least squares to NFIQ 2 v2.3 on FVC2002 DB1 B and DB3 B, FVC2004 DB3 B and NIST's SFinGe examples (244
# impressions): Spearman 0.90, mean absolute error 7.3, both on fingers left out of the fit.
_SCORE_AT_NONE = 24.4
_SCORE_PER_ROOT_AREA = 4.67
_SCORE_PER_GRAIN = -64.2
_AREA_ENOUGH_MM2 = 120.0


def assess_fingerprint(
    pixels: Pixels, *, resolution_ppi: int | None = SCORED_PPI, forest: Forest | None = None
) -> Verdict:
    """The verdict on (H, W) uint8, ridges dark on light; colour is taken as grey. `forest`: NIST's; None where it is
    not installed.

    Above 500 ppi the image is scaled down for scoring; below, or where nobody knows (None), it is not judged: every
    measure rests on how wide a ridge is. Never raises.
    """
    refusal = _refusal(pixels)
    if refusal is not None:
        return _not_judged(refusal)
    if resolution_ppi is None:
        return _not_judged("resolution-unknown")
    if resolution_ppi < SCORED_PPI * 0.98:
        return _not_judged("resolution-too-low")
    grey = at_500_ppi(pixels, resolution_ppi)
    whole = _whole_blocks(grey)
    if min(whole.shape) < LEAST_EDGE_PX:
        return _not_judged("image-too-small")
    if float(whole.std()) < LEAST_DEVIATION:
        return _not_judged("empty-image")
    simple = _judged(whole)
    return simple if forest is None or simple.score == NOT_JUDGED else _with_nfiq2(simple, nfiq2(grey, forest))


def _refusal(pixels: Pixels) -> str | None:
    """Why these pixels are not looked at at all."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return "not-an-image"
    if min(pixels.shape[:2]) < LEAST_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return "image-too-large"
    return None


def _whole_blocks(grey: Pixels) -> Plane:
    """Cut evenly on all sides."""
    height, width = (side // BLOCK_PX * BLOCK_PX for side in grey.shape[:2])
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return grey[top : top + height, left : left + width].astype(np.float32)


def _with_nfiq2(simple: Verdict, scored: Scored) -> Verdict:
    """What stands in the way stays; the score and its measures are the standard's.

    A glass larger than any that NFIQ 2 takes says nothing against the finger on it: that is judged simply."""
    if scored.reason == "image-too-large":
        return simple
    reasons = simple.reasons if scored.reason in (None, *simple.reasons) else (*simple.reasons, str(scored.reason))
    return msgspec.structs.replace(
        simple,
        score=NOT_JUDGED if scored.score is None else scored.score,
        reasons=reasons,
        advice=tuple(code for code in simple.advice if code not in reasons),
        measures={**simple.measures, **{name: round(value, 6) for name, value in scored.measures.items()}},
        algorithm=ALGORITHM,
    )


def _judged(grey: Plane) -> Verdict:
    bands = split_bands(grey)
    foreground = find_foreground(bands.relief)
    where = whole_windows(foreground)
    if not where.any():
        return _not_judged("empty-image")
    if is_inverted(grey, foreground):
        return _not_judged("inverted-image")
    flow = ridge_flow(grey)
    finger = grey[np.repeat(np.repeat(foreground, BLOCK_PX, axis=0), BLOCK_PX, axis=1)].astype(np.uint8)
    black, white = clipped_shares(finger)
    measures = {
        "foreground_area_mm2": float(foreground.sum() * BLOCK_MM2),
        "usable_ridge_area_mm2": usable_ridge_area_mm2(bands, flow, where),
        "ridge_share": float(ridge_share(bands)[where].mean()),
        "coherence": float(flow.coherence[where].mean()),
        "direction_uniformity": direction_uniformity(flow, where),
        "contrast": ridge_contrast(bands, where),
        "sharpness": ridge_sharpness(bands, where),
        "grain_share": grain_share(bands, where),
        "mean_level": float(finger.mean()),
        "black_share": black,
        "white_share": white,
    }
    reasons = _reasons(measures)
    return Verdict(
        kind=CaptureKind.FINGERPRINT,
        score=_score(measures),
        reasons=reasons,
        advice=tuple(code for code in _advice(measures) if code not in reasons),
        measures={name: round(value, 4) for name, value in measures.items()},
        algorithm=SIMPLE_ALGORITHM,
    )


def _score(measures: dict[str, float]) -> int:
    """0 to 100 on NFIQ 2's scale. What blurs or pales the ridges takes its share of what the area gives."""
    area = min(measures["usable_ridge_area_mm2"], _AREA_ENOUGH_MM2)
    fitted = _SCORE_AT_NONE + _SCORE_PER_ROOT_AREA * math.sqrt(area)
    fitted += _SCORE_PER_GRAIN * grain_amount(measures["grain_share"])
    sharp = _between(measures["sharpness"], 0.07, 0.15)
    contrasted = _between(measures["contrast"], 9.0, 16.0)
    ridged = _between(measures["usable_ridge_area_mm2"], 0.0, 8.0)
    return round(min(100.0, max(0.0, fitted)) * sharp * contrasted * ridged)


def _reasons(measures: dict[str, float]) -> tuple[str, ...]:
    """What no score makes up for, the most useful to mend first."""
    found = (
        ("no-ridges", measures["usable_ridge_area_mm2"] < 1.5 or measures["ridge_share"] < 0.25),
        ("no-finger-pattern", measures["direction_uniformity"] > 0.97),
        ("finger-too-small", measures["foreground_area_mm2"] < 35.0),
        ("too-dark", measures["mean_level"] < 35.0),
        ("too-bright", measures["mean_level"] > 238.0),
        ("saturated", measures["black_share"] + measures["white_share"] > 0.97),
        ("too-little-contrast", measures["contrast"] < 12.0),
        ("blurred", measures["sharpness"] < 0.11),
    )
    return tuple(code for code, present in found if present)


def _advice(measures: dict[str, float]) -> tuple[str, ...]:
    """What would probably make the next attempt better."""
    found = (
        ("finger-too-small", measures["foreground_area_mm2"] < 110.0),
        ("too-dark", measures["black_share"] > 0.45),
        ("too-bright", measures["white_share"] > 0.60),
        ("too-little-contrast", measures["contrast"] < 20.0),
        ("grainy", measures["grain_share"] > 0.12),
        ("blurred", measures["sharpness"] < 0.15),
    )
    return tuple(code for code, present in found if present)


def _between(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))


def _not_judged(reason: str) -> Verdict:
    return Verdict(kind=CaptureKind.FINGERPRINT, score=NOT_JUDGED, reasons=(reason,), algorithm=SIMPLE_ALGORITHM)
