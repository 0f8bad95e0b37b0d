"""What is known of each impression beside its quality: which earlier ones it is like, and what hints at no finger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import numpy as np
import pytest

from appliance.attendance.impressions import Impressions
from appliance.attendance.judging import Judge, Judged
from appliance.attendance.recording import recorded
from appliance.attendance.resemblance import standing_doubts, whole_record
from appliance.attendance.state import Attendance
from appliance.model.attendance import Decision, Step
from appliance.model.capture import Attempt
from appliance.model.configuration import CapturePlan
from appliance.model.manifest import Manifest, SoftwareRecord
from appliance.model.verdict import CaptureKind, Verdict
from appliance.package.consistency import contradictions
from appliance.quality.stillness import Stillness
from drivers.contracts import Frame, Pixels, Request
from drivers.simulated.drawn.fingerprint import RESOLUTION_PPI, draw_fingerprint
from tests.unit.attendance.box import Box, ScriptedDevice, ScriptedFrames
from tests.unit.attendance.makers import AT, WHO

RIGHT, LEFT = draw_fingerprint(0, "right_index", 0), draw_fingerprint(0, "left_index", 0)
RIGHT_AGAIN, LEFT_AGAIN = draw_fingerprint(0, "right_index", 1), draw_fingerprint(0, "left_index", 1)
BLANK = np.full_like(RIGHT, 250)


class EveryPrintIsGood(Judge):
    async def judge(self, kind: CaptureKind, frame: Frame, stillness: Stillness | None = None, **_asked: Any) -> Judged:
        return Judged(Verdict(kind=kind, score=80), b"jpeg", np.array(frame.pixels))


class Glass(ScriptedDevice):
    """Gives the prints one after another, as a reader of `resolution_ppi`."""

    def __init__(self, *prints: Pixels, resolution_ppi: int | None = RESOLUTION_PPI) -> None:
        super().__init__([80])
        self.prints, self.resolution_ppi = list(prints), resolution_ppi

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[ScriptedFrames]:
        yield ScriptedFrames(Frame(self.prints.pop(0), 0, 0, self.resolution_ppi, simulated=True))


class Post:
    """A box whose reader has these prints to give, restarted before every command."""

    def __init__(self, box: Box, glass: Glass) -> None:
        box.judge = EveryPrintIsGood()  # type: ignore[assignment]
        plan = CapturePlan(plan_id="residence-permit", label={"pt": "Plano"}, document=False, face=False)
        box.configuration = msgspec.structs.replace(box.configuration, capture_plans=(plan,))
        self.box, self.glass = box, glass

    def restarted(self) -> None:
        self.box.restarted()
        self.box.desk.one = self.glass

    async def begun(self) -> str:
        self.restarted()
        attendance = await self.box.service.open(WHO, "residence-permit", ("regularizacao",))
        while attendance.step is not Step.FINGERPRINTS:
            attendance = await self.box.forward(attendance)
        return attendance.attendance_id

    async def taken(self, one: str, *hands: str, restarting: bool = True) -> Attendance:
        for hand in hands:
            if restarting:
                self.restarted()
                await self.box.service.load()
            if (target := self.box.service.register.get(one).target(hand)) and target.chosen is not None:
                await self.box.service.decide(one, WHO, hand, Decision.RECAPTURE)
            await self.box.service.capture(one, WHO, hand)
        return self.box.service.register.get(one)


@pytest.fixture
def post(boxes: Callable[..., Box]) -> Callable[..., Post]:
    def make(*prints: Pixels, resolution_ppi: int | None = RESOLUTION_PPI) -> Post:
        return Post(boxes(), Glass(*prints, resolution_ppi=resolution_ppi))

    return make


def last(attendance: Attendance, hand: str) -> Attempt:
    target = attendance.target(hand)
    assert target is not None
    return target.tries[-1] if target.chosen is None else target.chosen


def manifest_of(attendance: Attendance) -> Manifest:
    software = SoftwareRecord(name="claim-kiosk", version="0")
    manifest = recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=True).manifest
    assert contradictions(manifest) == ()
    return manifest


async def test_two_fingers_raise_no_doubt(post: Callable[..., Post]) -> None:
    here = post(RIGHT, LEFT)
    attendance = await here.taken(await here.begun(), "right_hand", "left_hand")
    assert not standing_doubts(attendance).is_doubtful
    record = manifest_of(attendance).uniqueness
    assert (record.compared, record.repeated, record.swapped, record.omitted) == (1, (), (), None)


async def test_one_finger_given_as_two_is_known_across_restarts_and_bars_nothing(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT_AGAIN)
    attendance = await here.taken(await here.begun(), "right_hand", "left_hand")
    assert attendance.step is Step.SIGNATURE
    (doubt,) = standing_doubts(attendance).repeated
    assert {doubt.first.position, doubt.second.position} == {"right_index", "left_index"}
    manifest = manifest_of(attendance)
    (pair,) = manifest.uniqueness.repeated
    assert (pair.first, pair.second) == (0, 1)
    assert pair.score >= manifest.uniqueness.threshold
    likenesses = [a.resemblance.alike for a in manifest.attempts if a.resemblance is not None]
    assert [[alike.attempt for alike in of_one] for of_one in likenesses] == [[1], [0]]


async def test_what_was_taken_again_raises_no_doubt_any_more_and_stays_on_record(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT_AGAIN, LEFT)
    attendance = await here.taken(await here.begun(), "right_hand", "left_hand", "left_hand")
    assert not standing_doubts(attendance).is_doubtful
    assert len(whole_record(attendance).repeated) == 1
    assert len(manifest_of(attendance).uniqueness.repeated) == 1


async def test_hands_that_change_places_between_rounds_are_told_apart_from_one_given_twice(
    post: Callable[..., Post],
) -> None:
    here = post(RIGHT, LEFT, LEFT_AGAIN)
    attendance = await here.taken(await here.begun(), "right_hand", "left_hand", "right_hand")
    found = standing_doubts(attendance)
    assert not found.repeated
    (doubt,) = found.swapped
    assert {doubt.first.position, doubt.second.position} == {"right_index", "left_index"}


async def test_what_could_not_be_compared_says_why(post: Callable[..., Post]) -> None:
    here = post(RIGHT, LEFT, resolution_ppi=None)
    manifest = manifest_of(await here.taken(await here.begun(), "right_hand", "left_hand"))
    assert manifest.uniqueness.omitted == "resolution-unknown"
    assert [a.resemblance and a.resemblance.omitted for a in manifest.attempts] == ["resolution-unknown"] * 2
    overall = manifest.liveness_hints
    assert (overall.score, overall.alarm, overall.examined, overall.omitted) == (None, False, 0, 2)
    assert {hint.omitted for a in manifest.attempts if a.liveness_hints for hint in a.liveness_hints.hints} == {
        "resolution-unknown"
    }


async def test_an_image_without_a_finger_has_nothing_to_compare(post: Callable[..., Post]) -> None:
    here = post(BLANK, LEFT)
    manifest = manifest_of(await here.taken(await here.begun(), "right_hand", "left_hand"))
    assert [a.resemblance and a.resemblance.omitted for a in manifest.attempts] == ["no-minutiae", None]
    assert manifest.uniqueness.omitted == "one-position"


async def test_an_earlier_image_that_is_lost_is_not_compared_and_stops_nothing(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT_AGAIN)
    one = await here.begun()
    await here.taken(one, "right_hand")
    here.box.vault.blobs.clear()
    attendance = await here.taken(one, "left_hand")
    resemblance = last(attendance, "left_hand").resemblance
    assert resemblance is not None
    assert (resemblance.scores, resemblance.omitted) == ((), "")
    assert manifest_of(attendance).uniqueness.omitted == "not-compared"


async def test_a_frame_given_again_raises_a_hint_and_changes_neither_score_nor_acceptance(
    post: Callable[..., Post],
) -> None:
    here = post(RIGHT, RIGHT)
    attendance = await here.taken(await here.begun(), "right_hand", "right_hand")
    again = last(attendance, "right_hand")
    assert again.liveness is not None
    assert again.liveness.alarm
    assert (again.verdict.score, again.accepted) == (80, True)
    target = attendance.target("right_hand")
    assert target is not None
    assert target.tries[0].liveness is not None
    assert target.tries[0].liveness.score == 0.0


async def test_the_same_finger_pressed_again_raises_none(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT_AGAIN)
    again = last(await here.taken(await here.begun(), "right_hand", "right_hand"), "right_hand")
    assert again.liveness is not None
    assert again.liveness.score == 0.0


async def test_an_alarmed_image_goes_along_also_where_another_was_chosen(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT, RIGHT_AGAIN, LEFT)
    attendance = await here.taken(await here.begun(), "right_hand", "right_hand", "right_hand", "left_hand")
    manifest = manifest_of(attendance)
    assert [attempt.part for attempt in manifest.attempts] == [
        None,
        "attempts/1-right_index.png",
        "captures/fingerprint/right_index.png",
        "captures/fingerprint/left_index.png",
    ]
    assert {part.name for part in manifest.parts} == {attempt.part for attempt in manifest.attempts if attempt.part}
    overall = manifest.liveness_hints
    assert (overall.score, overall.alarm, overall.pad) == (1.0, True, "not-performed")
    assert overall.fingers == {"right_index": 1.0, "left_index": 0.0}


async def test_another_attendance_s_very_picture_is_known_while_the_box_runs(post: Callable[..., Post]) -> None:
    here = post(RIGHT, RIGHT, RIGHT_AGAIN)
    first = await here.begun()
    await here.taken(first, "right_hand", restarting=False)
    await here.box.service.abandon(first, WHO, "test")
    service = here.box.service
    alarms = []
    for _ in range(2):
        attendance = await service.open(WHO, "residence-permit", ("regularizacao",))
        while attendance.step is not Step.FINGERPRINTS:
            attendance = await here.box.forward(attendance)
        made = last(await here.taken(attendance.attendance_id, "right_hand", restarting=False), "right_hand")
        assert made.liveness is not None
        alarms.append(made.liveness.alarm)
    assert alarms == [True, False]


class Shelf:
    """What is known of attendances, and who is told of changes."""

    def __init__(self, *attendances: Attendance) -> None:
        self.known = {attendance.attendance_id: attendance for attendance in attendances}
        self.watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        self.watchers.append(watcher)

    def find(self, attendance_id: str) -> Attendance | None:
        return self.known.get(attendance_id)


@pytest.mark.parametrize("how", ["erased", "sealing"])
async def test_nothing_of_an_attendance_is_held_once_it_is_over(post: Callable[..., Post], how: str) -> None:
    here = post(RIGHT, LEFT)
    attendance = await here.taken(await here.begun(), "right_hand", "left_hand")
    shelf = Shelf(attendance)
    impressions = Impressions(shelf, here.box.judge, here.box.vault)
    made = last(attendance, "right_hand")
    assert made.part is not None
    await impressions.looked_at(attendance, made, {made.part.name: RIGHT_AGAIN})
    assert impressions.held == {attendance.attendance_id}
    if how == "erased":
        shelf.known.clear()
    else:
        one = attendance.attendance_id
        await here.box.service.sign(one, WHO, b"[]")
        shelf.known[one] = await here.box.service.seal(one, WHO)
    shelf.watchers[0]()
    assert impressions.held == frozenset()
