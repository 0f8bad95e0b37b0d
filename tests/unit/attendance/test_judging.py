"""A frame is judged by what its device says of it, and by nothing that was guessed."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.attendance.judging import Judge
from appliance.model.verdict import NOT_JUDGED, CaptureKind
from drivers.contracts import Frame
from drivers.simulated.drawn.fingerprint import draw_fingerprint


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
