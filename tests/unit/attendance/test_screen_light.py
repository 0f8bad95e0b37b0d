"""The screen lights the person while they are asked for movements, where AIMA and the technician wish it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import msgspec
import pytest

from appliance.attendance.colour_showing import DARK_WITHIN_S, ENOUGH
from appliance.attendance.presence_check import ASKED, HOLD_STILL
from appliance.attendance.service import AttendanceService
from appliance.errors import AttendanceError
from appliance.model.attendance import Step
from tests.unit.attendance.box import Box
from tests.unit.attendance.makers import WHO
from tests.unit.attendance.sitting import Desk, Screen, Sitter, hint

CODE = "screen-light"


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    """Of a centre whose configuration has the colours shown."""
    made = Box([80])
    rules = msgspec.structs.replace(made.configuration.capture, screen_light=True)
    made.configuration = msgspec.structs.replace(made.configuration, capture=rules)
    yield made
    await made.judge.close()


async def test_a_face_that_takes_on_the_colours_is_lit_by_them_and_the_picture_is_taken_when_they_are_gone(
    box: Box,
) -> None:
    sitter, screen = Sitter(willing=True), Screen()
    desk = Desk(box, sitter, screen)
    attempt = await desk.taken(check=True, colours=True)
    assert len(screen.painted) >= ENOUGH
    assert all(one != other for one, other in pairwise(screen.painted))
    seen = hint(attempt, CODE)
    assert seen.score == 0.0
    assert seen.evidence["correlation"] > 0.8
    assert hint(attempt, "challenge").score == 0.0
    assert attempt.accepted
    assert screen.colour is None


async def test_what_hardly_takes_them_on_raises_an_alarm_and_is_taken_all_the_same(box: Box) -> None:
    desk = Desk(box, Sitter(willing=True), Screen())
    desk.camera.share = 0.0
    attempt = await desk.taken(check=True, colours=True)
    assert hint(attempt, CODE).score == 1.0
    assert attempt.liveness is not None
    assert attempt.liveness.alarm
    assert attempt.part is not None


async def test_who_has_done_everything_at_once_looks_at_the_rest_of_the_colours_and_no_portrait_is_lit(
    box: Box,
) -> None:
    sitter, screen = Sitter(willing=True), Screen()
    desk = Desk(box, sitter, screen)
    lit_when_asked: list[bool] = []
    desk.camera.asked_still = lambda: lit_when_asked.append(screen.colour is not None)
    await desk.taken(check=True, colours=True)
    held = sitter.told.index(f"{ASKED}{HOLD_STILL}")
    assert not any(said.startswith(ASKED) for said in sitter.told[held + 1 :])
    assert lit_when_asked
    assert not any(lit_when_asked)


async def test_colours_that_somebody_stops_are_gone_and_nothing_is_said_of_them(box: Box) -> None:
    screen = Screen(refuses_at=6)
    attempt = await Desk(box, Sitter(willing=True), screen).taken(check=True, colours=True)
    assert len(screen.painted) == 6
    assert hint(attempt, CODE).omitted == "not-shown"
    assert hint(attempt, "challenge").score == 0.0, "the movements go on"
    assert attempt.accepted


async def test_a_page_that_does_not_say_what_it_shows_is_not_believed_to_have_shown_it(box: Box) -> None:
    screen = Screen(deaf=True)
    desk = Desk(box, Sitter(willing=True), screen)
    lit_until_s: list[float] = []
    asked_s: list[float] = []
    before = screen.refresh

    def refresh(service: AttendanceService) -> None:
        before(service)
        latest = service.preview.latest
        if latest is not None and latest.light is not None:
            lit_until_s[:] = [desk.camera.clock.now_s]

    screen.refresh = refresh  # type: ignore[method-assign]
    desk.camera.asked_still = lambda: asked_s.append(desk.camera.clock.now_s)
    attempt = await desk.taken(check=True, colours=True)
    assert len(screen.painted) == 1
    assert min(asked_s) - lit_until_s[0] > DARK_WITHIN_S, "it may have gone on showing it"
    assert hint(attempt, CODE).omitted == "not-shown"


async def test_without_a_wish_no_colour_is_shown(box: Box) -> None:
    screen = Screen()
    attempt = await Desk(box, Sitter(willing=True), screen).taken(check=True)
    assert screen.painted == []
    assert hint(attempt, CODE).omitted == "not-asked"


async def test_the_technician_ends_the_colours_by_taking_the_picture(box: Box) -> None:
    screen = Screen()
    desk = Desk(box, Sitter(willing=False), screen)
    before = screen.refresh

    def taken_now(service: object) -> None:
        before(service)  # type: ignore[arg-type]
        if len(screen.painted) == 3:
            box.service.take_now(box.service.capturing or "")

    screen.refresh = taken_now  # type: ignore[method-assign]
    lit_when_asked: list[bool] = []
    desk.camera.asked_still = lambda: lit_when_asked.append(screen.colour is not None)
    attempt = await desk.taken(check=True, colours=True)
    assert len(screen.painted) == 3
    assert lit_when_asked == [False], "the one picture is not taken before they are gone"
    assert hint(attempt, CODE).omitted == "not-shown"
    assert attempt.part is not None


async def test_without_aimas_word_they_are_refused_by_name(box: Box) -> None:
    rules = msgspec.structs.replace(box.configuration.capture, screen_light=False)
    box.configuration = msgspec.structs.replace(box.configuration, capture=rules)
    with pytest.raises(AttendanceError) as refused:
        await Desk(box, Sitter(willing=True), Screen()).taken(check=True, colours=True)
    assert refused.value.code == "no-screen-light"


async def test_they_are_part_of_the_check_of_presence_alone(box: Box) -> None:
    with pytest.raises(AttendanceError) as refused:
        await Desk(box, Sitter(willing=True), Screen()).taken(check=False, colours=True)
    assert refused.value.code == "no-screen-light"


async def test_what_is_said_of_colours_while_none_are_shown_is_heard_by_nobody(box: Box) -> None:
    attendance_id = await box.at(Step.FACE)
    box.service.light_painted(attendance_id, "0" * 16, 0.0)
    box.service.refuse_light(attendance_id)
    assert (await box.service.capture(attendance_id, WHO, "face")).step is not Step.FACE
