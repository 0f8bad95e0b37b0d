"""All measures of one impression: first those that need no minutiae, which are quick enough for every preview."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2 import fda, lcs, names, rvu
from appliance.quality.nfiq2.histogram import summary
from appliance.quality.nfiq2.orientation import (
    CERTAINTY_BOUNDS,
    CERTAINTY_PREFIX,
    FLOW_BOUNDS,
    FLOW_PREFIX,
    certainty,
    flow,
)
from appliance.quality.nfiq2.regions import covariance, grid
from appliance.quality.nfiq2.roi import coherence, region_of_interest
from appliance.quality.nfiq2.slanted import slanted
from appliance.quality.nfiq2.surface import Surface, surface
from drivers.contracts import Pixels

_PADDING_PX = 2


@dataclass(frozen=True)
class NativeMeasures:
    """`values`: the 65 that need no minutiae, and three of the four actionable ones. The maps are of regions of 32 x 32
    px: those of a preview and of a report's picture."""

    values: dict[str, float]
    certainty: NDArray[np.float64]
    coherence: NDArray[np.float64]
    angles_rad: NDArray[np.float64]
    foreground: NDArray[np.bool_]
    mask: Pixels


def native_measures(pixels: Pixels, of: Surface | None = None) -> NativeMeasures:
    """Of contiguous (h, w) uint8 without its frame, at least 36 in both. `of`: its surface, where it is known."""
    of = of or surface(pixels)
    grey, of_tiles = of.tiles, covariance(pixels)
    certain, has_gradient = certainty(of_tiles.within(*grid(pixels.shape)))
    of_finger = region_of_interest(pixels)
    coherent = coherence(of_tiles, of_finger.tiles)
    values = {
        names.MEAN: grey.image_mean,
        names.MEAN_OF_BLOCKS: float(grey.mean.mean()),
        names.ROI_GREY: of_finger.mean_grey,
        names.COHERENCE_SUM: float(coherent.sum()),
        names.COHERENCE_MEAN: float(coherent.sum()) / max(1, int(of_finger.tiles.sum())),
        names.UNIFORM: float(np.sqrt(max(0.0, grey.image_variance))),
        names.CONTRAST_TOO_LOW: grey.image_mean,
        names.FOREGROUND: float(of_finger.area_px),
    }
    values |= summary(CERTAINTY_PREFIX, certain[has_gradient], CERTAINTY_BOUNDS)
    values |= summary(FLOW_PREFIX, flow(of.angles_rad, of.foreground), FLOW_BOUNDS)
    values |= _of_slanted(pixels, of)
    return NativeMeasures(values, certain, coherent, of.angles_rad, of.foreground, of_finger.mask)


def _of_slanted(pixels: Pixels, of: Surface) -> dict[str, float]:
    angles = of.angles_rad[of.foreground]
    # Both at once: there are few regions, and what counts is how often arrays are gone through.
    turned = slanted(
        pixels,
        np.tile(of.rows, 2),
        np.tile(of.columns, 2),
        np.concatenate([angles + np.pi / 2, angles]),
        lying=np.repeat([True, False], len(angles)),
        pad_px=_PADDING_PX,
    )
    lying, padded = np.split(turned, 2, axis=2)
    return {
        **summary(fda.PREFIX, fda.fda(lying), fda.BOUNDS),
        **summary(lcs.PREFIX, of.clarity, lcs.BOUNDS),
        **summary(rvu.PREFIX, rvu.rvu(padded), rvu.BOUNDS),
    }
