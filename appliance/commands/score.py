"""`claim-kiosk score`: judges image files, one object per file. For field engineers and scripts.

A file that cannot be read does not keep the others from being judged; it is named when they are done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from appliance.commands.quiet_libraries import libraries_silent
from appliance.errors import QualityError
from appliance.installed_face_assessor import installed_face_assessor
from appliance.installed_forest import installed_forest
from appliance.model.verdict import CaptureKind, Pose, Verdict
from appliance.quality.document import assess_document
from appliance.quality.exception_photo import assess_exception_photo
from appliance.quality.fingerprint import assess_fingerprint
from appliance.runtime.memory import keep_freed_memory
from drivers.contracts import Pixels
from drivers.transport.picture_file import PictureRefused, as_colour, as_grey, decode_picture, read_bytes
from drivers.transport.picture_resolution import declared_ppi

FINGERPRINT_PPI = 500
_WITHOUT_FOREST = (
    "NFIQ 2's model is not installed: simpler measures give an estimate. Run 'claim-kiosk models install'."
)
NS_PER_MS = 1_000_000


class Report(Protocol):
    """Where what was judged is also written down, for people (`appliance.commands.score_report`)."""

    def add(self, file: str, pixels: Pixels, resolution_ppi: int, verdict: Verdict) -> None: ...

    def write(self) -> None: ...


def score_files(
    kind: str,
    files: Sequence[str],
    *,
    ppi: int | None = None,
    report: Report | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Iterator[dict[str, Any]]:
    """One object per file that can be read, in the order given. Impressions have the resolution `ppi`; where that is
    not given the one that their file says, else 500 ppi.

    `ms` is the process's CPU time for judging that image, without reading and decoding it and without loading the
    detectors. Raises QualityError at the end, with the first unreadable file's code (`file-missing`,
    `file-unreadable`, `not-an-image`, `image-too-large`, `no-wsq-decoder`) and all their names.
    `report` is told of each, and written once all are judged; raises what that does. `tell` hears what the judgement
    lacks.
    """
    try:
        chosen = CaptureKind(kind)
    except ValueError:
        known = ", ".join(CaptureKind)
        raise QualityError(f"There is no kind of image called {kind!r}: there are {known}.", code="usage") from None
    keep_freed_memory()
    judge = _judge(chosen, tell)
    refused: list[tuple[str, PictureRefused]] = []
    for file in files:
        try:
            data = read_bytes(Path(file))
            with libraries_silent():
                pixels = decode_picture(data)
        except PictureRefused as refusal:
            refused.append((file, refusal))
            continue
        resolution_ppi = ppi or declared_ppi(data) or FINGERPRINT_PPI
        started_ns = time.process_time_ns()
        verdict = judge(pixels, resolution_ppi)
        spent_ms = (time.process_time_ns() - started_ns) / NS_PER_MS
        if report is not None:
            report.add(file, pixels, resolution_ppi, verdict)
        match chosen:
            case CaptureKind.FINGERPRINT:
                yield {**_print_or_page(file, verdict, spent_ms), "resolution_ppi": resolution_ppi}
            case CaptureKind.DOCUMENT:
                yield _print_or_page(file, verdict, spent_ms)
            case CaptureKind.FACE:
                yield _face(file, verdict, spent_ms)
    if report is not None:
        report.write()
    if refused:
        named = "; ".join(f"{file}: {refusal.sentence}" for file, refusal in refused)
        raise QualityError(f"Not judged: {named}.", code=refused[0][1].refusal.value)


def _judge(kind: CaptureKind, tell: Callable[[str], None]) -> Callable[[Pixels, int], Verdict]:
    """What judges pixels of a kind, with its detectors loaded; the resolution is an impression's."""
    match kind:
        case CaptureKind.FINGERPRINT:
            forest = installed_forest()
            if forest is None:
                tell(_WITHOUT_FOREST)
            return lambda pixels, ppi: assess_fingerprint(as_grey(pixels), resolution_ppi=ppi, forest=forest)
        case CaptureKind.DOCUMENT:
            return lambda pixels, _: assess_document(pixels, resolution_ppi=None)
        case CaptureKind.EXCEPTION_PHOTO:
            return lambda pixels, _: assess_exception_photo(pixels)
        case CaptureKind.FACE:
            assessor = installed_face_assessor()
            return lambda pixels, _: assessor.assess(as_colour(pixels))


def _print_or_page(file: str, verdict: Verdict, spent_ms: float) -> dict[str, Any]:
    return {
        "file": file,
        "score": verdict.score,
        "reason": _reason(verdict),
        "ms": round(spent_ms, 3),
        "measures": verdict.measures,
        "algorithm": verdict.algorithm,
    }


def _face(file: str, verdict: Verdict, spent_ms: float) -> dict[str, Any]:
    pose = verdict.pose or Pose()
    return {
        "file": file,
        "faces": verdict.faces,
        "components": {
            name: {"raw": component.raw, "scalar": component.scalar} for name, component in verdict.components.items()
        },
        "pose": {"yaw_deg": pose.yaw_deg, "pitch_deg": pose.pitch_deg, "roll_deg": pose.roll_deg},
        "ms": round(spent_ms, 3),
        "score": verdict.score,
        "reason": _reason(verdict),
        "algorithm": verdict.algorithm,
    }


def _reason(verdict: Verdict) -> str | None:
    """What stands most in the way, None when nothing does."""
    return verdict.reasons[0] if verdict.reasons else None
