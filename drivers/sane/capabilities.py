"""What a scanner can do, read from `scanimage -A`. Pure.

SANE rounds what it cannot do in silence: who knows the limits can refuse instead, so that the resolution written
into a frame is the one that was scanned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from drivers.contracts import ScanRequest
from drivers.errors import RequestUnsupported

_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_RANGE: Final = re.compile(rf"^({_NUMBER})\.\.({_NUMBER})")
_OPTION: Final = re.compile(r"^\s{2,6}(--[a-z0-9-]+|-[ltxy])[ =](.*?)\s*\[[^\]]*\]\s*$")
_SLACK_MM: Final = 0.5


@dataclass(frozen=True, slots=True)
class Numbers:
    """A range (`low`, `high`), or the values in `listed` when there are any."""

    low: float
    high: float
    listed: tuple[float, ...] = ()

    def __contains__(self, value: float) -> bool:
        return value in self.listed if self.listed else self.low <= value <= self.high

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """`1..1200dpi (in steps of 1)` or `75|150|300dpi`; None for anything else."""
        if match := _RANGE.match(text):
            return cls(float(match[1]), float(match[2]))
        if not re.match(rf"^{_NUMBER}(\||[a-z]*$)", text):
            return None
        listed = tuple(float(number) for number in re.findall(_NUMBER, text))
        return cls(min(listed), max(listed), listed)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """None where the scanner does not have the option."""

    resolution_ppi: Numbers | None
    width_mm: Numbers | None
    height_mm: Numbers | None
    sources: tuple[str, ...] = ()

    @classmethod
    def from_listing(cls, listing: str) -> Self:
        """From the text of `scanimage -A`; lines that are no options are passed over."""
        found = {match[1]: match[2] for line in listing.splitlines() if (match := _OPTION.match(line))}
        return cls(
            resolution_ppi=Numbers.from_text(found.get("--resolution", "")),
            width_mm=Numbers.from_text(found.get("-x", "")),
            height_mm=Numbers.from_text(found.get("-y", "")),
            sources=tuple(found["--source"].split("|")) if "--source" in found else (),
        )

    def area_for(self, request: ScanRequest) -> tuple[float, float] | None:
        """(width, height) in millimetres to ask for; None where the scanner has no area to choose.

        RequestUnsupported where the request goes beyond what it can do.
        """
        if self.resolution_ppi is None or request.resolution_ppi not in self.resolution_ppi:
            raise RequestUnsupported(f"The scanner cannot scan at {request.resolution_ppi} points an inch.")
        if self.width_mm is None or self.height_mm is None:
            if request.area_mm is not None:
                raise RequestUnsupported("The scanner cannot scan a part of its bed.")
            return None
        if request.area_mm is None:
            return self.width_mm.high, self.height_mm.high
        width, height = request.area_mm
        if not (0 < width <= self.width_mm.high + _SLACK_MM and 0 < height <= self.height_mm.high + _SLACK_MM):
            raise RequestUnsupported("The scanner's bed is smaller than the area that was asked for.")
        return min(width, self.width_mm.high), min(height, self.height_mm.high)
