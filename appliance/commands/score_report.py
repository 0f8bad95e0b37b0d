"""`claim-kiosk score --report FILE`: measures what was judged and writes it down as one page, a section a file.

An earlier report is written over. Any other file is left as it is, so that a name given twice costs no image.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from appliance.commands.face_findings import face_findings
from appliance.durable.private_file import write_private
from appliance.errors import DiskFull, QualityError, StateError, UsageError
from appliance.fingerprint.scored_scale import at_500_ppi
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.nfiq2.frame import without_frame
from appliance.quality.nfiq2.score import measured
from appliance.reports.face_report import face_section
from appliance.reports.fingerprint_report import FingerprintFindings, fingerprint_section
from appliance.reports.page import BEGINS, Section, report_page
from appliance.reports.sources import ReportSources, read_sources
from drivers.contracts import Pixels
from drivers.transport.picture_file import as_colour, as_grey

_Sections = Callable[[str, Pixels, int, Verdict, int], Section]


class ScoreReport:
    """Gathers a section for each file judged, then writes the page whole or not at all, mode 0600."""

    def __init__(self, kind: str, path: Path) -> None:
        """Raises UsageError for a kind of which there is no report; QualityError `report-not-written` early where the
        page could not be written; ModelError where a network for it is damaged."""
        _check(path)
        self._kind = kind
        self._path = path
        self._sources = read_sources()
        self._section = _sections(kind, self._sources)
        self._found: list[Section] = []

    def add(self, file: str, pixels: Pixels, resolution_ppi: int, verdict: Verdict) -> None:
        self._found.append(self._section(Path(file).name, pixels, resolution_ppi, verdict, len(self._found) + 1))

    def write(self) -> None:
        """Nothing where nothing was judged. Raises QualityError `report-not-written`, DiskFull."""
        if not self._found:
            return
        try:
            write_private(self._path, report_page(self._found, self._sources, self._kind).encode())
        except DiskFull:
            raise
        except StateError as error:
            raise _not_written(self._path, "check that its folder may be written to") from error


def _check(path: Path) -> None:
    if "\0" in str(path):
        raise _not_written(path, "no file can have that name")
    try:
        if not path.parent.is_dir():
            raise _not_written(path, "its folder does not exist")
        if path.is_dir():
            raise _not_written(path, "a folder has that name")
        if path.exists():
            begins = os.fsencode(BEGINS)
            is_report = False
            if path.is_file():  # a pipe would be waited for
                with path.open("rb") as file:
                    is_report = file.read(len(begins)) == begins
            if not is_report:
                raise _not_written(path, "there is another file of that name, and it is not a report")
    except OSError as error:
        raise _not_written(path, "check its name, its folder and its mode") from error


def _not_written(path: Path, why: str) -> QualityError:
    return QualityError(f"The report {path.name!r} is not written: {why}.", code="report-not-written")


def _sections(kind: str, sources: ReportSources) -> _Sections:
    """What makes a section of one image of a kind."""
    if kind == CaptureKind.FACE:
        found = face_findings()
        return lambda name, pixels, _, verdict, number: face_section(
            found(name, as_colour(pixels), verdict), sources, number
        )
    if kind != CaptureKind.FINGERPRINT:
        raise UsageError(f"There is no report of a {kind} yet: leave --report out.")
    return lambda name, pixels, ppi, verdict, number: fingerprint_section(
        _scored(name, at_500_ppi(as_grey(pixels), ppi), verdict), sources, number
    )


def _scored(name: str, pixels: Pixels, verdict: Verdict) -> FingerprintFindings:
    """Score and reasons are the verdict's; measured again for the maps that a verdict does not keep."""
    inner, top, left = without_frame(pixels)
    found = measured(pixels)
    return FingerprintFindings(
        name=name,
        pixels=np.ascontiguousarray(inner),
        top=top,
        left=left,
        score=verdict.score,
        algorithm=verdict.algorithm,
        reasons=verdict.reasons,
        advice=verdict.advice,
        native=found.native,
        minutiae=found.minutiae,
        measures=found.measures,
    )
