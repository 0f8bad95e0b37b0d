"""What has no score has a reason, whatever the image is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.quality.nfiq2 import names
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.forest_file import read_forest
from appliance.quality.nfiq2.score import LARGEST_PX, LEAST_WIDTH_PX, nfiq2
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.fingerprint.waves import ridges
from tests.unit.quality.forests import file_of, some_arrays


@pytest.fixture(scope="module")
def forest() -> Forest:
    return read_forest(file_of(some_arrays(1)))


def test_a_print_has_a_score_and_all_measures(forest: Forest) -> None:
    scored = nfiq2(draw_fingerprint(5, "right_index", 0), forest)
    assert scored.reason is None
    assert scored.score == forest.score(scored.measures)
    actionable = {names.UNIFORM, names.CONTRAST_TOO_LOW, names.WITH_MINUTIAE, names.FOREGROUND}
    assert set(scored.measures) == {*names.MEASURES, *actionable}


def test_what_was_measured_begins_where_the_frame_ends(forest: Forest) -> None:
    image = np.full((620, 520), 255, np.uint8)
    image[40 : 40 + 560, 70 : 70 + 416] = draw_fingerprint(5, "right_index", 0)
    inner = nfiq2(np.ascontiguousarray(draw_fingerprint(5, "right_index", 0)), forest)
    framed = nfiq2(image, forest)
    assert (framed.top, framed.left) == (inner.top + 40, inner.left + 70)
    assert framed.measures == pytest.approx(inner.measures)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.full((400, 400), 255, np.uint8), "empty-image"),
        (np.full((400, 400), 90, np.uint8), "empty-image"),
        (ridges(LEAST_WIDTH_PX - 6, 300), "image-too-small"),
        (ridges(LARGEST_PX[0] + 200, 600), "image-too-large"),
        (ridges(300, 300), "no-ridges"),
    ],
)
def test_the_reason_is_named(image: Pixels, reason: str, forest: Forest) -> None:
    scored = nfiq2(image, forest)
    assert (scored.score, scored.reason) == (None, reason)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(1, 420), st.integers(1, 420)),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["noise", "dark", "light", "steps", "spot"]),
)
def test_any_image_has_a_score_or_a_reason(shape: tuple[int, int], seed: int, kind: str) -> None:
    forest = read_forest(file_of(some_arrays(1)))
    random = np.random.default_rng(seed)
    match kind:
        case "noise":
            image = random.integers(0, 256, shape)
        case "dark":
            image = random.integers(0, 3, shape)
        case "light":
            image = random.integers(250, 256, shape)
        case "steps":
            image = random.choice([0, 255], (shape[0], 1)).repeat(shape[1], axis=1)
        case _:
            image = np.full(shape, 255)
            image[shape[0] // 3 : shape[0] // 2, shape[1] // 3 : shape[1] // 2] = 0
    scored = nfiq2(image.astype(np.uint8), forest)
    assert (scored.score is None) != (scored.reason is None)
    assert all(np.isfinite(value) for value in scored.measures.values())
