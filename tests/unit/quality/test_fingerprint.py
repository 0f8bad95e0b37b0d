"""The simple verdict on an impression: what it thinks of good ones, of worse ones, and how near NFIQ 2 it comes."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.model.verdict import NOT_JUDGED, CaptureKind
from appliance.quality.fingerprint import ALGORITHM, SIMPLE_ALGORITHM, assess_fingerprint
from appliance.quality.nfiq2.forest_file import read_forest
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.quality.degrading import (
    Degradation,
    blurred,
    darker,
    drier,
    falls,
    further_right,
    lower,
    noisier,
    paler,
    smaller_finger,
    smeared,
    wetter,
)
from tests.unit.quality.forests import file_of, some_arrays

INDEX_THRESHOLD = 30


@pytest.fixture(scope="module")
def impression() -> Pixels:
    return draw_fingerprint(11, "right_index", 0)


def test_a_good_impression_is_accepted_and_says_by_what_it_was_judged(impression: Pixels) -> None:
    verdict = assess_fingerprint(impression)
    assert verdict.kind is CaptureKind.FINGERPRINT
    assert verdict.accepted(INDEX_THRESHOLD)
    assert verdict.algorithm == SIMPLE_ALGORITHM
    assert "NFIQ" not in verdict.algorithm
    assert verdict.measures["ridged_area_mm2"] > 100


@pytest.mark.parametrize("seed", range(1, 5))
def test_drawn_fingers_pass_like_real_ones(seed: int) -> None:
    for position in ("right_index", "left_index", "right_thumb"):
        assert assess_fingerprint(draw_fingerprint(seed, position, 0)).accepted(INDEX_THRESHOLD)


@pytest.mark.parametrize(
    ("measure", "degrade", "amounts"),
    [
        ("bend", blurred, (0.0, 0.8, 1.2, 1.6, 2.0, 2.4)),
        ("contrast", paler, (0.0, 0.2, 0.4, 0.6, 0.75)),
        ("certainty", noisier, (0.0, 15.0, 30.0, 60.0, 90.0)),
        ("clarity", noisier, (0.0, 15.0, 30.0, 60.0, 90.0)),
        ("foreground_area_mm2", smaller_finger, (0.0, 0.2, 0.4, 0.6, 0.75)),
        ("ridged_area_mm2", smaller_finger, (0.0, 0.2, 0.4, 0.6, 0.75)),
        ("ridged_area_mm2", noisier, (30.0, 60.0, 90.0)),
        ("bend_evenness", smeared, (1, 3, 5, 9)),
    ],
)
def test_each_measure_falls_with_what_it_measures(
    impression: Pixels, measure: str, degrade: Degradation, amounts: tuple[float, ...]
) -> None:
    assert falls([assess_fingerprint(degrade(impression, amount)).measures[measure] for amount in amounts])


@pytest.mark.parametrize(
    ("measure", "change", "amounts"),
    [
        ("bend", noisier, (0.0, 10.0, 20.0, 40.0)),
        ("ridge_share", wetter, (1, 3, 5)),
        ("black_share", darker, (0.0, 0.5, 0.9, 0.97)),
        ("free_above_mm", lower, (0, 60, 120, 200)),
        ("free_left_mm", further_right, (0, 60, 120, 200)),
    ],
)
def test_each_measure_rises_with_what_it_measures(
    impression: Pixels, measure: str, change: Degradation, amounts: tuple[float, ...]
) -> None:
    values = [assess_fingerprint(change(impression, amount)).measures[measure] for amount in amounts]
    assert falls([-value for value in values])


@pytest.mark.parametrize(
    ("degrade", "amounts"),
    [
        (blurred, (0.0, 1.2, 1.6, 2.0, 2.6)),
        (paler, (0.0, 0.4, 0.7, 0.8, 0.9)),
        (noisier, (0.0, 20.0, 40.0, 80.0)),
        (smaller_finger, (0.0, 0.5, 0.65, 0.8)),
    ],
)
def test_what_is_worse_never_scores_better_and_is_refused_in_the_end(
    impression: Pixels, degrade: Degradation, amounts: tuple[float, ...]
) -> None:
    verdicts = [assess_fingerprint(degrade(impression, amount)) for amount in amounts]
    scores = [0 if verdict.score == NOT_JUDGED else verdict.score for verdict in verdicts]
    assert falls(scores, slack=2)
    assert not verdicts[-1].accepted(INDEX_THRESHOLD)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda p: blurred(p, 2.2), "blurred"),
        (lambda p: paler(p, 0.86), "too-little-contrast"),
        (lambda p: smaller_finger(p, 0.82), "finger-too-small"),
        (lambda p: (p // 6).astype(np.uint8), "too-dark"),
    ],
)
def test_the_reason_names_what_is_wrong(impression: Pixels, made: Callable[[Pixels], Pixels], reason: str) -> None:
    assert reason in assess_fingerprint(made(impression)).reasons


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        (lambda p: lower(p, 400), "too-far-down"),
        (lambda p: lower(p, -400), "too-far-up"),
        (lambda p: further_right(p, 290), "too-far-right"),
        (lambda p: further_right(p, -290), "too-far-left"),
        (lambda p: wetter(p, 5), "too-wet"),
        (drier, "too-dry"),
        (lambda p: paler(p, 0.8), "too-light"),
        (lambda p: smeared(p, 9), "smudged"),
        (lambda p: noisier(p, 45.0), "grainy"),
    ],
)
def test_the_advice_says_what_would_make_it_better(
    impression: Pixels, made: Callable[[Pixels], Pixels], advice: str
) -> None:
    assert advice not in assess_fingerprint(impression).advice
    assert advice in assess_fingerprint(made(impression)).advice


def test_a_thousand_ppi_is_scored_at_five_hundred_and_less_is_not_judged(impression: Pixels) -> None:
    doubled = np.asarray(cv2.resize(impression, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    plain = assess_fingerprint(impression)
    assert abs(assess_fingerprint(doubled, resolution_ppi=1000).score - plain.score) <= 5
    low = assess_fingerprint(impression, resolution_ppi=300)
    assert (low.score, low.reasons) == (NOT_JUDGED, ("resolution-too-low",))


def test_without_a_resolution_nothing_is_guessed(impression: Pixels) -> None:
    verdict = assess_fingerprint(impression, resolution_ppi=None)
    assert (verdict.score, verdict.reasons) == (NOT_JUDGED, ("resolution-unknown",))


@pytest.mark.parametrize("seed", range(1, 5))
def test_light_ridges_on_dark_glass_are_refused(seed: int) -> None:
    negative = np.asarray(255 - draw_fingerprint(seed, "right_index", 0), np.uint8)
    verdict = assess_fingerprint(negative)
    assert (verdict.score, verdict.reasons) == (NOT_JUDGED, ("inverted-image",))


@pytest.mark.shared
def test_no_real_impression_is_called_inverted_and_a_negative_on_white_glass_is(shared_data: Path) -> None:
    for row in _reference(shared_data):
        image = cv2.imread(str(shared_data / "fingerprint" / row["set"] / row["file"]), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        assert "inverted-image" not in assess_fingerprint(np.asarray(image, np.uint8)).reasons, row["file"]
        if row["set"] == "fvc2002_db1b":
            assert assess_fingerprint(np.asarray(255 - image, np.uint8)).reasons == ("inverted-image",), row["file"]


def _reference(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "fingerprint" / "nfiq2_v2.3_reference.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _ranks(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    order = np.unique(values, return_inverse=True)[1]
    starts = np.concatenate([[0], np.cumsum(np.bincount(order))])
    return np.asarray((starts[order] + starts[order + 1] - 1) / 2, np.float64)


@pytest.mark.shared
def test_it_follows_nfiq2_on_the_reference_impressions(shared_data: Path) -> None:
    rows = _reference(shared_data)
    ours, theirs = [], []
    for row in rows:
        image = cv2.imread(str(shared_data / "fingerprint" / row["set"] / row["file"]), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        ours.append(float(assess_fingerprint(np.asarray(image, np.uint8)).score))
        theirs.append(float(row["nfiq2"]))
    own, reference = np.array(ours), np.array(theirs)
    assert np.corrcoef(_ranks(own), _ranks(reference))[0, 1] >= 0.88
    assert np.abs(own - reference).mean() <= 8
    assert ((own >= INDEX_THRESHOLD) == (reference >= INDEX_THRESHOLD)).mean() >= 0.87


def test_a_finger_on_a_glass_larger_than_nfiq2_takes_is_scored_alone(impression: Pixels) -> None:
    forest = read_forest(file_of(some_arrays(1)))
    height, width = impression.shape
    glass = np.full((1400, 1500), 236, np.uint8)
    glass[0, 0] = glass[-1, -1] = 0
    glass[400:1300, 100:1400] = 200
    glass[500 : 500 + height, 600 : 600 + width] = impression
    alone = assess_fingerprint(glass, forest=forest)
    assert (alone.algorithm, alone.reasons) == (ALGORITHM, ())
    many = assess_fingerprint(np.tile(impression, (4, 5)), forest=forest)
    assert (many.score, many.reasons) == (NOT_JUDGED, ("image-too-large",))
