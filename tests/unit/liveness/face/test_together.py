"""One score of all hints, in steps, with what was omitted; and a watch that keeps little."""

from __future__ import annotations

import random
import sys

import numpy as np

from appliance.liveness.face import challenge
from appliance.liveness.face.together import ALGORITHM, CODES, face_hints
from appliance.liveness.face.watch import MOST_FRAMES, FaceWatch
from appliance.model.liveness import STEP, LivenessHints
from drivers.contracts import Pixels
from tests.unit.liveness.face.scenes import frame, grain, landmarks, moments, moved, picture

TEXTURE = 128.0 + 0.4 * (grain(4, fine_px=3.0) - 128.0)


def _moving(number: int) -> tuple[Pixels, float, float]:
    right = 4.0 * np.sin(number / 5.3) + 1.2 * np.sin(number / 2.1 + 0.7)
    down = 3.0 * np.sin(number / 8.9 + 1.0) + 1.1 * np.sin(number / 1.7)
    return picture(moved(TEXTURE, right, down), 2.0, number), float(right), float(down)


def _watched(count: int, taken_s: list[float]) -> FaceWatch:
    watch = FaceWatch()
    for number in range(count):
        pixels, right, down = _moving(number)
        watch = watch.after(frame(pixels, taken_s[number], landmarks(0.0, 240.0 + right, 180.0 + down)))
    return watch


def _scores(hints: LivenessHints) -> dict[str, float | None]:
    return {hint.code: hint.score for hint in hints.hints}


def test_who_only_sits_there_is_bona_fide_and_what_was_not_asked_is_said() -> None:
    hints = face_hints(_watched(30, moments(30)))
    assert (hints.score, hints.alarm, hints.pad, hints.algorithm) == (0.0, False, "not-performed", ALGORITHM)
    omitted = {hint.code: hint.omitted for hint in hints.hints if hint.omitted}
    assert omitted == {"planar": "no-turn", "screen-light": "not-asked", "challenge": "not-asked"}
    assert tuple(hint.code for hint in hints.hints) == CODES


def test_one_sure_hint_is_enough_and_the_score_comes_in_steps() -> None:
    watch = _watched(30, [i / 15.0 for i in range(30)])
    hints = face_hints(watch)
    assert _scores(hints)["frame-times"] == 1.0
    assert (hints.score, hints.alarm) == (1.0, True)
    asked = challenge.Challenge(tuple(challenge.Action), 0.0, 2.0, answered=3, late=1)
    graded = face_hints(_watched(30, moments(30)), asked)
    assert graded.score == 0.25
    assert 1.0 / STEP >= 10


def test_what_is_open_may_be_asked_at_any_moment() -> None:
    watch, taken_s = FaceWatch(), moments(12)
    asked = challenge.drawn(random.Random(3), taken_s[0])
    for number in range(12):
        pixels, right, down = _moving(number)
        watch = watch.after(frame(pixels, taken_s[number], landmarks(0.0, 240.0 + right, 180.0 + down)))
        assert face_hints(watch, asked).score in (None, 0.0)


def test_a_watch_never_grows_beyond_its_bounds_and_keeps_no_frames() -> None:
    watch = FaceWatch()
    pictures = [_moving(number) for number in range(8)]
    for number in range(MOST_FRAMES + 10):
        pixels, right, down = pictures[number % 8]
        watch = watch.after(frame(pixels, number / 15.0, landmarks(0.0, 240.0 + right, 180.0 + down)))
        assert len(watch.samples) <= MOST_FRAMES
    kept = sum(
        each.patch.fine.nbytes + each.patch.coarse.nbytes
        for each in watch.samples
        if each.patch.fine is not None and each.patch.coarse is not None
    )
    assert kept + sys.getsizeof(watch) < 20_000_000
    assert len(watch.tracks) <= 2
