"""A person is asked for movements because the technician wished it; whoever does them is seen, and nobody has to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import numpy as np
import pytest

from appliance.attendance.face_capturing import ASKED
from appliance.attendance.judging import Judge
from appliance.errors import AttendanceError
from appliance.liveness.face.challenge import COUNT, Action
from appliance.model.attendance import Step
from appliance.model.capture import Attempt
from appliance.model.liveness import Hint
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill, FaceAssessor, FacePoints
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from drivers.contracts import Frame, Pixels, Request
from tests.unit.attendance.box import Box, ScriptedDevice
from tests.unit.attendance.makers import WHO
from tests.unit.liveness.face.scenes import grain, landmarks, moved, picture

FRAMES_A_SECOND = 15
TEXTURE = grain(4, fine_px=3.0)
AT_REST = {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.1, "mouthSmileLeft": 0.0, "mouthSmileRight": 0.0}
DOING: Mapping[str, tuple[float, Mapping[str, float]]] = {
    Action.TURN_LEFT: (25.0, {}),
    Action.TURN_RIGHT: (-25.0, {}),
    Action.BLINK: (0.0, {"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9}),
    Action.SMILE: (0.0, {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}),
}


class Sitter:
    """Somebody before the camera who reads the screen, and does what it asks for half a second later; or does nothing.

    `read`: what is on the screen now. A quality.face_assessor.FaceAssessor that sees them.
    """

    knows_points = True

    def __init__(self, *, willing: bool) -> None:
        self.read: Callable[[], str] = lambda: ""
        self.told: list[str] = []
        self._willing = willing
        self._since = 0
        self._points = FacePoints(landmarks(), AT_REST)

    def hand_over_points(self) -> FacePoints:
        return self._points

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        said = self.read()
        if not self.told or self.told[-1] != said:
            self.told.append(said)
            self._since = 0
        self._since += 1
        asked = said.removeprefix(ASKED)
        yaw_deg, doing = DOING.get(asked, (0.0, {})) if self._willing and self._since > 7 else (0.0, {})
        self._points = FacePoints(landmarks(yaw_deg), {**AT_REST, **doing})
        return Verdict(kind=CaptureKind.FACE, score=90)

    assess = glance

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        return AssessedStill(Verdict(kind=CaptureKind.FACE, score=90))


class Stream:
    """Previews, a fifteenth of a second apart by their own times; a still when one is asked for."""

    def __init__(self, shown: Callable[[int], None]) -> None:
        self._number, self._still, self._shown = 0, False, shown

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    async def __anext__(self) -> Frame:
        await asyncio.sleep(0)
        self._number += 1
        self._shown(self._number)
        right, down = 6.0 * np.sin(self._number / 5.3), 4.0 * np.sin(self._number / 8.9)
        pixels = picture(moved(TEXTURE, right, down), noise=4.0, seed=self._number)
        uneven_ns = int(np.random.default_rng(self._number).normal(0.0, 500_000.0))
        taken_ns = self._number * 1_000_000_000 // FRAMES_A_SECOND + uneven_ns
        still, self._still = self._still, False
        return Frame(pixels, self._number, taken_ns, preview=not still)

    def ask_still(self) -> None:
        self._still = True


class Camera(ScriptedDevice):
    """`shown`: called with each picture's number, before it is given."""

    def __init__(self) -> None:
        super().__init__([0])
        self.shown: Callable[[int], None] = lambda _number: None

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[Stream]:  # type: ignore[override]
        yield Stream(self.shown)


class Desk:
    """A counter with one sitter before its camera."""

    def __init__(self, box: Box, sees: FaceAssessor) -> None:
        self.box, self.camera, self.sees = box, Camera(), sees
        self.judge = Judge(load_faces=lambda: sees)

    async def taken(self, *, check: bool) -> Attempt:
        """The face, from the step before it."""
        attendance_id = await self.box.at(Step.FACE)
        self.box.judge = self.judge  # type: ignore[assignment]
        service = await self.box.recovered()
        self.box.desk.one = self.camera
        await self.judge.warm_up()
        if isinstance(self.sees, Sitter):
            self.sees.read = lambda: service.preview.latest.instruction if service.preview.latest is not None else ""
        attendance = await service.capture(attendance_id, WHO, "face", check_presence=check)
        target = attendance.target("face")
        assert target is not None
        return target.tries[-1]


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    made = Box([80])
    yield made
    await made.judge.close()


def challenge(attempt: Attempt) -> Hint:
    assert attempt.liveness is not None
    return next(hint for hint in attempt.liveness.hints if hint.code == "challenge")


async def test_who_does_what_the_screen_asks_is_seen_to_be_there_and_then_the_picture_is_taken(box: Box) -> None:
    sitter = Sitter(willing=True)
    attempt = await Desk(box, sitter).taken(check=True)
    asked = [said.removeprefix(ASKED) for said in sitter.told if said.startswith(ASKED)]
    assert len(asked) == COUNT
    assert set(asked) <= set(Action)
    assert attempt.part is not None
    hint = challenge(attempt)
    assert (hint.score, hint.evidence["asked"], hint.evidence["answered"]) == (0.0, COUNT, COUNT)


async def test_who_does_nothing_has_a_picture_all_the_same_and_the_technician_a_hint(box: Box) -> None:
    attempt = await Desk(box, Sitter(willing=False)).taken(check=True)
    assert attempt.part is not None
    assert attempt.accepted
    assert challenge(attempt).score == 1.0
    assert attempt.liveness is not None
    assert attempt.liveness.alarm


async def test_nothing_is_asked_that_nobody_wished(box: Box) -> None:
    sitter = Sitter(willing=True)
    attempt = await Desk(box, sitter).taken(check=False)
    assert challenge(attempt).omitted == "not-asked"
    assert not any(said.startswith(ASKED) for said in sitter.told)


async def test_the_technician_ends_the_asking_by_taking_the_picture_and_what_was_open_counts_for_nothing(
    box: Box,
) -> None:
    desk = Desk(box, Sitter(willing=False))

    def taken_now(number: int) -> None:
        if number == 10:
            holder = box.service.capturing
            assert holder is not None
            box.service.take_now(holder)

    desk.camera.shown = taken_now
    attempt = await desk.taken(check=True)
    assert attempt.part is not None
    assert challenge(attempt).omitted == "not-finished"


async def test_where_no_networks_see_what_is_done_nobody_is_asked(box: Box) -> None:
    with pytest.raises(AttendanceError) as refused:
        await Desk(box, SimpleFaceAssessor()).taken(check=True)
    assert refused.value.code == "no-presence-check"
    assert not box.service.can_check_presence


async def test_only_a_face_is_asked(box: Box) -> None:
    attendance_id = await box.at(Step.DOCUMENT)
    with pytest.raises(AttendanceError) as refused:
        await box.service.capture(attendance_id, WHO, "document", check_presence=True)
    assert refused.value.code == "no-presence-check"
