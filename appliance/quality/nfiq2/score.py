"""NFIQ 2's score of one impression, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from appliance.fingerprint.grey_image import require_grey
from appliance.fingerprint.minutiae import Minutiae, find_minutiae
from appliance.quality.nfiq2 import names
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.frame import without_frame
from appliance.quality.nfiq2.histogram import BINS
from appliance.quality.nfiq2.measures import NativeMeasures, native_measures
from appliance.quality.nfiq2.minutiae_quality import minutiae_quality
from appliance.quality.nfiq2.surface import Surface
from drivers.contracts import Pixels

LEAST_WIDTH_PX: Final = 196
LARGEST_PX: Final = (1000, 800)
"""Height and width without the frame that the reference's minutiae extractor takes."""
_LEAST_DEVIATION: Final = 1.0
_LIGHTEST: Final = 250.0
_FEWEST_MINUTIAE: Final = 5


@dataclass(frozen=True)
class Scored:
    """`score` 0 to 100; None with the `reason`, or while no forest was asked. `measures`: those that could be taken, by
    the reference's names. `top` and `left`: where in the image what was measured begins."""

    score: int | None
    reason: str | None
    measures: Mapping[str, float]
    native: NativeMeasures | None = None
    minutiae: Minutiae | None = None
    top: int = 0
    left: int = 0


def nfiq2(pixels: Pixels, forest: Forest, of: Surface | None = None) -> Scored:
    """Of (h, w) uint8 at 500 ppi, ridges dark on light. `of`: the surface of the image without its frame, where it is
    known. Raises QualityError: not such an image."""
    found = measured(pixels, of)
    return found if found.reason is not None else replace(found, score=forest.score(found.measures))


def measured(pixels: Pixels, of: Surface | None = None) -> Scored:
    """As `nfiq2`, all but the score.

    Reasons: `image-too-small`, `image-too-large`, `empty-image` (uniform, or as good as white), `finger-too-small` (the
    frame leaves too little, or too few regions have contrast for a histogram), `no-ridges` (too few minutiae for the
    reference to go on).
    Raises QualityError: not (h, w) uint8.
    """
    require_grey(pixels)
    inner, top, left = without_frame(pixels)
    height, width = inner.shape
    if min(height, width) < LEAST_WIDTH_PX:
        # On a wide glass it is the finger that is narrow: that can be mended, an image cannot.
        return Scored(None, "image-too-small" if min(pixels.shape) < LEAST_WIDTH_PX else "finger-too-small", {})
    if height > LARGEST_PX[0] or width > LARGEST_PX[1]:
        return Scored(None, "image-too-large", {})
    inner = np.ascontiguousarray(inner)
    mean, deviation = (value.item() for value in cv2.meanStdDev(inner))
    if deviation < _LEAST_DEVIATION or mean > _LIGHTEST:
        return Scored(None, "empty-image", {})
    native = native_measures(inner, of)
    if int(native.foreground.sum()) < BINS:
        return Scored(None, "finger-too-small", native.values, native, None, top, left)
    minutiae = find_minutiae(inner)
    measures = native.values | minutiae_quality(
        inner, minutiae.x, minutiae.y, mean=native.values[names.MEAN], deviation=native.values[names.UNIFORM]
    )
    measures[names.WITH_MINUTIAE] = float(len(minutiae))
    if len(minutiae) < _FEWEST_MINUTIAE:
        return Scored(None, "no-ridges", measures, native, minutiae, top, left)
    return Scored(None, None, measures, native, minutiae, top, left)
