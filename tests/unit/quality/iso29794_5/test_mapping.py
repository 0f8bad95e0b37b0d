"""The scalars that OFIQ published follow from its raw values, all of them; and what holds for any raw value."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import QualityError
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.mapping import component, scalar

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NEVER_BETTER_THE_MORE = (
    names.BACKGROUND_UNIFORMITY,
    names.UNDER_EXPOSURE,
    names.OVER_EXPOSURE,
    names.NATURAL_COLOUR,
    names.SINGLE_FACE,
    names.MOUTH_CLOSED,
    names.EYES_VISIBLE,
    names.MOUTH_OCCLUSION,
    names.FACE_OCCLUSION,
    names.NO_HEAD_COVERINGS,
)
NEVER_WORSE_THE_MORE = (
    names.UNIFIED_QUALITY_SCORE,
    names.ILLUMINATION_UNIFORMITY,
    names.DYNAMIC_RANGE,
    names.SHARPNESS,
    names.COMPRESSION_ARTIFACTS,
    names.EYES_OPEN,
    names.INTER_EYE_DISTANCE,
    names.LEFTWARD_CROP,
    names.RIGHTWARD_CROP,
    names.MARGIN_ABOVE,
    names.MARGIN_BELOW,
    names.EXPRESSION_NEUTRALITY,
)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "face" / "expected_results.csv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.shared
def test_the_names_are_the_published_ones_in_their_order(published: list[dict[str, str]]) -> None:
    columns = [column for column in published[0] if column and column != "Filename"]
    assert columns == [*names.COMPONENTS, *(f"{name}.scalar" for name in names.COMPONENTS)]


@pytest.mark.shared
@pytest.mark.parametrize("name", names.COMPONENTS)
def test_every_published_scalar_follows_from_its_raw_value(published: list[dict[str, str]], name: str) -> None:
    assert len(published) == 28
    ours = [scalar(name, float(row[name])) for row in published]
    assert ours == [int(row[f"{name}.scalar"]) for row in published]


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        (names.LUMINANCE_MEAN, 0.5, 100),
        (names.LUMINANCE_MEAN, 0.2, 50),
        (names.LUMINANCE_MEAN, 0.8, 50),
        (names.LUMINANCE_VARIANCE, 0.0, 0),
        (names.LUMINANCE_VARIANCE, 1 / 60, 100),
        (names.OVER_EXPOSURE, 0.0, 100),
        (names.OVER_EXPOSURE, 0.09, 10),
        (names.HEAD_SIZE, 0.45, 100),
        (names.HEAD_POSE_YAW, 45.0, 50),
        (names.HEAD_POSE_YAW, -45.0, 50),
        (names.HEAD_POSE_ROLL, 170.0, 0),
        (names.NO_HEAD_COVERINGS, 0.95, 0),
        (names.INTER_EYE_DISTANCE, 70.0, 50),
        (names.SINGLE_FACE, 1.0, 0),
    ],
)
def test_a_curve_passes_where_the_standard_has_it(name: str, raw: float, expected: int) -> None:
    assert scalar(name, raw) == expected


@pytest.mark.parametrize("name", names.COMPONENTS)
@given(raw=FINITE)
def test_a_scalar_is_a_whole_number_from_0_to_100(name: str, raw: float) -> None:
    found = component(name, raw)
    assert isinstance(found.scalar, int)
    assert 0 <= found.scalar <= 100
    assert found.raw == raw


@pytest.mark.parametrize("name", NEVER_BETTER_THE_MORE)
@given(one=FINITE, other=FINITE)
def test_more_of_a_fault_is_never_better(name: str, one: float, other: float) -> None:
    assert scalar(name, min(one, other)) >= scalar(name, max(one, other))


@pytest.mark.parametrize("name", NEVER_WORSE_THE_MORE)
@given(one=FINITE, other=FINITE)
def test_more_of_a_virtue_is_never_worse(name: str, one: float, other: float) -> None:
    assert scalar(name, min(one, other)) <= scalar(name, max(one, other))


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", names.COMPONENTS)
def test_what_is_no_number_is_refused(name: str, raw: float) -> None:
    with pytest.raises(QualityError):
        scalar(name, raw)


def test_a_name_that_is_not_of_the_standard_is_refused() -> None:
    with pytest.raises(QualityError):
        scalar("Beauty", 1.0)


def test_sixteen_need_no_model() -> None:
    assert len(set(names.MODEL_FREE)) == 16
    assert set(names.MODEL_FREE) < set(names.COMPONENTS)
