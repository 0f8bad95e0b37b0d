"""What is looked for in a face's capture while it runs: with what was judged anyway, and without a say in it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from appliance.attendance.face_watching import NOT_CARRIED_OUT, FaceWatching
from appliance.attendance.judging import Judge
from appliance.liveness.face.together import ALGORITHM, CODES
from appliance.liveness.face.watch import MOST_FRAMES
from appliance.model.liveness import Hint, LivenessHints
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill, FacePoints
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from drivers.contracts import Frame, Pixels
from tests.unit.liveness.face.scenes import grain, landmarks, moments, moved, picture

FACE = FacePoints(landmarks(), {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.1})
TEXTURE = grain(4, fine_px=3.0)


def living(number: int) -> Pixels:
    """Breathes, and is seen by a sensor with noise."""
    return picture(moved(TEXTURE, 1.7 * number, 0.9 * number), noise=4.0, seed=number)


def hint(hints: LivenessHints, code: str) -> Hint:
    return next(hint for hint in hints.hints if hint.code == code)


def test_somebody_who_moves_before_a_camera_raises_no_alarm() -> None:
    watching = FaceWatching()
    for number, taken_s in enumerate(moments(30)):
        watching.saw(living(number), taken_s, FACE, preview=True)
    hints = watching.hints()
    assert (hints.algorithm, hints.pad, hints.alarm) == (ALGORITHM, "not-performed", False)
    assert hint(hints, "repeated-frames").score == 0.0


def test_the_same_frame_again_and_again_raises_one() -> None:
    watching = FaceWatching()
    for taken_s in moments(30):
        watching.saw(living(0), taken_s, FACE, preview=True)
    hints = watching.hints()
    assert (hints.score, hints.alarm) == (1.0, True)
    assert hint(hints, "repeated-frames").evidence["copies"] == 29.0


def test_what_was_seen_at_first_is_not_forgotten_by_whoever_waits_long_enough() -> None:
    watching = FaceWatching()
    for number, taken_s in enumerate(moments(2 * MOST_FRAMES)):
        watching.saw(living(0 if number < 40 else number), taken_s, FACE, preview=True)
    hints = watching.hints()
    assert hint(hints, "repeated-frames").evidence["copies"] == 39.0
    assert hints.alarm


@pytest.mark.parametrize("preview", [True, False], ids=["nobody looks straight", "no previews"])
def test_movements_that_were_wished_for_and_never_asked_are_said_to_be(preview: bool) -> None:
    watching = FaceWatching(random.Random(1))
    away = FacePoints(landmarks(yaw_deg=30.0))
    for number, taken_s in enumerate(moments(12)):
        watching.saw(living(number), taken_s, away, preview=preview)
    assert watching.asked is None
    assert hint(watching.hints(), "challenge").omitted == NOT_CARRIED_OUT


def test_without_networks_everything_is_omitted_and_says_so() -> None:
    watching = FaceWatching()
    for taken_s in moments(30):
        watching.saw(living(0), taken_s, None, preview=True)
    assert {(each.code, each.score, each.omitted) for each in watching.hints().hints} == {
        (code, None, "no-networks") for code in CODES
    }


@pytest.mark.parametrize(("seen", "omitted"), [([], "no-frames"), ([FacePoints()], "no-face")])
def test_where_no_face_was_seen_everything_is_omitted(seen: list[FacePoints], omitted: str) -> None:
    watching = FaceWatching()
    for face in seen:
        watching.saw(living(0), 0.0, face, preview=True)
    hints = watching.hints()
    assert hints.score is None
    assert {each.omitted for each in hints.hints} == {omitted}


def test_a_still_between_previews_is_neither_a_copy_nor_a_gap() -> None:
    """It is larger than they are, and takes a second."""
    watching, pause_s = FaceWatching(), 0.0
    large = np.repeat(np.repeat(living(0), 2, axis=0), 2, axis=1)
    for number, taken_s in enumerate(moments(30)):
        if number in (10, 20):
            watching.saw(large, taken_s + pause_s, FacePoints(2 * landmarks()), preview=False)
            pause_s += 1.0
        watching.saw(living(number), taken_s + pause_s, FACE, preview=True)
    hints = watching.hints()
    assert hint(hints, "frame-times").evidence["gap_share"] == 0.0
    assert hint(hints, "frame-times").score == 0.0
    assert not hints.alarm


def test_of_a_camera_that_has_no_previews_the_stills_are_watched() -> None:
    watching = FaceWatching()
    for taken_s in moments(12):
        watching.saw(living(0), taken_s, FACE, preview=False)
    assert watching.hints().alarm


def test_previews_that_come_after_a_still_are_what_is_watched() -> None:
    watching = FaceWatching()
    watching.saw(np.zeros((900, 1200, 3), np.uint8), 0.0, FacePoints(2 * landmarks()), preview=False)
    for taken_s in moments(12):
        watching.saw(living(0), 1.0 + taken_s, FACE, preview=True)
    assert watching.hints().alarm


class Seeing:
    """Judges nothing, and sees the same face in everything."""

    knows_points = True

    def hand_over_points(self) -> FacePoints:
        return FACE

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        return Verdict(kind=CaptureKind.FACE, score=80)

    glance = assess

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        return AssessedStill(self.assess(pixels))


async def test_the_judge_shows_the_watch_every_picture_of_a_face_with_what_was_seen_in_it() -> None:
    watching, judge = FaceWatching(), Judge(load_faces=Seeing)
    try:
        for taken_s in moments(12):
            frame = Frame(living(0), 0, round(taken_s * 1e9), preview=True)
            verdict = (await judge.judge(CaptureKind.FACE, frame, watching=watching)).verdict
            assert verdict == (await judge.judge(CaptureKind.FACE, frame)).verdict, "it has no say in the verdict"
        hints = await judge.run(watching.hints)
    finally:
        await judge.close()
    assert hint(hints, "repeated-frames").evidence["copies"] == 11.0
