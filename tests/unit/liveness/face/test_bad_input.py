"""Whatever is handed over, hints come back: omitted, with the reason, where there is nothing to look at."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from appliance.liveness.face import challenge, colour_sequence, mesh
from appliance.liveness.face.frame import FaceFrame
from appliance.liveness.face.together import CODES, face_hints
from appliance.liveness.face.watch import FaceWatch
from tests.unit.liveness.face.scenes import frame, grain, landmarks, picture

GOOD = picture(grain(3))
NAN_FACE = np.full((478, 3), np.nan, np.float32)


@pytest.mark.parametrize(
    ("pixels", "taken_s", "points", "reason"),
    [
        (None, 0.0, landmarks(), "not-an-image"),
        ([[1, 2], [3, 4]], 0.0, landmarks(), "not-an-image"),
        (np.zeros((360, 480), np.uint8), 0.0, landmarks(), "not-an-image"),
        (np.zeros((360, 480, 4), np.uint8), 0.0, landmarks(), "not-an-image"),
        (np.zeros((360, 480, 3), np.uint16), 0.0, landmarks(), "not-an-image"),
        (np.full((360, 480, 3), np.nan), 0.0, landmarks(), "not-an-image"),
        (np.zeros((0, 0, 3), np.uint8), 0.0, landmarks(), "image-too-small"),
        (np.zeros((159, 480, 3), np.uint8), 0.0, landmarks(), "image-too-small"),
        (np.zeros((4100, 4000, 3), np.uint8), 0.0, landmarks(), "image-too-large"),
        (GOOD, float("nan"), landmarks(), "time-unknown"),
        (GOOD, float("inf"), landmarks(), "time-unknown"),
        (GOOD, None, landmarks(), "time-unknown"),
        (GOOD, 0.0, None, "no-face"),
        (GOOD, 0.0, NAN_FACE, "no-face"),
        (GOOD, 0.0, np.zeros((478, 3), np.float32), "no-face"),
        (GOOD, 0.0, landmarks()[:468], "no-face"),
        (GOOD, 0.0, np.nan_to_num(landmarks()).astype(np.int32), "no-face"),
        (GOOD, 0.0, landmarks() + 5000.0, "no-face"),
        (GOOD, 0.0, "a face", "no-face"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_at_is_omitted_with_its_reason(
    pixels: Any, taken_s: Any, points: Any, reason: str
) -> None:
    watch = FaceWatch().after(FaceFrame(pixels, taken_s, points))
    assert (watch.samples, watch.refused) == ((), reason)
    hints = face_hints(watch)
    assert tuple(hint.code for hint in hints.hints) == CODES
    assert {(hint.score, hint.omitted) for hint in hints.hints} == {(None, reason)}
    assert (hints.score, hints.alarm, hints.pad) == (None, False, "not-performed")


def test_before_the_first_frame_everything_is_omitted() -> None:
    assert {hint.omitted for hint in face_hints(FaceWatch()).hints} == {"no-frames"}


def test_one_bad_frame_between_good_ones_changes_nothing_else() -> None:
    good = FaceWatch().after(frame(GOOD, 0.0)).after(frame(GOOD, 0.1))
    with_bad = FaceWatch().after(frame(GOOD, 0.0)).after(FaceFrame(GOOD, 0.05, None)).after(frame(GOOD, 0.1))
    assert with_bad.refused == "no-face"
    assert face_hints(with_bad) == face_hints(good)


def test_frames_of_another_size_are_another_cameras() -> None:
    watch = FaceWatch().after(frame(GOOD, 0.0)).after(frame(picture(grain(3, 480, 640)), 0.1))
    assert (len(watch.samples), watch.refused) == (1, "size-changed")


def test_frames_and_landmarks_are_left_as_they_were() -> None:
    pixels, points = GOOD.copy(), landmarks()
    FaceWatch().after(FaceFrame(pixels, 0.0, points)).after(FaceFrame(pixels, 0.1, points))
    assert np.array_equal(pixels, GOOD)
    assert np.array_equal(points, landmarks(), equal_nan=True)


_COORDINATES = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_frames_give_hints_and_never_an_exception(data: st.DataObject) -> None:
    watch, asked = FaceWatch(), challenge.drawn(random.Random(1), 0.0)
    shown = colour_sequence.drawn(random.Random(1), 8, 0.0)
    for number in range(data.draw(st.integers(1, 5))):
        level = data.draw(st.integers(0, 255))
        pixels = data.draw(
            st.sampled_from([GOOD, np.full((200, 300, 3), level, np.uint8), np.zeros((160, 160, 3), np.uint8)])
        )
        points = landmarks(yaw_deg=data.draw(st.floats(-60, 60)), x_px=data.draw(st.floats(-200, 700)))
        spoiled = data.draw(st.sets(st.integers(0, len(mesh.OVAL) - 1), max_size=6))
        for index in spoiled:
            points[mesh.OVAL[index]] = data.draw(arrays.arrays(np.float32, 3, elements=_COORDINATES))
        coefficients = data.draw(st.dictionaries(st.sampled_from(["eyeBlinkLeft", "eyeBlinkRight"]), st.floats()))
        one = FaceFrame(pixels, data.draw(st.floats(-1e3, 1e9)) if number % 2 else number / 15.0, points, coefficients)
        asked = challenge.step(asked, challenge.observed(one.landmarks_px, one.coefficients), one.taken_s)
        watch = watch.after(one)
    hints = face_hints(watch, asked, shown)
    assert tuple(hint.code for hint in hints.hints) == CODES
    for hint in hints.hints:
        assert (hint.score is None) == bool(hint.omitted)
        assert hint.score is None or 0.0 <= hint.score <= 1.0
        assert np.isfinite(list(hint.evidence.values())).all()
