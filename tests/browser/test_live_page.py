"""What an open page does by itself: live pictures, news, refusals that stay to be read, the locked screen."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from appliance.attendance.instruction import HOLD_S
from appliance.errors import DeviceError
from appliance.health.finding import warning
from tests.unit.technicians.people import PASSWORD
from tests.unit.web.counter import MRZ, Counter, Person, open_counter, person_at

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the system package chromium"),
]


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as counter:
        yield counter


@pytest.fixture
async def script(counter: Counter) -> AsyncIterator[Person]:
    """The same technician at a script, for what happens elsewhere."""
    async with person_at(counter) as person:
        await person.log_in()
        yield person


@pytest.fixture
async def page(counter: Counter) -> AsyncIterator[Page]:
    """A window, logged in, at the start."""
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-browser-", ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            window = await playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 390, "height": 844}
            )
            page = await window.new_page()
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(counter.url)
            await page.fill("input[name=technician_id]", "ana")
            await page.fill("input[name=password]", PASSWORD)
            await page.press("input[name=password]", "Enter")
            await expect(page.locator("#nav")).to_be_visible()
            yield page
            await window.close()


async def test_each_running_capture_of_a_page_is_seen_and_can_be_ended_by_hand(
    counter: Counter, script: Person, page: Page
) -> None:
    path = await script.at_capture()
    counter.device.hold, counter.device.scores = asyncio.Event(), [20]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/preview" in request.url else None)
    await page.goto(counter.url_of(path))
    await page.locator("form[data-capture] button").click()
    await expect(page.locator(".viewfinder.has-picture .preview")).to_be_visible()
    await page.locator("form[action$='/take'] button").click()
    await expect(page.get_by_text("Tentativa 2 de 3")).to_be_visible()
    await expect(page.locator(".preview")).to_have_count(0)
    await page.locator("form[data-capture] button").click()
    await expect(page.locator(".viewfinder.has-picture .preview")).to_be_visible()
    assert len(set(asked)) == len(asked) == 2, "the ended picture of the first is not shown again"
    counter.device.hold.set()
    await expect(page.locator(".preview")).to_have_count(0)


async def test_what_to_do_now_is_said_over_the_picture_and_gone_with_it(
    counter: Counter, script: Person, page: Page
) -> None:
    path = await script.at_capture()
    counter.device.hold = asyncio.Event()
    await page.goto(counter.url_of(path))
    await page.locator("form[data-capture] button").click()
    state = page.locator(".viewfinder-state")
    await expect(state).to_have_text("Demasiado escuro: carregue com menos força ou seque o dedo.")
    await expect(state).to_be_in_viewport(ratio=1)
    counter.device.live = 90
    counter.clock.seconds += 2 * HOLD_S
    await expect(state).to_have_class("viewfinder-state good")
    counter.device.hold.set()
    await expect(state).to_have_count(0)


async def test_a_refusal_stays_to_be_read_until_the_next_command(counter: Counter, script: Person, page: Page) -> None:
    path = await script.at_capture()
    counter.device.scores = [DeviceError("unplugged", code="device-lost"), 20, 20]
    await page.goto(counter.url_of(path))
    await page.locator("form[data-capture] button").click()
    await expect(page.locator("#problem")).to_contain_text("device-lost")
    await script.post(f"{path}/capture", target="right_hand")
    await expect(page.locator(".attempt")).to_have_count(1)
    await expect(page.locator("#problem")).to_contain_text("device-lost")
    await page.locator("form[data-capture] button").click()
    await expect(page.locator(".attempt")).to_have_count(2)
    await expect(page.locator("#problem")).to_have_count(0)


async def test_news_never_overwrites_what_somebody_types(counter: Counter, script: Person, page: Page) -> None:
    path = await script.open()
    await page.goto(counter.url_of(path))
    await page.fill("[name='field:surname']", "SANTOS")
    counter.findings.append(warning("queue", "queue-old", "old"))
    counter.news.publish()
    await expect(page.locator("#nav .count")).to_contain_text("1")
    await expect(page.locator("[name='field:surname']")).to_have_value("SANTOS")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_what_changed_while_the_page_was_on_its_way_is_news_too(counter: Counter, page: Page) -> None:
    drawn = counter.news.number

    async def late(route: Route) -> None:
        counter.findings.append(warning("queue", "queue-old", "old"))
        counter.news.publish()
        await route.continue_()

    await page.route("**/events", late)
    await page.goto(counter.url_of("/post"))
    await expect(page.locator("main")).to_contain_text("Há pacotes à espera")
    assert counter.news.number > drawn


async def test_an_idle_screen_locks_itself_and_unlocks_where_it_was(
    counter: Counter, script: Person, page: Page
) -> None:
    path = await script.at_capture()
    await page.goto(counter.url_of(path))
    counter.clock.seconds += 601
    await expect(page.locator("form[action='/unlock']")).to_be_visible()
    await expect(page.locator("main")).not_to_contain_text("Indicador")
    await page.fill("form[action='/unlock'] input[name=password]", PASSWORD)
    await page.press("form[action='/unlock'] input[name=password]", "Enter")
    await expect(page.locator("form[data-capture] button")).to_be_visible()
    assert page.url == counter.url_of(path)


async def test_the_keyboard_alone_reaches_the_main_action(counter: Counter, script: Person, page: Page) -> None:
    path = await script.at_capture()
    await page.goto(counter.url_of(path))
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('form')?.hasAttribute('data-capture') ?? false"):
            break
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_have_attribute("data-view", "attendance-signature--")


async def test_every_section_is_in_sight_on_a_phone(counter: Counter, script: Person, page: Page) -> None:
    counter.findings.append(warning("queue", "queue-old", "old"))
    await page.goto(counter.url_of("/queue"))
    edges = await page.evaluate("[...document.querySelectorAll('#nav a')].map(a => a.getBoundingClientRect().right)")
    assert len(edges) == 4
    assert max(edges) <= 390


async def test_the_document_fills_only_what_nobody_typed(counter: Counter, script: Person, page: Page) -> None:
    path = await script.open()
    await page.goto(counter.url_of(path))
    await page.fill("[name='field:surname']", "SILVA")
    await page.locator("#representative summary").click()
    await page.fill("[name='representative_name']", "Rosa Silva")
    await page.fill("textarea[name=lines]", MRZ)
    await page.locator("button[formaction$='/mrz']").click()
    await expect(page.locator("[name='field:given-names']")).to_have_value("ANNA MARIA")
    counter.findings.append(warning("queue", "queue-old", "old"))
    counter.news.publish()
    await expect(page.locator("#nav .count")).to_contain_text("1")
    await expect(page.locator("[name='field:surname']")).to_have_value("SILVA")
    await expect(page.locator("[name='representative_name']")).to_have_value("Rosa Silva")
    await page.locator("main form[action$='/applicant'] button.primary").click()
    await expect(page.locator("[aria-invalid]")).to_be_focused()
    await expect(page.locator("[aria-invalid]")).to_have_attribute("name", "representative_proof")
    await expect(page.locator("[name='field:surname']")).to_have_value("SILVA")


async def test_a_refused_opening_can_be_loaded_again(counter: Counter, page: Page) -> None:
    await page.locator("main form button.primary").click()
    await expect(page.locator("#problem")).to_contain_text("attendance-request")
    await page.goto(page.url)
    await expect(page.locator("#problem")).to_have_count(0)
    assert page.url == counter.url


async def test_the_captured_image_is_seen_at_once(counter: Counter, script: Person, page: Page) -> None:
    path = await script.at_capture("permit")
    await page.goto(counter.url_of(path))
    await page.locator("form[data-capture] button").click()
    picture = page.locator(".taken-picture")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("picture => picture.naturalWidth") == 64


UNSEEN = "unseen => { Object.defineProperty(document, 'hidden', { value: unseen, configurable: true });"
TURNED = " document.dispatchEvent(new Event('visibilitychange')); }"


async def test_a_tab_that_nobody_sees_holds_no_connection_and_misses_nothing(counter: Counter, page: Page) -> None:
    await page.goto(counter.url_of("/post"))
    await page.evaluate(UNSEEN + TURNED, True)
    counter.findings.append(warning("queue", "queue-old", "old"))
    counter.news.publish()
    await asyncio.sleep(0.5)
    await expect(page.locator("main")).not_to_contain_text("Há pacotes à espera")
    await page.evaluate(UNSEEN + TURNED, False)
    await expect(page.locator("main")).to_contain_text("Há pacotes à espera")
