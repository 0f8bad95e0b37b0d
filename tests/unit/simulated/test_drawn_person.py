"""The person that the simulated camera draws: alive enough that nothing doubts it, and the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.attendance.face_watching import FaceWatching
from appliance.installed_face_assessor import InstalledFaces
from drivers.contracts import Pixels
from drivers.simulated.footage import DrawnFootage
from tests.unit.liveness.face.scenes import moments

FRAMES = 60
"""Four seconds: longer than a capture that goes well."""


def halved(pixels: Pixels) -> Pixels:
    """As a preview."""
    return np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_nothing_doubts_the_drawn_person(seed: int) -> None:
    footage, watching = DrawnFootage(seed, 0), FaceWatching()
    faces = InstalledFaces().load()
    if not faces.knows_points:
        pytest.skip("needs the model packs for faces (scripts/models)")
    for number, taken_s in enumerate(moments(FRAMES, seed)):
        preview = halved(footage.at(number / 15.0))
        faces.glance(preview, reduced_by=2.0)
        watching.saw(preview, taken_s, faces.hand_over_points(), preview=True, reduced_by=2.0)
    hints = watching.hints()
    assert {hint.code: hint.omitted for hint in hints.hints if hint.score is None}.keys() == {
        "planar",
        "screen-light",
        "challenge",
    }
    assert hints.score is not None
    assert hints.score < 0.3


def test_the_same_seed_and_turn_show_the_same_and_another_turn_does_not() -> None:
    first, again, later = (DrawnFootage(3, turn).at(0.5) for turn in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, later)
