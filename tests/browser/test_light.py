"""The page as a lamp: filled with one pale colour after another as the box says, and dark when somebody wishes so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.async_api import Locator, Page, expect

from appliance.attendance import colour_showing
from appliance.attendance.face_watching import NOT_SHOWN
from appliance.attendance.liveness_records import NOT_ASKED
from appliance.liveness.face.colour_sequence import COLOURS
from appliance.liveness.face.screen_light import CODE
from appliance.model.configuration import CaptureRules
from appliance.model.liveness import Hint
from drivers.contracts import Frame
from tests.browser import test_live_page
from tests.browser.test_attendance import nothing_overflows
from tests.unit.liveness.face.scenes import HEIGHT, WIDTH
from tests.unit.web.counter import Counter, Person, open_counter

pytestmark = test_live_page.pytestmark
script, page = test_live_page.script, test_live_page.page
FEW = 5
PALE = {f"rgb({red}, {green}, {blue})" for red, green, blue in COLOURS}


@pytest.fixture
async def counter(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counter]:
    """On a machine however slow, with a camera that sees its person straight until the test ends it."""
    for name, limit in (("MOST_TELLING_S", 60.0), ("PAINTED_WITHIN_S", 60.0), ("ENOUGH", FEW)):
        monkeypatch.setattr(colour_showing, name, limit)
    async with open_counter(CaptureRules(screen_light=True)) as counter:
        monkeypatch.setattr(counter.clock, "monotonic", time.monotonic)
        yield counter


@dataclass
class Camera:
    """`beat_ns`: from one of its pictures to the next, by its own clock."""

    beat_ns: int = 20_000_000


@pytest.fixture(autouse=True)
def camera(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Camera:
    """Sees somebody who sits straight and does nothing that they are asked for. The picture is taken when the test sets
    `hold`."""
    camera = Camera()
    counter.device.hold = hold = asyncio.Event()

    async def pictures(score: int) -> AsyncIterator[Frame]:
        taken_ns = 0
        while not hold.is_set():
            taken_ns += camera.beat_ns
            yield Frame(np.full((HEIGHT, WIDTH, 3), 1, np.uint8), 0, taken_ns, simulated=True, preview=True)
            await asyncio.sleep(0.02)
        yield Frame(np.full((HEIGHT, WIDTH, 3), score, np.uint8), 0, taken_ns, simulated=True)

    monkeypatch.setattr(counter.device, "_pictures", pictures)
    return camera


async def at_check(counter: Counter, script: Person, page: Page) -> str:
    """The check of presence, ready to begin. The colours that the page is filled with are kept in it."""
    path = await script.at_capture("face")
    await page.goto(counter.url_of(path))
    await noting(page)
    await page.locator("#presence summary").click()
    return path.rpartition("/")[2]


async def noting(page: Page) -> None:
    await page.evaluate(
        """() => {
          window.filled = [];
          const lamp = document.getElementById("light");
          const noted = () => lamp.open && window.filled.push(lamp.style.backgroundColor);
          new MutationObserver(noted).observe(lamp, { attributeFilter: ["style"] });
        }"""
    )


def begin(page: Page) -> Locator:
    return page.get_by_role("button", name="Verificar e depois tirar a fotografia")


async def taken(counter: Counter, page: Page, attendance_id: str) -> Hint:
    """What the record says of the light, once the picture is there."""
    assert counter.device.hold is not None
    counter.device.hold.set()
    await expect(page.locator("canvas.pad-canvas")).to_be_visible()
    (target,) = counter.ports.attendances.register.get(attendance_id).targets
    liveness = target.tries[-1].liveness
    assert liveness is not None
    return next(hint for hint in liveness.hints if hint.code == CODE)


async def test_the_page_is_filled_with_one_pale_colour_after_another_and_says_so_of_each(
    counter: Counter, camera: Camera, script: Person, page: Page
) -> None:
    camera.beat_ns *= 25  # the movements are soon over
    answered: list[int] = []
    page.on("response", lambda response: answered.append(response.status) if response.url.endswith("/light") else None)
    attendance_id = await at_check(counter, script, page)
    await expect(page.locator("[data-light] input")).to_be_checked()
    await nothing_overflows(page)
    await begin(page).click()
    lamp = page.locator("#light")
    await expect(lamp).to_be_visible()
    box = await lamp.bounding_box()
    assert box is not None
    assert [box["x"], box["y"], box["width"], box["height"]] == [
        0,
        0,
        *await page.evaluate("[innerWidth, innerHeight]"),
    ]
    await expect(lamp.locator(".cue:not([hidden])")).to_have_count(1)
    await expect(lamp.locator(".instruction")).not_to_be_empty()
    await expect(lamp).to_be_hidden()
    filled = await page.evaluate("window.filled")
    assert len(filled) >= FEW
    assert set(filled) <= PALE
    assert answered == [204] * len(filled)
    assert (await taken(counter, page, attendance_id)).omitted not in (NOT_SHOWN, NOT_ASKED)


@pytest.mark.parametrize("way", ["button", "Escape", "closed by the browser"])
async def test_whoever_does_not_want_the_colours_stops_them_and_is_asked_all_the_same(
    counter: Counter, script: Person, page: Page, way: str
) -> None:
    attendance_id = await at_check(counter, script, page)
    await begin(page).click()
    lamp = page.locator("#light")
    await expect(lamp).to_be_visible()
    if way == "button":
        await lamp.get_by_role("button", name="Parar as cores").click()
    elif way == "Escape":
        await page.keyboard.press("Escape")
    else:
        await lamp.evaluate("lamp => lamp.close()")
    await expect(lamp).to_be_hidden()
    await expect(page.locator(".viewfinder-state.asking")).to_be_visible()
    filled = await page.evaluate("window.filled")
    assert (await taken(counter, page, attendance_id)).omitted == NOT_SHOWN
    assert await page.evaluate("window.filled") == filled


async def test_who_stopped_them_is_not_ticked_for_the_next_attempt(
    counter: Counter, script: Person, page: Page
) -> None:
    counter.device.scores = [5]
    await at_check(counter, script, page)
    await begin(page).click()
    await page.locator("#light").get_by_role("button", name="Parar as cores").click()
    assert counter.device.hold is not None
    counter.device.hold.set()
    await expect(page.get_by_text("Tentativa 2 de 3").first).to_be_visible()
    await expect(page.locator("[data-light] input")).not_to_be_checked()


async def test_a_page_that_nobody_sees_is_no_lamp(counter: Counter, script: Person, page: Page) -> None:
    attendance_id = await at_check(counter, script, page)
    await begin(page).click()
    lamp = page.locator("#light")
    await expect(lamp).to_be_visible()
    await page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
          delete document.hidden;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    await expect(lamp).to_be_hidden()
    assert (await taken(counter, page, attendance_id)).omitted == NOT_SHOWN


@pytest.mark.parametrize("asks", ["less movement", "colours of its own"])
async def test_who_has_asked_their_computer_for_less_movement_or_its_own_colours_is_offered_none(
    counter: Counter, script: Person, page: Page, asks: str
) -> None:
    if asks == "less movement":
        await page.emulate_media(reduced_motion="reduce")
    else:
        await page.emulate_media(forced_colors="active")
    attendance_id = await at_check(counter, script, page)
    await expect(page.locator("[data-light]")).to_be_hidden()
    await begin(page).click()
    await expect(page.locator(".viewfinder-state.asking")).to_be_visible()
    assert (await taken(counter, page, attendance_id)).omitted == NOT_ASKED
    assert await page.evaluate("window.filled") == []


async def test_unticked_nothing_is_filled_nor_ticked_again_by_a_page_that_is_loaded_anew(
    counter: Counter, script: Person, page: Page
) -> None:
    attendance_id = await at_check(counter, script, page)
    await page.locator("[data-light] input").uncheck()
    await page.reload()
    await noting(page)
    await page.locator("#presence summary").click()
    await expect(page.locator("[data-light] input")).not_to_be_checked()
    await begin(page).click()
    await expect(page.locator(".viewfinder-state.asking")).to_be_visible()
    assert (await taken(counter, page, attendance_id)).omitted == NOT_ASKED
    assert await page.evaluate("window.filled") == []
