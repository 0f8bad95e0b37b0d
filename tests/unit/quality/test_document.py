"""The simple verdict on a page: printed, sharp, light and large enough."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.quality.document import assess_document
from drivers.contracts import Pixels
from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport.picture_file import decode_picture
from tests.unit.quality.degrading import Degradation, blurred, darker, falls, paler

THRESHOLD = 40


@pytest.fixture(scope="module")
def page() -> Pixels:
    return draw_document(2, 200)


@pytest.mark.parametrize("resolution_ppi", [150, 300, 600])
def test_a_drawn_page_is_accepted_at_any_resolution(resolution_ppi: int) -> None:
    verdict = assess_document(draw_document(2, resolution_ppi), resolution_ppi=resolution_ppi)
    assert verdict.accepted(THRESHOLD)
    assert ("resolution-too-low" in verdict.advice) is (resolution_ppi < 385)


@pytest.mark.parametrize(
    ("measure", "degrade", "amounts", "reason"),
    [
        ("sharpness", blurred, (0.0, 0.8, 1.5, 2.5, 4.0), "blurred"),
        ("contrast", paler, (0.0, 0.3, 0.6, 0.8), "too-little-contrast"),
        ("bright_level", darker, (0.0, 0.3, 0.5, 0.7), "too-dark"),
    ],
)
def test_each_measure_and_the_score_fall_until_the_page_is_refused(
    page: Pixels, measure: str, degrade: Degradation, amounts: tuple[float, ...], reason: str
) -> None:
    verdicts = [assess_document(degrade(page, amount), resolution_ppi=None) for amount in amounts]
    assert falls([verdict.measures[measure] for verdict in verdicts])
    assert falls([verdict.score for verdict in verdicts])
    assert reason in verdicts[-1].reasons


def test_a_grey_page_is_judged_like_a_coloured_one(page: Pixels) -> None:
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    assert assess_document(grey, resolution_ppi=None) == assess_document(page, resolution_ppi=None)


def test_an_empty_page_as_a_scanner_sees_it_is_refused() -> None:
    paper = np.random.default_rng(1).normal(242, 3, (1100, 780, 3))
    assert not assess_document(np.asarray(np.clip(paper, 0, 255), np.uint8), resolution_ppi=100).accepted(0)


def test_a_fingerprint_is_no_document() -> None:
    for seed in range(1, 5):
        verdict = assess_document(draw_fingerprint(seed, "right_index", 0), resolution_ppi=500)
        assert verdict.reasons[0] == "fingerprint-not-document"


@pytest.mark.parametrize("resolution_ppi", [75, 100, 150])
@pytest.mark.parametrize("tilt_deg", [0, 5, 20, 45, 90])
def test_a_page_is_no_fingerprint_however_it_lies(resolution_ppi: int, tilt_deg: float) -> None:
    for seed in range(3):
        page = draw_document(seed, resolution_ppi)
        height, width = page.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt_deg, 1.0)
        tilted = np.asarray(cv2.warpAffine(page, turn, (width, height), borderValue=(240, 240, 240)), np.uint8)
        assert "fingerprint-not-document" not in assess_document(tilted, resolution_ppi=resolution_ppi).reasons


@pytest.mark.shared
def test_most_real_impressions_are_told_from_a_document(shared_data: Path) -> None:
    """Not all: small and dry ones have no more pattern than a page."""
    files = sorted((shared_data / "fingerprint").rglob("*.tif"))
    verdicts = [assess_document(decode_picture(file.read_bytes()), resolution_ppi=500) for file in files]
    told = sum("fingerprint-not-document" in verdict.reasons for verdict in verdicts)
    assert told / len(verdicts) > 0.6


@pytest.mark.shared
def test_specimens_pass_and_their_blurred_and_dark_copies_do_not(shared_data: Path) -> None:
    files = [file for file in sorted((shared_data / "documents" / "specimens").iterdir()) if file.suffix]
    assert files
    for file in files:
        specimen = decode_picture(file.read_bytes())
        assert assess_document(specimen, resolution_ppi=None).accepted(THRESHOLD), file.name
        worse = (blurred(specimen, max(2.0, max(specimen.shape) / 200)), darker(specimen, 0.75))
        assert not any(assess_document(one, resolution_ppi=None).accepted(THRESHOLD) for one in worse), file.name
