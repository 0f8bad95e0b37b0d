"""One applicant's pictures for the sandbox's devices, and the way of an attendance to where they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
from playwright.async_api import Page, expect

from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.browser.test_attendance import main_form
from tests.workflow.post import APPLICANT

Impression = tuple[str, int]
"""Whose finger it is, by its position, and how it is pressed."""


def one_applicant(folder: Path, impressions: Mapping[str, tuple[Impression, ...]]) -> Path:
    """A page, one picture of a face for as long as anybody looks, and by position what is laid on the reader."""
    folder.mkdir()
    assert cv2.imwrite(str(folder / "page.png"), draw_document(5, 300))
    assert cv2.imwrite(str(folder / "portrait.png"), draw_face(5, 960, 720))
    lines = ["[applicants.one]", 'document = ["page.png"]', 'face = ["portrait.png"]']
    for position, laid in impressions.items():
        names = [f"{position}-{number}.png" for number in range(len(laid))]
        for name, (finger, press) in zip(names, laid, strict=True):
            assert cv2.imwrite(str(folder / name), draw_fingerprint(0, finger, press))
        lines.append(f"fingerprints.{position} = {names!r}")
    (folder / "scenes.toml").write_text("\n".join(lines))
    return folder


async def at_document(page: Page, url: str) -> None:
    """Of the plan for residence permits."""
    await page.goto(url)
    await page.check("input[name=plan_id][value=residence-permit]")
    await page.check("input[name=areas][value=regularizacao]")
    await main_form(page, "attendances").click()
    for name, value in APPLICANT.items():
        field = page.locator(f"[name='field:{name}']")
        await (field.select_option(value) if name == "sex" else field.fill(value))
    await main_form(page, "applicant").click()
    await main_form(page, "notice").click()


async def take(page: Page, target: str) -> None:
    await expect(page.locator("form[data-capture] input[name=target]")).to_have_value(target)
    await main_form(page, "capture").click()
