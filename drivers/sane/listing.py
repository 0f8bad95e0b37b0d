"""Which scanners SANE finds. Not responsible for which of them are approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drivers.sane.process import run_briefly
from drivers.sane.status import error_from_exit

_UNIT: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class FoundScanner:
    """`device` is what the driver's option of that name takes."""

    device: str
    vendor: str
    model: str


def list_scanners(env: Mapping[str, str], timeout_s: float = 30.0) -> tuple[FoundScanner, ...]:
    """Every scanner that SANE's backends report; asking all of them takes seconds. DriverErrors as in `process`."""
    status, listing, complaint = run_briefly([f"--formatted-device-list=%d{_UNIT}%v{_UNIT}%m%n"], env, timeout_s)
    error = error_from_exit(status, complaint)
    if error is not None:
        raise error
    rows = (line.split(_UNIT) for line in listing.splitlines())
    return tuple(FoundScanner(*row) for row in rows if len(row) == 3)
