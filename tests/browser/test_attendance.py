"""A technician takes one whole attendance in a real browser: every button, the signature, the end."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from tests.workflow.post import APPLICANT

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
PATIENCE_MS = 60_000
SIZES: tuple[ViewportSize, ...] = (
    {"width": 1280, "height": 800},
    {"width": 1024, "height": 768},
    {"width": 390, "height": 844},
)
WIDTHS = "[innerWidth, Math.max(innerWidth, document.documentElement.scrollWidth)]"
LAYOUT_POLLS = 100

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(CHROMIUM is None, reason="needs the system package chromium"),
]


@pytest.fixture
def scenes() -> Path | None:
    """What the devices show; None for what they draw themselves."""
    return None


@pytest.fixture
async def sandbox(tmp_path: Path, scenes: Path | None) -> AsyncIterator[dict[str, Any]]:
    """What `claim-kiosk sandbox --json` says of itself; ended by SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "appliance", "sandbox", "--json", "--state", str(tmp_path / "sandbox")),
        *(("--scenes", str(scenes)) if scenes is not None else ()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_MS / 1000):
            said: dict[str, Any] = json.loads(await process.stdout.readline())
        yield said
    finally:
        process.terminate()
        assert await process.wait() == 0


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A window whose every script error and refused resource fails the test."""
    complaints: list[str] = []
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-browser-", ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            window = await playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, args=FLAGS, viewport=SIZES[0]
            )
            page = await window.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            yield page
            await window.close()
    assert complaints == []


def main_form(page: Page, command: str) -> Any:
    """The main button of the form that posts `command`."""
    return page.locator(f"main form[action$='/{command}'] button.primary").first


async def nothing_overflows(page: Page) -> None:
    """At every size the page fits its window's width, once the browser has laid it out again."""
    for size in SIZES:
        await page.set_viewport_size(size)
        for _ in range(LAYOUT_POLLS):
            widths = await page.evaluate(WIDTHS)
            if widths == [size["width"]] * 2:
                break
            await asyncio.sleep(0.05)
        assert widths == [size["width"]] * 2, page.url
    await page.set_viewport_size(SIZES[0])


async def log_in(sandbox: dict[str, Any], page: Page) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await page.goto(sandbox["url"])
    await nothing_overflows(page)
    await page.fill("input[name=technician_id]", sandbox["technician_id"])
    await page.fill("input[name=password]", sandbox["password"])
    await page.press("input[name=password]", "Enter")


async def at_first_capture(sandbox: dict[str, Any], page: Page, plan: str) -> None:
    """Logged in, opened, the applicant entered and the notice shown."""
    await log_in(sandbox, page)
    await page.check(f"input[name=plan_id][value={plan}]")
    await page.check("input[name=areas][value=regularizacao]")
    await nothing_overflows(page)
    await main_form(page, "attendances").click()

    for name, value in APPLICANT.items():
        field = page.locator(f"[name='field:{name}']")
        await (field.select_option(value) if name == "sex" else field.fill(value))
    await nothing_overflows(page)
    await main_form(page, "applicant").click()

    await expect(page.locator("article.notice")).to_contain_text("O atendimento no CLAIM é gratuito")
    await nothing_overflows(page)
    await main_form(page, "notice").click()


async def test_a_whole_attendance(sandbox: dict[str, Any], page: Page) -> None:
    await at_first_capture(sandbox, page, "residence-permit")
    for target in ("document", "face", "right_hand", "left_hand"):
        await expect(page.locator("form[data-capture] input[name=target]")).to_have_value(target)
        await nothing_overflows(page)
        await main_form(page, "capture").click()

    await draw_signature(page)
    await nothing_overflows(page)
    await main_form(page, "signature").click()

    await expect(page.locator("main dl.facts").first).to_contain_text(APPLICANT["surname"])
    await nothing_overflows(page)
    await correct_the_surname(page)
    # Whoever signed, signed for other data.
    await draw_signature(page)
    await main_form(page, "signature").click()
    await expect(page.locator("main dl.facts").first).to_contain_text("CORRIGIDA")
    await main_form(page, "seal").click()

    await expect(page.locator(".sealed-card")).to_be_visible()
    await page.goto(f"{sandbox['url']}queue")
    await expect(page.locator("main")).to_contain_text("Entregue e apagado")
    for place in ("devices", "post"):
        await page.goto(f"{sandbox['url']}{place}")
        await nothing_overflows(page)


async def correct_the_surname(page: Page) -> None:
    """From the review, by what the page offers."""
    await page.locator("a[href$='edit=applicant']").click()
    await page.fill("[name='field:surname']", "CORRIGIDA")
    await main_form(page, "applicant").click()


async def draw_signature(page: Page) -> None:
    """Two strokes with the mouse."""
    pad = page.locator("canvas.pad-canvas")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    for start, end in (((0.1, 0.7), (0.5, 0.3)), ((0.5, 0.6), (0.9, 0.4))):
        await page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * end[0], box["y"] + box["height"] * end[1], steps=8)
        await page.mouse.up()


async def test_ten_fingers_of_three_slaps(sandbox: dict[str, Any], page: Page) -> None:
    await at_first_capture(sandbox, page, "ten-fingers")
    for target, hands, circles in (("right_four", 1, 4), ("left_four", 1, 4), ("two_thumbs", 2, 2)):
        await expect(page.locator("form[data-capture] input[name=target]")).to_have_value(target)
        drawn = page.locator(".viewfinder-drawing .hand")
        await expect(drawn.locator(".palm")).to_have_count(hands)
        await expect(drawn.locator(".tip.asked")).to_have_count(circles)
        await nothing_overflows(page)
        if target == "left_four":
            await page.click("#exempt summary")
            await page.select_option("#exempt select[name=position]", "left_little")
            await page.select_option("#exempt select[name=reason]", "injured")
            await page.locator("#exempt button").click()
            await expect(drawn.locator(".tip.asked")).to_have_count(3)
            await expect(drawn.locator(".finger.exempt")).to_have_count(1)
        await main_form(page, "capture").click()
