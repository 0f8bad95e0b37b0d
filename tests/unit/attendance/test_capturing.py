"""One attempt with a camera that shows previews: they guide, and a full still is what is judged and kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from appliance.attendance.capturing import Presented, capture_once, request_for
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish
from appliance.attendance.preview import Preview
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CaptureRules
from appliance.model.verdict import CaptureKind
from appliance.runtime.clock import SystemClock
from drivers.contracts import CameraRequest, Frame, Request
from tests.unit.attendance.box import GreyJudge, ScriptedFrames, picture
from tests.unit.attendance.makers import DEVICE

THRESHOLD = 40


class Camera:
    def __init__(self, frames: ScriptedFrames) -> None:
        self._frames = frames

    def facts(self) -> DeviceFacts:
        return DEVICE

    def quality_thresholds(self) -> dict[str, int]:
        return {}

    @asynccontextmanager
    async def frames(self, request: Request) -> AsyncIterator[ScriptedFrames]:
        yield self._frames


async def attempt(frames: ScriptedFrames, wish: Wish | None = None) -> Presented:
    judge = GreyJudge()
    try:
        return await capture_once(
            Camera(frames),
            CaptureKind.FACE,
            None,
            rules=CaptureRules(),
            threshold=THRESHOLD,
            judge=judge,
            preview=Preview(),
            clock=SystemClock(),
            wish=wish or Wish(),
        )
    finally:
        await judge.close()


def score_kept(presented: Presented) -> int | None:
    return None if presented.pixels is None else int(presented.pixels[0, 0])


def previews(*scores: int) -> list[Frame]:
    return [picture(score, preview=True) for score in scores]


def test_a_face_is_looked_at_in_small_and_kept_as_the_camera_gives_it() -> None:
    request = request_for(CaptureKind.FACE, None, CaptureRules())
    assert isinstance(request, CameraRequest)
    assert request.preview_width > 0
    assert (request.width, request.height) == (0, 0)


async def test_a_preview_that_is_good_enough_makes_the_camera_take_a_still_which_is_kept() -> None:
    frames = ScriptedFrames(*previews(10, 20, 90, 91), still=80)
    assert score_kept(await attempt(frames)) == 80
    assert frames.stills_asked == 1


async def test_a_preview_is_never_kept_however_good_it_is() -> None:
    class Stubborn(ScriptedFrames):
        def ask_still(self) -> None:
            self.stills_asked += 1

    frames = Stubborn(*previews(90, 95, 99))
    presented = await attempt(frames)
    assert (presented.pixels, presented.verdict.reasons) == (None, ("nothing-presented",))


async def test_to_take_now_takes_a_still_of_now_whatever_it_is_worth() -> None:
    wish = Wish()
    frames = ScriptedFrames(*previews(10), still=7, then_waits=True)
    capture = asyncio.create_task(attempt(frames, wish))
    await asyncio.sleep(0.05)
    assert not capture.done()
    wish.take.set()
    assert score_kept(await capture) == 7
    assert frames.stills_asked == 1


async def test_to_take_now_before_the_first_picture_waits_for_the_still() -> None:
    wish = Wish()
    wish.take.set()
    assert score_kept(await attempt(ScriptedFrames(still=9, then_waits=True), wish)) == 9


async def test_to_leave_waits_for_no_picture() -> None:
    wish = Wish()
    capture = asyncio.create_task(attempt(ScriptedFrames(then_waits=True), wish))
    await asyncio.sleep(0.05)
    wish.leave.set()
    assert (await capture).pixels is None


@pytest.mark.parametrize("preview", [True, False])
async def test_the_judge_gives_back_no_pixels_of_a_preview(preview: bool) -> None:
    frame = Frame(np.full((80, 80, 3), 90, np.uint8), 0, 0, preview=preview, reduced_by=3.0)
    judge = Judge()
    try:
        judged = await judge.judge(CaptureKind.FACE, frame)
    finally:
        await judge.close()
    assert (judged.pixels is None) is preview
    assert judged.preview_jpeg
