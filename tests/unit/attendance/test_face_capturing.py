"""One attempt at a portrait: previews guide, a burst is taken of itself, the best of it becomes the portrait."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import numpy as np
import pytest

from appliance.attendance.capturing import Presented
from appliance.attendance.face_capturing import NO_POINTS, NOT_COMPOSED, capture_face, composition
from appliance.attendance.face_watching import FaceWatching
from appliance.attendance.judging import Judge, Judged
from appliance.attendance.looking import Wish
from appliance.attendance.portrait_choice import BURST
from appliance.attendance.preview import Preview
from appliance.errors import DeviceError, QualityError
from appliance.face.portrait import Portrait
from appliance.liveness.face.challenge import Action
from appliance.model.configuration import CaptureRules
from appliance.model.portrait import Criterion
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face_assessor import MadePortrait
from appliance.quality.iso29794_5.portrait_profiles import PERMIT, PortraitAge, PortraitWanted
from appliance.quality.stillness import Stillness
from appliance.runtime.clock import SystemClock
from drivers.contracts import Frame
from tests.unit.attendance.box import ScriptedCamera, ScriptedFrames, picture

THRESHOLD = 40
WANTED = PortraitWanted(PERMIT, PortraitAge.UNDER_TEN)
PORTRAIT_GREY = 200
CRITERION = Criterion(name="eyes-open", mandatory=True, met=True)


class Composing(Judge):
    """The grey value is the score; a portrait is one of another grey, and worth one more. `refuses`: none can be made.
    Without `knows_points` it is never even tried."""

    def __init__(self, *, knows_points: bool = True, refuses: bool = False) -> None:
        super().__init__()
        self._knows_points, self._refuses = knows_points, refuses
        self.wanted: set[PortraitWanted] = set()

    async def judge(self, kind: CaptureKind, frame: Frame, stillness: Stillness | None = None, **asked: Any) -> Judged:
        self.wanted.add(asked["wanted"])
        score = int(frame.pixels[0, 0])
        verdict = Verdict(kind=kind, score=score)
        if frame.preview:
            return Judged(verdict, b"jpeg", None)
        compose = partial(self._compose, score) if self._knows_points else None
        return Judged(verdict, b"jpeg", frame.pixels.copy(), compose)

    def _compose(self, score: int) -> MadePortrait:
        if self._refuses:
            raise QualityError("on purpose")
        pixels = np.full((8, 6, 3), PORTRAIT_GREY, np.uint8)
        made = Portrait(pixels, np.zeros((478, 2)), 2.0, -3.0, 0.125)
        return MadePortrait(made, Verdict(kind=CaptureKind.FACE, score=score + 1), (CRITERION,))


class HeldClock(SystemClock):
    """Goes on by a fifth of a second whenever it is looked at."""

    now_s = 0.0

    def monotonic(self) -> float:
        self.now_s += 0.2
        return self.now_s


class Lost(ScriptedFrames):
    """Shows a preview, and is pulled out."""

    async def __anext__(self) -> Frame:
        if not self._frames:
            raise DeviceError("on purpose", code="device-lost")
        return await super().__anext__()


async def attempt(
    frames: ScriptedFrames, judge: Judge, wish: Wish | None = None, watching: FaceWatching | None = None
) -> Presented:
    try:
        async with asyncio.timeout(30):
            return await capture_face(
                ScriptedCamera(frames),
                WANTED,
                rules=CaptureRules(),
                threshold=THRESHOLD,
                judge=judge,
                preview=Preview(),
                clock=HeldClock(),
                wish=wish or Wish(),
                watching=watching,
            )
    finally:
        await judge.close()


def sitting(*, then_still: int) -> ScriptedFrames:
    """Somebody who sits well before the camera, and a camera that then takes stills of that worth."""
    return ScriptedFrames(*(picture(80, preview=True) for _ in range(4)), still=then_still)


async def test_who_sits_well_is_taken_in_a_burst_and_made_a_portrait() -> None:
    frames, judge = sitting(then_still=70), Composing()
    presented = await attempt(frames, judge)
    assert frames.stills_asked == BURST
    assert judge.wanted == {WANTED}
    assert presented.pixels is not None
    assert (presented.pixels.shape, int(presented.pixels[0, 0, 0])) == ((8, 6, 3), PORTRAIT_GREY)
    assert presented.verdict.score == 71, "the portrait's own, not the still's"
    facts = presented.portrait
    assert facts is not None
    made = facts.composition
    assert made is not None
    assert (facts.profile, facts.template, facts.stills, facts.criteria) == ("permit", "under-ten", BURST, (CRITERION,))
    assert (made.width_px, made.height_px, made.scale, made.enlarged) == (6, 8, 2.0, True)
    assert (made.turn_deg, made.filled_share, facts.omitted) == (-3.0, 0.125, "")


@pytest.mark.parametrize(
    ("judge", "omitted"),
    [(partial(Composing, knows_points=False), NO_POINTS), (partial(Composing, refuses=True), NOT_COMPOSED)],
    ids=["no networks", "points that are no face's"],
)
async def test_where_no_portrait_can_be_made_the_still_is_kept_and_said_to_be_one(
    judge: partial[Composing], omitted: str
) -> None:
    presented = await attempt(sitting(then_still=70), judge())
    assert presented.pixels is not None
    assert int(presented.pixels[0, 0]) == 70
    assert presented.portrait is not None
    assert (presented.portrait.composition, presented.portrait.omitted) == (None, omitted)


async def test_nobody_is_no_portrait() -> None:
    presented = await attempt(ScriptedFrames(picture(10, preview=True)), Composing())
    assert (presented.pixels, presented.portrait) == (None, None)
    assert presented.verdict.reasons == ("nothing-presented",)


async def test_to_take_now_is_one_still_of_now_whatever_it_is_worth() -> None:
    wish, frames = Wish(), ScriptedFrames(picture(10, preview=True), still=7, then_waits=True)
    running = asyncio.create_task(attempt(frames, Composing(), wish))
    await frames.waiting.wait()
    wish.take.set()
    presented = await running
    assert (frames.stills_asked, presented.verdict.score) == (1, 8)
    assert presented.portrait is not None
    assert presented.portrait.stills == 1


async def test_a_camera_that_is_pulled_out_ends_it_by_name() -> None:
    with pytest.raises(DeviceError) as failed:
        await attempt(Lost(picture(80, preview=True)), Composing())
    assert failed.value.code == "device-lost"


class LostAfterAStill(Lost):
    """Answers one press of the shutter, and is pulled out."""

    def ask_still(self) -> None:
        if not self.stills_asked:
            super().ask_still()


async def test_a_still_that_will_do_outlives_the_camera() -> None:
    frames = LostAfterAStill(*(picture(80, preview=True) for _ in range(4)), still=70)
    presented = await attempt(frames, Composing())
    assert presented.verdict.score == 71
    assert presented.portrait is not None
    assert presented.portrait.stills == 1


async def test_a_still_that_will_not_do_ends_with_the_camera_by_name() -> None:
    with pytest.raises(DeviceError) as failed:
        await attempt(LostAfterAStill(*(picture(80, preview=True) for _ in range(4)), still=10), Composing())
    assert failed.value.code == "device-lost"


@pytest.mark.parametrize("scale", [0.99996, 1.0, 1.00003, 1.00006, 2.5])
def test_what_is_said_of_enlarging_never_contradicts_the_scale(scale: float) -> None:
    portrait = Portrait(np.zeros((8, 6, 3), np.uint8), np.zeros((478, 2)), scale, 0.0, 0.0)
    said = composition(MadePortrait(portrait, Verdict(kind=CaptureKind.FACE, score=50), ()))
    assert said.enlarged is (said.scale > 1)


class AskingForEver(FaceWatching):
    """As with a camera whose frames' times stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = True

    @property
    def asked(self) -> Action | None:
        return Action.BLINK if self.asks else None

    def ask_no_more(self) -> None:
        self.asks = False


async def test_movements_are_asked_for_no_longer_than_our_own_clock_allows() -> None:
    frames = ScriptedFrames(*(picture(80, preview=True) for _ in range(400)), still=70)
    watching = AskingForEver()
    presented = await attempt(frames, Composing(), watching=watching)
    assert not watching.asks
    assert presented.verdict.score == 71


async def test_to_leave_keeps_nothing() -> None:
    wish, frames = Wish(), ScriptedFrames(picture(10, preview=True), then_waits=True)
    running = asyncio.create_task(attempt(frames, Composing(), wish))
    await frames.waiting.wait()
    wish.leave.set()
    with pytest.raises(DeviceError) as left:
        await running
    assert left.value.code == "capture-cancelled"
