"""A face is judged as it is now: when frames come faster than they can be judged, the newest is judged and the others
are counted. Through the driver's host, its stream, the capture and its judge, as they are put together on a box."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from appliance.attendance.face_capturing import capture_face
from appliance.attendance.judging import Judge, Judged
from appliance.attendance.looking import Wish
from appliance.attendance.preview import Preview
from appliance.errors import DeviceError
from appliance.model.configuration import CaptureRules
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face_assessor import AssessedStill, FacePoints
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from appliance.runtime.clock import SystemClock
from drivers.contracts import Contract, Frame, Pixels
from tests.unit.devices.test_hosted_device import device

FRAMES = 6
NOT_GOOD_ENOUGH = Verdict(kind=CaptureKind.FACE, score=0, reasons=("too-dark",))


class SlowFaces:
    """Takes far longer for a picture than this camera does, and is never content."""

    knows_points = False

    def assess(self, pixels: Pixels, **_: Any) -> Verdict:
        time.sleep(0.02)
        return NOT_GOOD_ENOUGH

    glance = assess

    def hand_over_points(self) -> FacePoints:
        return FacePoints()

    def assess_still(self, pixels: Pixels, **_: Any) -> AssessedStill:
        return AssessedStill(self.assess(pixels))


class NotingJudge(Judge):
    """Leaves the capture after some frames. `judged`: of each its number, its moment, and when its judgement began."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(load_faces=SlowFaces)
        self._wish = wish
        self.judged: list[tuple[int, int, int]] = []

    async def judge(self, kind: CaptureKind, frame: Frame, *rest: Any, **more: Any) -> Judged:
        self.judged.append((frame.sequence, frame.captured_monotonic_ns, time.monotonic_ns()))
        if len(self.judged) == FRAMES:
            self._wish.leave.set()
        return await super().judge(kind, frame, *rest, **more)


async def test_the_newest_frame_is_judged_and_those_it_replaced_are_counted() -> None:
    wish = Wish()
    judge = NotingJudge(wish)
    async with device(Contract.CAMERA, capture="flood") as hosted:
        with capture_logs() as lines, pytest.raises(DeviceError) as left:
            await capture_face(
                hosted,
                PortraitWanted(),
                rules=CaptureRules(),
                threshold=40,
                judge=judge,
                preview=Preview(),
                clock=SystemClock(),
                wish=wish,
            )
        dropped = hosted.status().dropped
    await judge.close()
    assert left.value.code == "capture-cancelled"
    assert len(judge.judged) == FRAMES
    for (number, _, begun_ns), (next_number, next_captured_ns, _) in pairwise(judge.judged):
        assert next_number > number + 1, "this camera gives several while one is judged"
        assert next_captured_ns > begun_ns, "a frame that had waited since before the last judgement was judged"
    missed = sum(after - before - 1 for (before, *_), (after, *_) in pairwise(judge.judged))
    assert dropped >= missed > 0
    (said,) = [line for line in lines if line["event"] == "frames-ended"]
    assert said["frames_dropped"] == dropped
    assert said["frames"] in (FRAMES, FRAMES + 1), "one may have come while the capture was left"
