"""A finger is given for the other hand's too: the technician is warned, stopped by nothing, and puts it right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import pytest
from playwright.async_api import Page, expect

from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.browser import test_attendance
from tests.browser.test_attendance import draw_signature, log_in, main_form, nothing_overflows
from tests.workflow.post import APPLICANT

pytestmark = test_attendance.pytestmark
sandbox, page = test_attendance.sandbox, test_attendance.page


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """The right index finger, then the same for the left hand; when that is asked for again, the left one."""
    folder = tmp_path / "scenes"
    folder.mkdir()
    prints = {"right": ("right_index", 0), "right-again": ("right_index", 1), "left": ("left_index", 0)}
    for name, (position, press) in prints.items():
        assert cv2.imwrite(str(folder / f"{name}.png"), draw_fingerprint(0, position, press))
    assert cv2.imwrite(str(folder / "page.png"), draw_document(5, 300))
    assert cv2.imwrite(str(folder / "portrait.png"), draw_face(5, 960, 720))
    (folder / "scenes.toml").write_text(
        """
        [applicants.one]
        document = ["page.png"]
        face = ["portrait.png"]
        fingerprints.right_index = ["right.png"]
        fingerprints.left_index = ["right-again.png", "left.png"]
        """
    )
    return folder


async def at_fingers(page: Page, url: str) -> None:
    """Of the plan for residence permits: document and face are taken on the way."""
    await page.goto(url)
    await page.check("input[name=plan_id][value=residence-permit]")
    await page.check("input[name=areas][value=regularizacao]")
    await main_form(page, "attendances").click()
    for name, value in APPLICANT.items():
        field = page.locator(f"[name='field:{name}']")
        await (field.select_option(value) if name == "sex" else field.fill(value))
    await main_form(page, "applicant").click()
    await main_form(page, "notice").click()
    for target in ("document", "face"):
        await take(page, target)


async def take(page: Page, target: str) -> None:
    await expect(page.locator("form[data-capture] input[name=target]")).to_have_value(target)
    await main_form(page, "capture").click()


async def test_one_finger_given_as_two_is_said_and_taken_again(sandbox: dict[str, Any], page: Page) -> None:
    await log_in(sandbox, page)
    await at_fingers(page, sandbox["url"])
    await take(page, "right_hand")
    await take(page, "left_hand")

    await expect(page.locator("canvas.pad-canvas")).to_be_visible()
    await expect(page.get_by_text("parecem o mesmo dedo")).to_have_count(0)
    await draw_signature(page)
    await main_form(page, "signature").click()
    await expect(page.locator("main dl.facts").first).to_contain_text(APPLICANT["surname"])
    # The scenes' face is a single picture, which may be told too.
    await expect(page.locator(".message.warning", has_text="parecem o mesmo dedo")).to_have_count(1)
    await nothing_overflows(page)
    await page.get_by_role("button", name="Repetir: mão esquerda").click()
    await take(page, "left_hand")

    await expect(page.locator("main dl.facts").first).to_contain_text(APPLICANT["surname"])
    await expect(page.get_by_text("parecem o mesmo dedo")).to_have_count(0)
    await main_form(page, "seal").click()
    await expect(page.locator(".sealed-card")).to_be_visible()
