"""A person is asked for movements because the technician wished it; whoever does them is seen, and nobody has to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from appliance.attendance.presence_check import ASKED
from appliance.errors import AttendanceError
from appliance.liveness.face.challenge import COUNT, Action
from appliance.model.attendance import Step
from appliance.model.capture import Attempt
from appliance.model.liveness import Hint
from appliance.quality.face import SimpleFaceAssessor
from tests.unit.attendance.box import Box
from tests.unit.attendance.makers import WHO
from tests.unit.attendance.sitting import Desk, Sitter, hint


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    made = Box([80])
    yield made
    await made.judge.close()


def challenge(attempt: Attempt) -> Hint:
    return hint(attempt, "challenge")


async def test_who_does_what_the_screen_asks_is_seen_to_be_there_and_then_the_picture_is_taken(box: Box) -> None:
    sitter = Sitter(willing=True)
    attempt = await Desk(box, sitter).taken(check=True)
    asked = [said.removeprefix(ASKED) for said in sitter.told if said.startswith(ASKED)]
    assert len(asked) == COUNT
    assert set(asked) <= set(Action)
    assert attempt.part is not None
    done = challenge(attempt)
    assert (done.score, done.evidence["asked"], done.evidence["answered"]) == (0.0, COUNT, COUNT)


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
