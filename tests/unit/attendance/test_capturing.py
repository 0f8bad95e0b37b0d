"""One attempt with a camera that shows previews: they guide, and a full still is what is judged and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import numpy as np
import pytest

from appliance.attendance.capturing import STILL_WITHIN_S, Presented, capture_once, request_for
from appliance.attendance.instruction import Instructions
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish
from appliance.attendance.preview import NOTHING, Preview, PreviewFrame
from appliance.errors import DeviceError
from appliance.model.configuration import CaptureRules
from appliance.model.verdict import NOT_JUDGED, CaptureKind
from appliance.quality.fingerprint import ALGORITHM, SIMPLE_ALGORITHM
from appliance.quality.nfiq2.forest_file import read_forest
from appliance.quality.stillness import Stillness
from appliance.runtime.clock import Clock, SystemClock
from drivers.contracts import CameraRequest, Frame, Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.attendance.box import GreyJudge, ScriptedCamera, ScriptedFrames, Streaming, TurnedClock, picture
from tests.unit.quality.degrading import further_right, paler
from tests.unit.quality.forests import file_of, some_arrays

THRESHOLD = 40
T = TypeVar("T")


class NoStills(ScriptedFrames):
    """Previews without an end, a second each, and no still whoever asks."""

    def __init__(self, clock: TurnedClock, *scores: int) -> None:
        super().__init__(*previews(*scores))
        self._clock = clock

    def ask_still(self) -> None:
        self.stills_asked += 1

    async def __anext__(self) -> Frame:
        await asyncio.sleep(0)
        self._clock.now_s += 1.0
        return self._frames.pop(0) if self._frames else picture(10, preview=True)


async def attempt(
    frames: ScriptedFrames,
    wish: Wish | None = None,
    clock: Clock | None = None,
    kind: CaptureKind = CaptureKind.EXCEPTION_PHOTO,
    rules: CaptureRules | None = None,
) -> Presented:
    judge = GreyJudge()
    try:
        return await capture_once(
            ScriptedCamera(frames),
            kind,
            None,
            rules=rules or CaptureRules(),
            threshold=THRESHOLD,
            judge=judge,
            preview=Preview(),
            clock=clock or SystemClock(),
            wish=wish or Wish(),
        )
    finally:
        await judge.close()


async def within(waited_for: Awaitable[T]) -> T:
    """Fails instead of hanging."""
    async with asyncio.timeout(30):
        return await waited_for


def score_kept(presented: Presented) -> int | None:
    return None if presented.pixels is None else int(presented.pixels[0, 0])


def previews(*scores: int) -> list[Frame]:
    return [picture(score, preview=True) for score in scores]


def test_a_face_is_looked_at_in_small_and_kept_as_the_camera_gives_it() -> None:
    request = request_for(CaptureKind.FACE, None, CaptureRules())
    assert isinstance(request, CameraRequest)
    assert request.preview_width > 0
    assert (request.width, request.height) == (0, 0)


async def test_a_picture_of_a_hand_is_taken_by_nobody_but_the_technician() -> None:
    wish = Wish()
    frames = ScriptedFrames(*previews(90, 95, 99), still=80, then_waits=True)
    running = asyncio.create_task(attempt(frames, wish, kind=CaptureKind.EXCEPTION_PHOTO))
    await frames.waiting.wait()
    assert frames.stills_asked == 0
    wish.take.set()
    assert score_kept(await running) == 80


async def test_a_picture_of_a_hand_is_taken_when_the_time_is_up() -> None:
    clock = TurnedClock()

    class Slow(ScriptedFrames):
        async def __anext__(self) -> Frame:
            clock.now_s += 10.0
            return await super().__anext__()

    frames = Slow(*previews(90, 91, 92, 93, 94), still=80)
    assert score_kept(await attempt(frames, clock=clock, kind=CaptureKind.EXCEPTION_PHOTO)) == 80
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
    await within(frames.waiting.wait())
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
    frames = ScriptedFrames(then_waits=True)
    capture = asyncio.create_task(attempt(frames, wish))
    await within(frames.waiting.wait())
    wish.leave.set()
    with pytest.raises(DeviceError) as left:
        await within(capture)
    assert left.value.code == "capture-cancelled"


async def test_to_leave_keeps_nothing_of_what_came_before() -> None:
    wish = Wish()
    frames = ScriptedFrames(picture(10), then_waits=True)
    capture = asyncio.create_task(attempt(frames, wish))
    await within(frames.waiting.wait())
    wish.leave.set()
    with pytest.raises(DeviceError) as left:
        await within(capture)
    assert left.value.code == "capture-cancelled"


@pytest.mark.parametrize("taken", [True, False], ids=["asked by the technician", "asked of itself"])
async def test_a_camera_that_shows_and_never_takes_ends_by_name(taken: bool) -> None:
    wish, clock = Wish(), TurnedClock()
    if taken:
        wish.take.set()
    frames, rules = NoStills(clock), CaptureRules(face_timeout_s=7.0)
    asked_s = clock.now_s + (0.0 if taken else rules.face_timeout_s)
    with pytest.raises(DeviceError) as failed:
        await within(attempt(frames, wish, clock, rules=rules))
    assert failed.value.code == "device-timeout"
    assert frames.stills_asked == 1
    assert STILL_WITHIN_S <= clock.now_s - asked_s <= STILL_WITHIN_S + 2


async def test_whoever_stops_looking_leaves_nobody_waiting() -> None:
    others = asyncio.all_tasks()
    assert score_kept(await attempt(ScriptedFrames(picture(90), then_waits=True), kind=CaptureKind.DOCUMENT)) == 90
    assert asyncio.all_tasks() == others


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


async def test_a_reader_that_sends_nothing_better_in_time_is_not_waited_for() -> None:
    frames = ScriptedFrames(picture(10), picture(12), then_waits=True)
    presented = await within(
        attempt(frames, kind=CaptureKind.FINGERPRINT, rules=CaptureRules(fingerprint_window_s=0.1))
    )
    assert score_kept(presented) == 12
    assert frames.waiting.is_set()


async def test_a_reader_that_streams_bare_glass_for_ever_is_left_in_time_and_nothing_is_accepted() -> None:
    clock, began_s = TurnedClock(), 1000.0
    frames = Streaming(clock, picture(NOT_JUDGED))
    presented = await within(
        attempt(frames, clock=clock, kind=CaptureKind.FINGERPRINT, rules=CaptureRules(fingerprint_timeout_s=7.0))
    )
    assert not presented.verdict.accepted(0)
    assert clock.now_s == began_s + 1.0 + 7.0


@pytest.mark.parametrize("goes_on", [picture(10), picture(90, preview=True)], ids=["too-weak", "only-to-look-at"])
async def test_of_a_reader_that_streams_for_ever_the_best_counts_when_the_window_is_over(goes_on: Frame) -> None:
    clock = TurnedClock()
    frames = Streaming(clock, picture(NOT_JUDGED), picture(12), goes_on)
    presented = await within(
        attempt(frames, clock=clock, kind=CaptureKind.FINGERPRINT, rules=CaptureRules(fingerprint_window_s=5.0))
    )
    assert score_kept(presented) == 12
    assert clock.now_s == 1002.0 + 5.0


async def test_a_live_finger_is_guided_by_the_quick_measures_and_kept_by_nfiq2() -> None:
    impression = draw_fingerprint(3, "right_index", 0)
    shown = [_frame(paler(impression, 0.9), 0, preview=True), _frame(impression, 1, preview=True)]
    judge, preview = Judge(read_forest(file_of(some_arrays(1)))), Preview()
    said: list[str] = []
    verdicts = [
        (await judge.judge(CaptureKind.FINGERPRINT, frame, Stillness())).verdict
        for frame in (*shown, _frame(impression, 2, preview=False))
    ]
    assert [verdict.algorithm for verdict in verdicts] == [SIMPLE_ALGORITHM, SIMPLE_ALGORITHM, ALGORITHM]
    assert verdicts[0].reasons == ("too-little-contrast",)

    async def listen() -> None:
        said.append((await preview.instruction_after(NOTHING)).code)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await preview.show(PreviewFrame(b"", verdicts[0], Instructions(30).after(verdicts[0], 0.0)))
    await within(listening)
    assert said == ["too-little-contrast"]
    await judge.close()


async def test_a_finger_that_slides_is_told_to_hold_still() -> None:
    impression = draw_fingerprint(3, "right_index", 0)
    judge, stillness = Judge(), Stillness()
    frames = [_frame(further_right(impression, 4 * number), number, preview=True) for number in range(3)]
    reasons = [(await judge.judge(CaptureKind.FINGERPRINT, frame, stillness)).verdict.reasons for frame in frames]
    await judge.close()
    assert reasons == [(), ("moving",), ("moving",)]


def _frame(pixels: Pixels, number: int, *, preview: bool) -> Frame:
    return Frame(np.ascontiguousarray(pixels), number, number * 66_000_000, preview=preview, resolution_ppi=500)
