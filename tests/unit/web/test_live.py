"""The live picture: one capture's, and no connection is held for longer than that."""

from __future__ import annotations

import asyncio
import json

import pytest

from appliance.attendance.colour_showing import Light
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.model.verdict import CaptureKind, Verdict
from tests.unit.web.counter import Counter, Person

VERDICT = Verdict(kind=CaptureKind.FACE, score=50)


def _picture(name: str) -> PreviewFrame:
    return PreviewFrame(name.encode(), VERDICT)


async def test_a_watchers_pictures_end_with_the_capture() -> None:
    preview = Preview()
    frames = preview.frames()
    first = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    await preview.show(_picture("one"))
    assert (await first).jpeg == b"one"
    await preview.show(None)
    assert await anext(frames, None) is None


async def test_who_was_too_slow_for_the_end_never_sees_the_next_person() -> None:
    preview = Preview()
    await preview.show(_picture("one"))
    frames = preview.frames()
    assert (await anext(frames)).jpeg == b"one"
    await preview.show(None)
    await preview.show(_picture("another person"))
    assert await anext(frames, None) is None


async def test_the_answer_ends_with_the_capture(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture()
    counter.device.hold = asyncio.Event()
    before = counter.news.number
    capture = asyncio.create_task(ana.post(f"{path}/capture", target="right_hand"))
    await counter.news.after(before)
    async with ana.session.get(counter.url_of("/preview")) as response:
        await response.content.readuntil(b"Content-Type: image/jpeg")
        counter.device.hold.set()
        await asyncio.wait_for(response.content.read(), 10)
    assert (await capture)[0] == 200


async def test_without_a_capture_there_is_nothing_to_wait_for(counter: Counter, ana: Person) -> None:
    async with ana.session.get(counter.url_of("/preview")) as response:
        assert b"image/jpeg" not in await asyncio.wait_for(response.content.read(), 10)


@pytest.mark.parametrize("scripts", [False, True])
async def test_a_page_without_scripts_waits_for_the_next_capture(counter: Counter, ana: Person, scripts: bool) -> None:
    path = await ana.at_capture()
    _, page = await ana.see(path)
    assert ('<noscript><img class="preview" src="/preview?next"' in page) is True
    counter.device.hold = asyncio.Event()
    async with ana.session.get(counter.url_of("/preview" if scripts else "/preview?next")) as response:
        capture = asyncio.create_task(ana.post(f"{path}/capture", target="right_hand"))
        await asyncio.sleep(0.1)
        counter.device.hold.set()
        shown = await asyncio.wait_for(response.content.read(), 10)
    assert (b"image/jpeg" in shown) is not scripts
    assert (await capture)[0] == 200


async def test_an_open_page_hears_what_the_person_is_to_do_now(counter: Counter, ana: Person) -> None:
    preview = counter.ports.attendances.preview
    async with ana.session.get(counter.url_of("/events")) as response:
        await response.content.readuntil(b"\n\n")
        await preview.show(PreviewFrame(b"", VERDICT, "too-dark"))
        told = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 10)
        assert told.startswith(b"event: instruction\n")
        assert json.loads(told.partition(b"data: ")[2]) == {
            "code": "too-dark",
            "sentence": "Pouca luz no rosto: acenda a luz da frente.",
            "light": None,
        }
        await preview.show(None)
        told = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 10)
        assert json.loads(told.partition(b"data: ")[2]) == {"code": "", "sentence": "", "light": None}


async def test_an_open_page_hears_what_the_screen_is_to_be_filled_with(counter: Counter, ana: Person) -> None:
    preview = counter.ports.attendances.preview
    async with ana.session.get(counter.url_of("/events")) as response:
        await response.content.readuntil(b"\n\n")
        for ticket in ("one", "two"):
            await preview.show(PreviewFrame(b"", VERDICT, "ask-blink", Light(ticket, (255, 120, 120))))
            told = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 10)
            assert json.loads(told.partition(b"data: ")[2])["light"] == {"ticket": ticket, "colour": [255, 120, 120]}
