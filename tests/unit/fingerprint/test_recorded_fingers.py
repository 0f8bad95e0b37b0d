"""Real impressions of real readers: of each set, three fingers twice, told apart as the whole sets are."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.fingerprint.comparison import compare
from appliance.fingerprint.template import template_of
from appliance.fingerprint.uniqueness import THRESHOLD
from appliance.quality.nfiq2.frame import without_frame

SETS = ("fvc2002_db1b", "fvc2002_db3b", "fvc2004_db3b")
FINGERS = ("101", "103", "107")
IMPRESSIONS = (1, 2)


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_the_same_finger_is_told_from_others(name: str, shared_data: Path) -> None:
    templates = {}
    for finger, number in itertools.product(FINGERS, IMPRESSIONS):
        path = shared_data / "fingerprint" / name / f"{finger}_{number}.tif"
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        templates[finger, number] = template_of(without_frame(np.asarray(pixels, np.uint8))[0])
    for (a, first), (b, second) in itertools.combinations(templates.items(), 2):
        score = compare(first, second).score
        assert (score >= THRESHOLD) == (a[0] == b[0]), (a, b, score)
