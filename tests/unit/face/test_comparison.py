"""Nothing is compared, and the answer cannot be taken for a result."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from appliance.face.comparison import (
    ComparisonStatus,
    FaceComparer,
    FaceComparison,
    FaceSample,
    PortraitOrigin,
    UnsupportedComparer,
)

SAMPLES = [FaceSample(np.full((40, 30, 3), level, np.uint8), np.zeros((478, 2))) for level in (10, 200)]


@pytest.mark.parametrize("origin", PortraitOrigin)
@pytest.mark.parametrize("other", [0, 1])
def test_the_same_face_and_another_get_the_same_answer(origin: PortraitOrigin, other: int) -> None:
    comparer: FaceComparer = UnsupportedComparer()
    found = comparer.compare(SAMPLES[0], SAMPLES[other], origin)
    assert found.status is ComparisonStatus.NOT_SUPPORTED
    assert found.reason == "no-model-with-clear-licence-and-known-training-data"


def test_there_is_no_score_and_no_other_status_to_be_mistaken_for_one() -> None:
    assert [field.name for field in fields(FaceComparison)] == ["status", "reason"]
    assert list(ComparisonStatus) == [ComparisonStatus.NOT_SUPPORTED]
