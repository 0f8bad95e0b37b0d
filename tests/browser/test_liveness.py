"""A photograph is held before the camera: the technician is told at the review, alone, and says what it means."""

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

TOLD = "mostra uma imagem parada"


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """One picture of a face, for as long as anybody looks."""
    fingers = {position: ((position, 0),) for position in ("right_index", "left_index")}
    return one_applicant(tmp_path / "scenes", fingers)


async def at_review(page: Page) -> None:
    await expect(page.locator("canvas.pad-canvas")).to_be_visible()
    await expect(page.get_by_text(TOLD)).to_have_count(0)
    await draw_signature(page)
    await main_form(page, "signature").click()
    await expect(page.locator("main dl.facts").first).to_contain_text(APPLICANT["surname"])


async def test_a_picture_in_a_face_s_place_is_told_ended_and_overruled_the_second_time(
    sandbox: dict[str, Any], page: Page
) -> None:
    await log_in(sandbox, page)
    await at_document(page, sandbox["url"])
    for target in ("document", "face", "right_hand", "left_hand"):
        await take(page, target)
    await at_review(page)

    await expect(page.get_by_text(TOLD)).to_be_hidden()
    await page.locator("#hints summary").click()
    await expect(page.get_by_text(TOLD)).to_be_visible()
    await nothing_overflows(page)
    await page.get_by_role("button", name="O indício tem razão: terminar esta imagem").click()
    await take(page, "face")

    await expect(page.locator("main dl.facts").first).to_contain_text(APPLICANT["surname"])
    await page.locator("#hints summary").click()
    await page.select_option("#hints select[name=reason]", "person-seen")
    await page.get_by_role("button", name="Afastar o indício").click()
    await expect(page.locator("#hints")).to_contain_text("vi sempre a pessoa em frente à câmara")
    await nothing_overflows(page)
    await main_form(page, "seal").click()
    await expect(page.locator(".sealed-card")).to_be_visible()


async def test_the_person_is_asked_for_movements_drawn_on_the_screen(sandbox: dict[str, Any], page: Page) -> None:
    """A picture does none of them: the photograph is taken all the same."""
    await log_in(sandbox, page)
    await at_document(page, sandbox["url"])
    await take(page, "document")
    await expect(page.locator("form[data-capture] input[name=target]")).to_have_value("face")
    await page.locator("#presence summary").click()
    await nothing_overflows(page)
    await page.get_by_role("button", name="Verificar e depois tirar a fotografia").click()
    await expect(page.locator(".viewfinder-state.asking .cue:not([hidden])")).to_have_count(1)
    await expect(page.locator("form[data-capture] input[name=target]")).to_have_value("right_hand")
