"""Reports in a real browser: nothing is refused by its own policy, and it fits every screen."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.async_api import async_playwright

from appliance.commands.score import score_files
from appliance.commands.score_report import ScoreReport
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.browser.test_live_page import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the system package chromium"),
]


TITLES = {
    "fingerprint": ("Qualidade da impressão digital", "Fingerprint quality"),
    "face": ("Qualidade do retrato", "Portrait quality"),
}


@pytest.fixture(scope="module", params=TITLES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(kind: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="claim-kiosk-report-"))
    drawn = draw_face(3, 720, 1280) if kind == "face" else draw_fingerprint(1, "right_index", 0)
    pictures = {f"{'long' * 40}.png": drawn, "blank.png": np.full((300, 300), 255, np.uint8)}
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / name), picture)
    page = folder / "report.html"
    list(score_files(kind, [str(folder / name) for name in pictures], report=ScoreReport(kind, page)))
    yield page
    shutil.rmtree(folder)


async def test_it_fits_every_screen_and_asks_for_nothing(report: Path) -> None:
    said: list[str] = []
    asked: list[str] = []
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-browser-", ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            window = await playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
            page = await window.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("request", lambda request: asked.append(request.url.split(":")[0]))
            for width in (390, 768, 1366):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.goto(report.as_uri())
                for details in await page.locator("summary").all():
                    await details.click()
                assert await page.evaluate("document.documentElement.scrollWidth") == width
            await window.close()
    assert said == []
    assert set(asked) <= {"file", "data"}


async def test_a_keyboard_changes_the_language(report: Path, kind: str) -> None:
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-browser-", ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            window = await playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
            page = await window.new_page()
            await page.goto(report.as_uri())
            assert await page.locator("h1").inner_text() == TITLES[kind][0]
            await page.keyboard.press("Tab")
            await page.keyboard.press("ArrowRight")
            assert await page.locator("h1").inner_text() == TITLES[kind][1]
            await window.close()
