"""A finger is given for the other hand's too: the technician is warned, stopped by nothing, and puts it right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import test_attendance
from tests.browser.scenes import at_document, one_applicant, take
from tests.browser.test_attendance import draw_signature, log_in, main_form, nothing_overflows
from tests.workflow.post import APPLICANT

pytestmark = test_attendance.pytestmark
sandbox, page = test_attendance.sandbox, test_attendance.page


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """The right index finger, then the same for the left hand; when that is asked for again, the left one."""
    right, again, left = ("right_index", 0), ("right_index", 1), ("left_index", 0)
    return one_applicant(tmp_path / "scenes", {"right_index": (right,), "left_index": (again, left)})


async def test_one_finger_given_as_two_is_said_and_taken_again(sandbox: dict[str, Any], page: Page) -> None:
    await log_in(sandbox, page)
    await at_document(page, sandbox["url"])
    for target in ("document", "face", "right_hand", "left_hand"):
        await take(page, target)

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
