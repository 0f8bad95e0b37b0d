"""Runs the pure quality stage off the event loop: one worker thread, whose lifetime is the daemon's.

NumPy and OpenCV release the interpreter lock for their long parts, so a thread is enough; the loop's lag is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec
import numpy as np

from appliance.attendance.images import preview_jpeg
from appliance.fingerprint.scored_scale import SCORED_PPI
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.document import assess_document
from appliance.quality.exception_photo import assess_exception_photo
from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.face_assessor import LIVE_ADULT, FaceAssessor, MadePortrait
from appliance.quality.fingerprint import assess_fingerprint
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.stillness import Stillness
from drivers.contracts import Frame, Pixels

T = TypeVar("T")

_OtherKind = Literal[CaptureKind.FINGERPRINT, CaptureKind.EXCEPTION_PHOTO, CaptureKind.DOCUMENT]

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """`pixels` are our own copy: what was judged is what is kept, whatever the driver does to its memory meanwhile.

    A preview has none: it is only looked at, and there is nothing that could be kept by mistake. `compose`: makes the
    portrait of a still, as `AssessedStill` has it.
    """

    verdict: Verdict
    preview_jpeg: bytes
    pixels: Pixels | None
    compose: Callable[[], MadePortrait] | None = None


class Judge:
    def __init__(
        self, forest: Forest | None = None, load_faces: Callable[[], FaceAssessor] = SimpleFaceAssessor
    ) -> None:
        """`forest`: NIST's, for NFIQ 2; None where it is not installed. `load_faces`: once, in the judge's thread."""
        self.forest = forest
        self._load_faces = load_faces
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judge")
        self._faces: FaceAssessor | None = None

    async def warm_up(self) -> None:
        """Loads what judges faces before the first applicant sits down."""
        await self.run(self._face_assessor)

    async def judge(
        self,
        kind: CaptureKind,
        frame: Frame,
        stillness: Stillness | None = None,
        *,
        wanted: PortraitWanted = LIVE_ADULT,
    ) -> Judged:
        """The verdict and the page's small picture. The frame may be given back once this returns.

        `stillness`: of the capture that a finger's preview belongs to; one that moves is told so. `wanted`: what a face
        is held against.
        """
        return await self.run(lambda: self._judged(kind, frame, stillness, wanted))

    async def run(self, work: Callable[[], T]) -> T:
        """Any other long work on pixels, in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def close(self) -> None:
        """Waits for the image under judgement (well under a second)."""
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)

    def _face_assessor(self) -> FaceAssessor:
        if self._faces is None:
            self._faces = self._load_faces()
        return self._faces

    def _judged(self, kind: CaptureKind, frame: Frame, stillness: Stillness | None, wanted: PortraitWanted) -> Judged:
        pixels = np.array(frame.pixels, copy=True)
        if kind is CaptureKind.FACE:
            return self._judged_face(pixels, frame, wanted)
        verdict = self._verdict(kind, pixels, frame)
        if stillness is not None and frame.preview and kind is CaptureKind.FINGERPRINT:
            verdict = _with_motion(verdict, stillness.moves(pixels, frame.captured_monotonic_ns / NS_PER_S))
        return Judged(verdict, preview_jpeg(pixels), None if frame.preview else pixels)

    def _judged_face(self, pixels: Pixels, frame: Frame, wanted: PortraitWanted) -> Judged:
        faces = self._face_assessor()
        if frame.preview:
            seen = faces.glance(pixels, reduced_by=frame.reduced_by, wanted=wanted)
            return Judged(seen, preview_jpeg(pixels), None)
        still = faces.assess_still(pixels, wanted=wanted)
        return Judged(still.verdict, preview_jpeg(pixels), pixels, still.compose)

    def _verdict(self, kind: _OtherKind, pixels: Pixels, frame: Frame) -> Verdict:
        match kind:
            case CaptureKind.FINGERPRINT:
                if frame.preview:
                    # It guides and is never recorded: scanners show live what they take, and leave the scale unsaid.
                    return assess_fingerprint(pixels, resolution_ppi=frame.resolution_ppi or SCORED_PPI)
                return assess_fingerprint(pixels, resolution_ppi=frame.resolution_ppi, forest=self.forest)
            case CaptureKind.EXCEPTION_PHOTO:
                return assess_exception_photo(pixels)
            case CaptureKind.DOCUMENT:
                return assess_document(pixels, resolution_ppi=frame.resolution_ppi)


def _with_motion(verdict: Verdict, moving: bool) -> Verdict:
    """A finger that is there and moves is not taken yet, and hears of that before anything else."""
    if not moving or verdict.score == NOT_JUDGED:
        return verdict
    return msgspec.structs.replace(verdict, reasons=("moving", *verdict.reasons))
