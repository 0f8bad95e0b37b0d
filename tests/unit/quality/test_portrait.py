"""The verdict by the networks: what passes, what is refused and why, and what a preview says beside a kept picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.model.verdict import NOT_JUDGED
from appliance.quality.iso29794_5 import names
from appliance.quality.portrait import PortraitAssessor
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from tests.unit.quality.degrading import blurred, darker, falls, noisier, paler

THRESHOLD = 40


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return draw_face(2, 480, 640)


def test_a_portrait_of_one_person_has_all_28_components_and_a_pose(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    verdict = portraits.assess(portrait)
    assert verdict.accepted(THRESHOLD)
    assert verdict.faces == 1
    assert set(verdict.components) == set(names.COMPONENTS)
    assert verdict.score == verdict.components[names.UNIFIED_QUALITY_SCORE].scalar
    assert "claim-kiosk-own-" in verdict.algorithm, "the unified score is an estimate of our own"
    assert verdict.pose is not None
    assert verdict.pose.yaw_deg is not None
    assert abs(verdict.pose.yaw_deg) < 5


@pytest.mark.parametrize("seed", [1, 6])
def test_drawn_people_pass_like_real_ones_and_a_dark_skin_is_no_dark_picture(
    portraits: PortraitAssessor, seed: int
) -> None:
    verdict = portraits.glance(draw_face(seed, 720, 1280))
    assert verdict.accepted(THRESHOLD)
    assert not {"too-dark", "too-little-contrast"} & {*verdict.reasons, *verdict.advice}


def test_a_preview_is_judged_like_a_kept_picture_but_for_the_background(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    kept, seen = portraits.assess(portrait), portraits.glance(portrait)
    assert set(kept.components) - set(seen.components) == {names.BACKGROUND_UNIFORMITY, names.NO_HEAD_COVERINGS}
    assert (seen.reasons, seen.faces) == (kept.reasons, kept.faces)
    assert seen.score == pytest.approx(kept.score, abs=3)


def test_a_preview_that_was_made_small_says_the_sizes_of_the_whole_picture(portraits: PortraitAssessor) -> None:
    whole = draw_face(2, 960, 1280)
    small = np.asarray(cv2.resize(whole, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.uint8)
    seen, guessed, told = portraits.assess(whole), portraits.glance(small), portraits.glance(small, reduced_by=4.0)
    assert told.measures["between_eyes_px"] == pytest.approx(seen.measures["between_eyes_px"], rel=0.1)
    assert told.components[names.INTER_EYE_DISTANCE].raw == pytest.approx(
        seen.components[names.INTER_EYE_DISTANCE].raw, rel=0.1
    )
    assert "face-too-small" in guessed.reasons
    assert told.reasons == ()
    assert told.score > guessed.score


def test_two_people_are_never_accepted(portraits: PortraitAssessor) -> None:
    both = np.ascontiguousarray(np.hstack([draw_face(2, 480, 420), draw_face(5, 480, 420)]))
    kept, seen = portraits.assess(both), portraits.glance(both)
    for verdict in (kept, seen):
        assert verdict.faces == 2
        assert verdict.reasons[0] == "several-faces"
        assert not verdict.accepted(0)
    assert kept.components[names.SINGLE_FACE].scalar < 30
    assert names.SINGLE_FACE not in seen.components, "how large the others are is not known of a preview"


def test_somebody_who_joins_is_noticed_within_ten_frames_and_who_leaves_at_once(portraits: PortraitAssessor) -> None:
    alone = np.ascontiguousarray(np.hstack([draw_face(2, 480, 420), np.full((480, 420, 3), 190, np.uint8)]))
    both = np.ascontiguousarray(np.hstack([draw_face(2, 480, 420), draw_face(5, 480, 420)]))
    assert portraits.glance(alone).reasons == ()
    assert any("several-faces" in portraits.glance(both).reasons for _ in range(10))
    assert portraits.glance(alone).reasons == ()


@pytest.mark.parametrize("judged", ["assess", "glance"])
def test_nobody_is_not_judged(portraits: PortraitAssessor, portrait: Pixels, judged: str) -> None:
    portraits.glance(portrait)
    verdict = getattr(portraits, judged)(np.full((480, 640, 3), 190, np.uint8))
    assert (verdict.score, verdict.reasons, verdict.faces) == (NOT_JUDGED, ("no-face",), 0)


def test_a_blurred_face_is_worse_with_every_blur_and_refused(portraits: PortraitAssessor, portrait: Pixels) -> None:
    verdicts = [portraits.glance(blurred(portrait, sigma)) for sigma in (0.0, 1.0, 2.0, 3.0, 4.0)]
    assert falls([verdict.measures["sharpness"] for verdict in verdicts])
    assert falls([verdict.score for verdict in verdicts])
    assert "blurred" in verdicts[-1].reasons


def test_noise_never_makes_a_portrait_better_and_too_much_is_named(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    verdicts = [portraits.glance(noisier(portrait, amount)) for amount in (0.0, 10.0, 20.0, 45.0)]
    assert falls([verdict.score for verdict in verdicts], slack=5)
    assert verdicts[1].accepted(THRESHOLD)
    assert "picture-noisy" in verdicts[-1].reasons


def test_the_score_falls_with_the_light_and_a_pale_face_is_refused(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    verdicts = [portraits.glance(darker(portrait, lost)) for lost in (0.0, 0.4, 0.55, 0.7)]
    assert falls([verdict.score for verdict in verdicts])
    assert "too-dark" in verdicts[-1].reasons
    assert not portraits.glance(paler(portrait, 0.85)).accepted(THRESHOLD)


def test_a_picture_without_colour_says_so(portraits: PortraitAssessor, portrait: Pixels) -> None:
    verdict = portraits.glance(np.asarray(cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY), np.uint8))
    assert (verdict.score, verdict.reasons) == (NOT_JUDGED, ("picture-without-colour",))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "faces", "accepted"),
    [
        ("examples_obama-1080p.jpg", 1, True),
        ("examples_obama-720p.jpg", 1, True),
        ("examples_biden.jpg", 1, True),
        ("tests_test_images_obama2.jpg", 1, True),
        ("examples_two_people.jpg", 2, False),
    ],
)
def test_real_pictures(portraits: PortraitAssessor, shared_data: Path, name: str, faces: int, accepted: bool) -> None:
    picture = np.asarray(cv2.imread(str(shared_data / "face" / name)), np.uint8)
    verdict = portraits.assess(picture)
    assert verdict.faces == faces
    assert verdict.accepted(THRESHOLD) is accepted


@pytest.mark.shared
def test_a_real_portrait_that_is_small_blurred_or_dark_is_refused_and_says_why(
    portraits: PortraitAssessor, shared_data: Path
) -> None:
    picture = np.asarray(cv2.imread(str(shared_data / "face" / "examples_obama-720p.jpg")), np.uint8)
    small = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    worse = {"face-too-small": small, "blurred": blurred(picture, 4.0), "too-dark": darker(picture, 0.7)}
    for reason, pixels in worse.items():
        verdict = portraits.glance(pixels)
        assert verdict.reasons == (reason,)
        assert not verdict.accepted(THRESHOLD)


def test_the_points_that_were_found_are_handed_over_once_and_are_the_picture_s_own(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    portraits.glance(portrait)
    points = portraits.hand_over_points()
    assert points.landmarks_px is not None
    assert points.landmarks_px.shape == (478, 3)
    assert 0.0 <= points.coefficients["eyeBlinkLeft"] <= 1.0
    assert portraits.hand_over_points().landmarks_px is None, "nothing of a face is kept"


def test_making_a_portrait_leaves_the_still_s_own_points_and_a_picture_of_nobody_has_none(
    portraits: PortraitAssessor, portrait: Pixels
) -> None:
    still = portraits.assess_still(portrait)
    assert still.compose is not None
    still.compose()
    found = portraits.hand_over_points().landmarks_px
    assert found is not None
    height, width = portrait.shape[:2]
    assert 0 < found[:, 0].min() < found[:, 0].max() < width
    assert 0 < found[:, 1].min() < found[:, 1].max() < height
    portraits.assess(np.full_like(portrait, 190))
    assert portraits.hand_over_points().landmarks_px is None
