"""What the measures of NFIQ 2 usually are: aggregated numbers only, with which one impression's are compared.

Measured by NIST's NFIQ 2 v2.3 over 244 impressions at about 500 ppi, of optical, capacitive and thermal sensors and of
a generator: FVC2002 DB1 B and DB3 B, FVC2004 DB3 B, NIST's SFinGe examples. Their median score is 44, the quartiles 28
and 60.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

IMPRESSIONS: Final = 244


class Typical(NamedTuple):
    """Percentiles 5, 25, 50, 75 and 95."""

    lowest: float
    lower: float
    median: float
    upper: float
    highest: float


TYPICAL: Final[Mapping[str, Typical]] = {
    "FDA_Bin10_0": Typical(0.15, 4.0, 7.0, 12.0, 20.0),
    "FDA_Bin10_1": Typical(2.0, 5.0, 8.0, 11.0, 15.0),
    "FDA_Bin10_2": Typical(3.0, 5.0, 7.0, 10.0, 14.0),
    "FDA_Bin10_3": Typical(3.0, 6.0, 8.0, 11.0, 15.0),
    "FDA_Bin10_4": Typical(2.0, 4.0, 7.0, 10.0, 13.0),
    "FDA_Bin10_5": Typical(1.0, 4.0, 7.0, 9.0, 13.0),
    "FDA_Bin10_6": Typical(1.0, 4.0, 6.0, 9.0, 14.0),
    "FDA_Bin10_7": Typical(0.0, 3.0, 6.0, 10.0, 15.0),
    "FDA_Bin10_8": Typical(0.0, 0.75, 3.0, 6.0, 17.0),
    "FDA_Bin10_9": Typical(1.0, 5.0, 21.0, 30.0, 42.0),
    "FDA_Bin10_Mean": Typical(0.379, 0.43, 0.494, 0.564, 0.677),
    "FDA_Bin10_StdDev": Typical(0.106, 0.176, 0.266, 0.32, 0.35),
    "FingerJetFX_MinCount_COMMinRect200x200": Typical(16.0, 24.0, 32.5, 50.0, 73.0),
    "FingerJetFX_MinutiaeCount": Typical(17.0, 31.8, 47.5, 78.0, 115.0),
    "FJFXPos_Mu_MinutiaeQuality_2": Typical(0.0, 0.172, 0.348, 0.572, 0.796),
    "FJFXPos_OCL_MinutiaeQuality_80": Typical(0.0, 0.0, 0.167, 0.339, 0.762),
    "ImgProcROIArea_Mean": Typical(54.6, 76.3, 92.0, 168.0, 217.0),
    "LCS_Bin10_0": Typical(0.0, 0.0, 0.0, 0.0, 0.0),
    "LCS_Bin10_1": Typical(3.15, 14.0, 25.5, 38.0, 62.7),
    "LCS_Bin10_2": Typical(1.0, 3.0, 5.0, 8.0, 12.0),
    "LCS_Bin10_3": Typical(1.0, 4.0, 6.0, 8.0, 12.0),
    "LCS_Bin10_4": Typical(1.0, 3.0, 5.0, 7.0, 11.0),
    "LCS_Bin10_5": Typical(1.0, 4.0, 7.0, 8.25, 13.0),
    "LCS_Bin10_6": Typical(0.15, 5.0, 7.0, 10.0, 14.0),
    "LCS_Bin10_7": Typical(0.0, 4.0, 7.0, 10.0, 15.0),
    "LCS_Bin10_8": Typical(0.0, 2.0, 6.0, 10.0, 17.0),
    "LCS_Bin10_9": Typical(0.0, 1.0, 8.0, 18.0, 36.0),
    "LCS_Bin10_Mean": Typical(0.296, 0.525, 0.623, 0.715, 0.803),
    "LCS_Bin10_StdDev": Typical(0.169, 0.273, 0.329, 0.359, 0.394),
    "MMB": Typical(76.5, 93.3, 103.0, 194.0, 232.0),
    "Mu": Typical(72.9, 92.2, 101.0, 191.0, 232.0),
    "OCL_Bin10_0": Typical(1.0, 3.0, 8.0, 18.2, 36.8),
    "OCL_Bin10_1": Typical(0.15, 4.0, 8.0, 12.0, 22.0),
    "OCL_Bin10_2": Typical(1.0, 4.0, 7.5, 12.0, 19.8),
    "OCL_Bin10_3": Typical(1.0, 4.75, 8.0, 12.0, 17.0),
    "OCL_Bin10_4": Typical(1.0, 5.0, 9.0, 12.0, 17.8),
    "OCL_Bin10_5": Typical(0.0, 4.0, 9.0, 13.0, 19.0),
    "OCL_Bin10_6": Typical(0.0, 3.75, 9.0, 15.0, 20.0),
    "OCL_Bin10_7": Typical(0.0, 1.0, 10.0, 15.2, 22.8),
    "OCL_Bin10_8": Typical(0.0, 0.0, 11.0, 21.2, 30.8),
    "OCL_Bin10_9": Typical(0.0, 0.0, 4.0, 17.0, 36.0),
    "OCL_Bin10_Mean": Typical(0.355, 0.53, 0.679, 0.75, 0.845),
    "OCL_Bin10_StdDev": Typical(0.116, 0.155, 0.182, 0.206, 0.247),
    "OF_Bin10_0": Typical(0.0, 0.0, 1.0, 3.0, 7.85),
    "OF_Bin10_1": Typical(0.0, 1.0, 2.0, 4.0, 8.0),
    "OF_Bin10_2": Typical(0.0, 1.0, 3.0, 4.0, 8.0),
    "OF_Bin10_3": Typical(0.0, 2.0, 3.0, 5.0, 8.85),
    "OF_Bin10_4": Typical(1.0, 3.0, 5.0, 6.25, 10.0),
    "OF_Bin10_5": Typical(2.0, 5.0, 7.0, 9.0, 12.0),
    "OF_Bin10_6": Typical(1.0, 4.0, 7.0, 9.0, 12.0),
    "OF_Bin10_7": Typical(1.0, 4.0, 6.0, 10.0, 15.0),
    "OF_Bin10_8": Typical(2.0, 4.0, 5.0, 8.0, 11.0),
    "OF_Bin10_9": Typical(1.0, 4.0, 5.0, 7.0, 10.0),
    "OF_Bin10_Mean": Typical(0.188, 0.25, 0.298, 0.341, 0.411),
    "OF_Bin10_StdDev": Typical(0.213, 0.26, 0.283, 0.301, 0.344),
    "OrientationMap_ROIFilter_CoherenceRel": Typical(0.292, 0.449, 0.567, 0.643, 0.761),
    "OrientationMap_ROIFilter_CoherenceSum": Typical(14.5, 28.4, 50.1, 67.7, 83.1),
    "RVUP_Bin10_0": Typical(4.0, 14.8, 29.5, 50.0, 83.8),
    "RVUP_Bin10_1": Typical(26.0, 40.0, 53.5, 66.2, 94.0),
    "RVUP_Bin10_2": Typical(8.0, 14.8, 21.0, 30.0, 42.8),
    "RVUP_Bin10_3": Typical(8.15, 17.0, 23.0, 33.0, 46.0),
    "RVUP_Bin10_4": Typical(37.3, 72.0, 95.0, 124.0, 166.0),
    "RVUP_Bin10_5": Typical(18.0, 30.0, 39.5, 50.2, 68.0),
    "RVUP_Bin10_6": Typical(15.0, 24.0, 31.0, 37.0, 45.0),
    "RVUP_Bin10_7": Typical(9.0, 26.0, 50.0, 72.2, 115.0),
    "RVUP_Bin10_8": Typical(0.0, 0.0, 0.0, 0.0, 0.0),
    "RVUP_Bin10_9": Typical(0.0, 0.0, 0.0, 0.0, 0.0),
    "RVUP_Bin10_Mean": Typical(1.04, 1.14, 1.23, 1.33, 1.45),
    "RVUP_Bin10_StdDev": Typical(0.417, 0.743, 1.05, 1.29, 1.62),
    "UniformImage": Typical(25.8, 34.5, 61.0, 77.0, 87.4),
    "EmptyImageOrContrastTooLow": Typical(72.9, 92.2, 101.0, 191.0, 232.0),
    "FingerprintImageWithMinutiae": Typical(17.0, 31.8, 47.5, 78.0, 115.0),
    "SufficientFingerprintForeground": Typical(37160.0, 49890.0, 66060.0, 91590.0, 112000.0),
}

WITHOUT_RIDGE_FREQUENCY: Final = Typical(0.0148, 0.0688, 0.205, 0.337, 0.519)
"""The share of regions in the last bin of FDA: their strongest wave is no ridge's."""
