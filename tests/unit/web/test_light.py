"""The colours of the screen are offered where AIMA has them shown, and what a page says of them is read strictly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from appliance.attendance.preview import PreviewFrame
from appliance.model.configuration import CaptureRules
from tests.unit.web.counter import Counter, Person, open_counter, person_at

OFFERED = 'name="show_colours"'


@asynccontextmanager
async def at_face(counter: Counter) -> AsyncIterator[tuple[Person, str]]:
    async with person_at(counter) as ana:
        await ana.log_in()
        yield ana, await ana.at_capture("face")


@pytest.mark.parametrize("shown", [True, False])
async def test_they_are_offered_where_the_configuration_has_them_shown(shown: bool) -> None:
    async with open_counter(CaptureRules(screen_light=shown)) as counter, at_face(counter) as (ana, path):
        page = (await ana.see(path))[1]
        assert (OFFERED in page) is shown
        assert ("epilepsia fotossensível" in page) is shown


async def test_a_page_without_scripts_cannot_choose_them() -> None:
    async with open_counter(CaptureRules(screen_light=True)) as counter, at_face(counter) as (ana, path):
        box = (await ana.see(path))[1].split(OFFERED)[1].split(">")[0]
        assert "disabled" in box


@pytest.mark.parametrize(("shown", "asked"), [(False, {"check_presence": "1"}), (True, {})])
async def test_nowhere_else_can_they_be_had(shown: bool, asked: dict[str, str]) -> None:
    async with open_counter(CaptureRules(screen_light=shown)) as counter, at_face(counter) as (ana, path):
        status, said = await ana.post(f"{path}/capture", target="face", show_colours="1", **asked)
        assert (status, said["error"]) == (409, "no-screen-light")


async def test_a_colour_is_told_by_its_ticket_to_the_capture_that_runs() -> None:
    async with open_counter(CaptureRules(screen_light=True)) as counter, at_face(counter) as (ana, path):
        counter.device.hold = asyncio.Event()
        running = asyncio.create_task(ana.post(f"{path}/capture", target="face", check_presence="1", show_colours="1"))
        first = await lit(counter)
        assert (await said(ana, f"{path}/light", ticket=first, after_ms="0")) == 204
        counter.clock.seconds += 1.0
        second = await lit(counter, but=first)
        assert second
        assert (await said(ana, f"{path}/light-refused")) == 204
        while (latest := counter.ports.attendances.preview.latest) is not None and latest.light is not None:
            await asyncio.sleep(0.01)
        counter.device.hold.set()
        assert (await running)[0] == 200


async def lit(counter: Counter, *, but: str = "") -> str:
    while True:
        latest: PreviewFrame | None = counter.ports.attendances.preview.latest
        if latest is not None and latest.light is not None and latest.light.ticket != but:
            return latest.light.ticket
        await asyncio.sleep(0.01)


async def said(person: Person, path: str, **fields: str) -> int:
    async with person.session.post(person.counter.url_of(path), data={"csrf": person.csrf, **fields}) as response:
        return response.status


@pytest.mark.parametrize(
    "fields",
    [{}, {"ticket": "a"}, {"after_ms": "3"}, {"ticket": "a", "after_ms": "-3"}, {"ticket": "a", "after_ms": "1e3"}],
)
async def test_what_a_page_says_wrongly_is_refused(counter: Counter, fields: dict[str, str]) -> None:
    async with at_face(counter) as (ana, path):
        status, answer = await ana.post(f"{path}/light", **fields)
        assert (status, answer["error"]) == (400, "form-field")


@pytest.mark.parametrize("command", ["light", "light-refused"])
async def test_nobody_else_says_anything_of_them(counter: Counter, command: str) -> None:
    async with at_face(counter) as (_, path), person_at(counter) as stranger:
        status, answer = await stranger.post(f"{path}/{command}", ticket="a", after_ms="3")
        assert (status, answer["error"]) == (401, "session-ended")
