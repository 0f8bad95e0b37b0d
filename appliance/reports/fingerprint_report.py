"""What was found out about one impression of a finger, as a section of a report: pictures, reasons, every number.

It judges nothing: score, reasons and measures come from `appliance.quality`, and are only set beside what is typical.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.minutiae import Minutiae
from appliance.model.configuration import Thresholds
from appliance.model.verdict import NOT_JUDGED, CaptureKind
from appliance.quality.fingerprint import ALGORITHM
from appliance.quality.nfiq2 import names
from appliance.quality.nfiq2.measures import NativeMeasures
from appliance.reports import block_pictures
from appliance.reports.block_pictures import KIND_OF, SHADES
from appliance.reports.influences import Influence, influences
from appliance.reports.page import Section, shown_name
from appliance.reports.sources import ReportSources
from appliance.reports.typical import IMPRESSIONS, TYPICAL
from drivers.contracts import Pixels

ACTIONABLE: Final = (names.UNIFORM, names.CONTRAST_TOO_LOW, names.WITH_MINUTIAE, names.FOREGROUND)
"""The four by which an impression is refused before it is scored."""

_MM_PER_PX: Final = 25.4 / 500
_MM2_PER_PX: Final = _MM_PER_PX**2
_SCALE_MM: Final = 5
_SCALE_FROM_PX: Final = 150
_LITTLE: Final = 0.5
"""Of certainty and of coherence: below, a region's ridges are counted as unclear."""

_FAMILIES: Final = (
    ("fda", "FDA_"),
    ("lcs", "LCS_"),
    ("ocl", "OCL_"),
    ("of", "OF_"),
    ("rvu", "RVUP_"),
    ("minutiae", ("FingerJetFX", "FJFX")),
    ("grey", (names.ROI_GREY, names.MEAN_OF_BLOCKS, names.MEAN)),
    ("coherence", "OrientationMap"),
)


@dataclass(frozen=True)
class FingerprintFindings:
    """All that is known of one impression.

    `pixels`: (h, w) uint8 grey at 500 ppi, as scored; `top`, `left`: where that began in the original. `native` and
    `minutiae` are None where the image could not be measured. `measures`: the 69 and the four actionable ones by name,
    or those of them that could be taken. `name`: the file's own, without its folder.
    """

    name: str
    pixels: Pixels
    top: int
    left: int
    score: int
    algorithm: str
    reasons: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    native: NativeMeasures | None = None
    minutiae: Minutiae | None = None
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One measure in the table."""

    name: str
    value: str
    typical: str
    side: str


def fingerprint_section(findings: FingerprintFindings, sources: ReportSources, number: int) -> Section:
    """`number`: the section's in its page, from 1 on."""
    name = shown_name(findings.name)
    judged = findings.score != NOT_JUDGED
    measures = findings.measures
    complete = all(measure in measures for measure in names.MEASURES)
    html = sources.templates["fingerprint.html"].render(
        number=number,
        name=name,
        judged=judged,
        by_nfiq2=judged and findings.algorithm == ALGORITHM,
        findings=findings,
        kind=CaptureKind.FINGERPRINT,
        least=_least(),
        height=findings.pixels.shape[0],
        width=findings.pixels.shape[1],
        size_mm=[f"{extent * _MM_PER_PX:.1f}" for extent in findings.pixels.shape[1::-1]],
        scale_mm=_SCALE_MM,
        scale_px=round(_SCALE_MM / _MM_PER_PX, 1) if findings.pixels.shape[1] >= _SCALE_FROM_PX else None,
        picture=block_pictures.png_uri(findings.pixels),
        influences=[(one, _shown(one)) for one in influences(measures)] if complete else [],
        families=_families(measures),
        count=sum(name in measures for name in (*names.MEASURES, *ACTIONABLE)),
        impressions=IMPRESSIONS,
        **_drawn(findings.native, findings.minutiae, findings.pixels.shape),
    )
    return Section(name, str(findings.score), html)


def _least() -> list[tuple[int, str]]:
    """The least scores that AIMA's usual configuration asks for, and the words for those fingers; the lowest first."""
    of_finger = Thresholds().fingers
    groups = {least: [name for name in of_finger if of_finger[name] == least] for least in of_finger.values()}
    return [(least, f"report.fingers.{'-'.join(groups[least])}") for least in sorted(groups)]


def _drawn(native: NativeMeasures | None, minutiae: Minutiae | None, shape: tuple[int, ...]) -> dict[str, Any]:
    if native is None:
        return {"maps": None}
    marks = [] if minutiae is None else block_pictures.marks(minutiae)
    return {
        "maps": {
            "marks": marks,
            "count_of": {kind: sum(mark.kind == kind for mark in marks) for kind in KIND_OF.values()},
            "ticks": block_pictures.ticks(native.angles_rad, native.foreground),
            "coherence": block_pictures.cells(native.coherence, shape),
            "certainty": block_pictures.cells(native.certainty, shape),
            "unclear": {
                "coherence": _share_below(native.coherence[native.coherence > 0]),
                "certainty": _share_below(native.certainty.reshape(-1)),
            },
            "outline": block_pictures.outline(native.mask),
            "regions": block_pictures.region_corners(native.foreground),
            "area_mm2": round(native.values[names.FOREGROUND] * _MM2_PER_PX),
            "area_share": round(100 * float(np.count_nonzero(native.mask)) / native.mask.size),
            "shades": SHADES,
        }
    }


def _share_below(values: NDArray[np.float64]) -> int:
    """In hundredths."""
    return round(100 * float((values < _LITTLE).mean())) if values.size else 100


def _families(measures: Mapping[str, float]) -> list[tuple[str, list[Row]]]:
    """Every measure that there is in the standard's order, by family."""
    families: list[tuple[str, tuple[str, ...]]] = [("actionable", ACTIONABLE)]
    families += [(code, tuple(n for n in names.MEASURES if n.startswith(prefix))) for code, prefix in _FAMILIES]
    rows = [(code, [_row(name, measures[name]) for name in of if name in measures]) for code, of in families]
    return [(code, some) for code, some in rows if some]


def _row(name: str, value: float) -> Row:
    typical = TYPICAL[name]
    side = "low" if value < typical.lower else "high" if value > typical.upper else ""
    quartiles = (typical.lower, typical.median, typical.upper)
    return Row(name, _number(value), " – ".join(map(_number, quartiles)), side)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


_SHOWN_AS: Final = {
    "area": (_MM2_PER_PX, ".0f", " mm²"),
    "grey": (1, ".0f", ""),
    "contrast": (1, ".0f", ""),
    "fda": (100, ".0f", " %"),
    "minutiae": (100, ".0f", " %"),
}
"""By how much a value is multiplied, its digits and its unit, where it is no plain number."""


def _shown(one: Influence) -> dict[str, str]:
    by, digits, unit = _SHOWN_AS.get(one.code, (1, ".2f", ""))
    value, lower, upper = (f"{max(0.0, at) * by:{digits}}" for at in (one.value, one.typical.lower, one.typical.upper))
    return {"value": value + unit, "lower": lower, "upper": upper}
