"""Against NFIQ 2 v2.3's own values (../shared/data/fingerprint): every fifth impression of each set."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.installed_forest import installed_forest
from appliance.quality.nfiq2 import names
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.score import Scored, nfiq2
from drivers.contracts import Pixels
from tests.spearman import spearman

pytestmark = pytest.mark.shared

OF_MINUTIAE = (names.MINUTIAE_IN_CENTRE, names.MINUTIAE, names.MINUTIAE_GREY, names.MINUTIAE_CERTAIN)
STEP = 5


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "fingerprint" / "nfiq2_v2.3_reference.csv").open(newline="") as file:
        return list(csv.DictReader(file))[::STEP]


@pytest.fixture(scope="module")
def forest() -> Forest:
    forest = installed_forest()
    if forest is None:
        pytest.skip("NIST's forest is not installed (claim-kiosk models install)")
    return forest


@pytest.fixture(scope="module")
def scored(rows: list[dict[str, str]], shared_data: Path, forest: Forest) -> list[Scored]:
    return [nfiq2(_read(shared_data, row), forest) for row in rows]


def _read(shared_data: Path, row: dict[str, str]) -> Pixels:
    image = cv2.imread(str(shared_data / "fingerprint" / row["set"] / row["file"]), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_the_sixty_five_measures_that_need_no_minutiae_are_equal(
    rows: list[dict[str, str]], scored: list[Scored]
) -> None:
    of_area = {names.ROI_GREY, names.COHERENCE_SUM, names.COHERENCE_MEAN}
    for name in names.MEASURES:
        if name in OF_MINUTIAE:
            continue
        ours = np.array([one.measures[name] for one in scored])
        theirs = np.array([float(row[name]) for row in rows])
        near = np.isclose(ours, theirs, rtol=2e-2 if name in of_area else 1e-6, atol=1e-9)
        assert near.mean() >= 0.95, name


def test_given_the_references_minutiae_the_scores_are_equal(
    rows: list[dict[str, str]], scored: list[Scored], forest: Forest
) -> None:
    equal = [
        forest.score({**one.measures, **{name: float(row[name]) for name in OF_MINUTIAE}}) == int(row["nfiq2"])
        for row, one in zip(rows, scored, strict=True)
    ]
    assert np.mean(equal) >= 0.98


def test_with_our_own_minutiae_they_are_near(rows: list[dict[str, str]], scored: list[Scored]) -> None:
    ours = np.array([float(one.score or 0) for one in scored])
    theirs = np.array([float(row["nfiq2"]) for row in rows])
    assert np.abs(ours - theirs).mean() <= 2
    assert spearman(ours, theirs) >= 0.98


def test_what_the_reference_refuses_has_no_score(shared_data: Path, forest: Forest) -> None:
    refused = nfiq2(_read(shared_data, {"set": "fvc2002_db3b", "file": "110_5.tif"}), forest)
    assert (refused.score, refused.reason) == (None, "no-ridges")
