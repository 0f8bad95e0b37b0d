"""The verdict on one impression of one finger: NFIQ 2's score, and from simple measures what stands in the way.

Where NIST's forest is not installed, and for a preview, the score is an estimate from the simple measures, on the same
scale so that the thresholds (DOMAIN: 30 for an index finger) keep their meaning. The verdict says by which of the two
it was judged.
"""

from __future__ import annotations

import cv2
import msgspec
import numpy as np

from appliance.fingerprint.scored_scale import SCORED_PPI, at_500_ppi
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.fingerprint_estimate import estimated_score
from appliance.quality.fingerprint_guidance import guidance_advice, guidance_reasons
from appliance.quality.fingerprint_measures import BareEdges, fingerprint_measures
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.frame import without_frame
from appliance.quality.nfiq2.regions import MARGIN_PX, SIDE_PX
from appliance.quality.nfiq2.score import Scored, nfiq2
from appliance.quality.nfiq2.surface import Surface, surface
from appliance.quality.ridge_polarity import is_inverted
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-nfiq2/2.3"
SIMPLE_ALGORITHM = "claim-kiosk-simple-fingerprint/3"
LEAST_EDGE_PX = 96
LARGEST_PIXELS = 16_000_000
LEAST_DEVIATION = 2.0


def assess_fingerprint(
    pixels: Pixels, *, resolution_ppi: int | None = SCORED_PPI, forest: Forest | None = None
) -> Verdict:
    """The verdict on (H, W) uint8, ridges dark on light; colour is taken as grey. `forest`: NIST's; None where it is
    not installed, or not to be asked: a preview's verdict takes a tenth of the time.

    Above 500 ppi the image is scaled down for scoring; below, or where nobody knows (None), it is not judged: every
    measure rests on how wide a ridge is. Never raises.
    """
    refusal = _refusal(pixels, resolution_ppi)
    if refusal is not None or resolution_ppi is None:
        return _not_judged(refusal or "resolution-unknown")
    grey = at_500_ppi(pixels, resolution_ppi)
    if min(grey.shape) < LEAST_EDGE_PX:
        return _not_judged("image-too-small")
    if float(cv2.meanStdDev(grey)[1][0, 0]) < LEAST_DEVIATION:
        return _not_judged("empty-image")
    inner, bare = _without_frame(grey)
    ridges = surface(inner)
    simple = _judged(inner, ridges, bare)
    if forest is None or simple.score == NOT_JUDGED:
        return simple
    scored = nfiq2(grey, forest, ridges)
    if scored.reason == "image-too-large":
        # A larger glass than NFIQ 2 takes says nothing against the finger on it, which is scored alone.
        scored = nfiq2(_finger_alone(inner, ridges), forest)
    return _with_nfiq2(simple, scored)


def _refusal(pixels: Pixels, resolution_ppi: int | None) -> str | None:
    """Why these pixels are not looked at at all."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return "not-an-image"
    if min(pixels.shape[:2]) < LEAST_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return "image-too-large"
    if resolution_ppi is None:
        return "resolution-unknown"
    return "resolution-too-low" if resolution_ppi < SCORED_PPI * 0.98 else None


def _with_nfiq2(simple: Verdict, scored: Scored) -> Verdict:
    """What stands in the way stays; the score and its measures are the standard's."""
    reasons = simple.reasons if scored.reason in (None, *simple.reasons) else (*simple.reasons, str(scored.reason))
    return msgspec.structs.replace(
        simple,
        score=NOT_JUDGED if scored.score is None else scored.score,
        reasons=reasons,
        advice=tuple(code for code in simple.advice if code not in reasons),
        measures={**simple.measures, **{name: round(value, 6) for name, value in scored.measures.items()}},
        algorithm=ALGORITHM,
    )


def _finger_alone(inner: Pixels, ridges: Surface) -> Pixels:
    """What lies around the largest piece with contrast, whole regions of it."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(ridges.foreground.astype(np.uint8), connectivity=8)
    if count < 2:
        return inner
    left, top, width, height = (int(value) * SIDE_PX for value in stats[1 + int(stats[1:, 4].argmax()), :4])
    return np.ascontiguousarray(inner[top : top + height + 2 * MARGIN_PX, left : left + width + 2 * MARGIN_PX])


def _without_frame(grey: Pixels) -> tuple[Pixels, BareEdges]:
    """What lies within the near-white frame, which is what NFIQ 2 measures; all of it where that is too little."""
    inner, top, left = without_frame(grey)
    if min(inner.shape) < LEAST_EDGE_PX:
        inner, top, left = grey, 0, 0
    height, width = inner.shape
    bare = BareEdges(top, grey.shape[0] - top - height, left, grey.shape[1] - left - width)
    return np.ascontiguousarray(inner), bare


def _judged(inner: Pixels, ridges: Surface, bare: BareEdges) -> Verdict:
    """By the simple measures."""
    if not ridges.foreground.any():
        return _not_judged("empty-image")
    if is_inverted(ridges.tiles):
        return _not_judged("inverted-image")
    measures = fingerprint_measures(inner, ridges, bare)
    reasons = guidance_reasons(measures)
    return Verdict(
        kind=CaptureKind.FINGERPRINT,
        score=estimated_score(measures),
        reasons=reasons,
        advice=tuple(code for code in guidance_advice(measures) if code not in reasons),
        measures={name: round(value, 4) for name, value in measures.items()},
        algorithm=SIMPLE_ALGORITHM,
    )


def _not_judged(reason: str) -> Verdict:
    return Verdict(kind=CaptureKind.FINGERPRINT, score=NOT_JUDGED, reasons=(reason,), algorithm=SIMPLE_ALGORITHM)
