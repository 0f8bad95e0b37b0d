"""The measures' names, as the standard's reference has them, in the order in which its forest takes them."""

from __future__ import annotations

from typing import Final

from appliance.quality.nfiq2.histogram import BINS

MINUTIAE_IN_CENTRE: Final = "FingerJetFX_MinCount_COMMinRect200x200"
MINUTIAE: Final = "FingerJetFX_MinutiaeCount"
MINUTIAE_GREY: Final = "FJFXPos_Mu_MinutiaeQuality_2"
MINUTIAE_CERTAIN: Final = "FJFXPos_OCL_MinutiaeQuality_80"
ROI_GREY: Final = "ImgProcROIArea_Mean"
MEAN_OF_BLOCKS: Final = "MMB"
MEAN: Final = "Mu"
COHERENCE_MEAN: Final = "OrientationMap_ROIFilter_CoherenceRel"
COHERENCE_SUM: Final = "OrientationMap_ROIFilter_CoherenceSum"

UNIFORM: Final = "UniformImage"
CONTRAST_TOO_LOW: Final = "EmptyImageOrContrastTooLow"
WITH_MINUTIAE: Final = "FingerprintImageWithMinutiae"
FOREGROUND: Final = "SufficientFingerprintForeground"


def _summary(prefix: str) -> tuple[str, ...]:
    return (*(f"{prefix}{number}" for number in range(BINS)), f"{prefix}Mean", f"{prefix}StdDev")


MEASURES: Final = (
    *_summary("FDA_Bin10_"),
    MINUTIAE_IN_CENTRE,
    MINUTIAE,
    MINUTIAE_GREY,
    MINUTIAE_CERTAIN,
    ROI_GREY,
    *_summary("LCS_Bin10_"),
    MEAN_OF_BLOCKS,
    MEAN,
    *_summary("OCL_Bin10_"),
    *_summary("OF_Bin10_"),
    COHERENCE_MEAN,
    COHERENCE_SUM,
    *_summary("RVUP_Bin10_"),
)
"""The 69."""
