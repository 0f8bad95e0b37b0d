"""A frame is judged by what its device says of it, and by nothing that was guessed."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from appliance.attendance.judging import Judge
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill
from appliance.quality.iso29794_5.portrait_profiles import PERMIT, PortraitAge, PortraitWanted
from drivers.contracts import Frame, Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint


class NamingFaces:
    """Judges nothing, and says which way it was asked and by which thread it was loaded."""

    def __init__(self) -> None:
        self.thread = threading.current_thread().name

    def _said(self, how: str, wanted: PortraitWanted) -> Verdict:
        named = f"{how} for {wanted.profile.name} {wanted.age}"
        return Verdict(kind=CaptureKind.FACE, score=1, algorithm=named, reasons=(self.thread,))

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        return self._said("assess", wanted)

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        return AssessedStill(self._said("still", wanted))

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        return self._said(f"glance by {reduced_by}", wanted)


@pytest.mark.parametrize(
    ("preview", "asked"), [(True, "glance by 2.5 for permit under-ten"), (False, "still for permit under-ten")]
)
async def test_a_preview_of_a_face_is_glanced_at_and_a_still_is_assessed_off_the_event_loop(
    preview: bool, asked: str
) -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    frame = Frame(pixels=pixels, sequence=0, captured_monotonic_ns=0, preview=preview, reduced_by=2.5)
    judge = Judge(load_faces=NamingFaces)
    wanted = PortraitWanted(PERMIT, PortraitAge.UNDER_TEN)
    try:
        await judge.warm_up()
        verdict = (await judge.judge(CaptureKind.FACE, frame, wanted=wanted)).verdict
    finally:
        await judge.close()
    assert verdict.algorithm == asked
    assert verdict.reasons[0].startswith("judge")


@pytest.mark.parametrize(("resolution_ppi", "judged"), [(500, True), (None, False)])
async def test_a_reader_without_a_resolution_is_not_taken_for_one_of_500_ppi(
    resolution_ppi: int | None, judged: bool
) -> None:
    pixels = np.ascontiguousarray(draw_fingerprint(3, "right_index", 0))
    frame = Frame(pixels=pixels, sequence=0, captured_monotonic_ns=0, resolution_ppi=resolution_ppi)
    judge = Judge()
    try:
        verdict = (await judge.judge(CaptureKind.FINGERPRINT, frame)).verdict
    finally:
        await judge.close()
    assert (verdict.score != NOT_JUDGED) is judged
    assert ("resolution-unknown" in verdict.reasons) is not judged
