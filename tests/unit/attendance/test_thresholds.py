"""The lowest score: AIMA's, made stricter by the model that captures, and never laxer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import pytest

from appliance.attendance.thresholds import threshold_for
from appliance.model.attendance import Step
from appliance.model.configuration import CapturePlan, CaptureUse, Thresholds
from appliance.model.verdict import CaptureKind
from tests.unit.attendance.box import Box
from tests.unit.attendance.makers import WHO

FINGERPRINT, FACE, DOCUMENT = CaptureKind.FINGERPRINT, CaptureKind.FACE, CaptureKind.DOCUMENT
AIMA = Thresholds(fingers={"index": 30, "middle": 20}, face=50, document=40)


@pytest.mark.parametrize(
    ("kind", "position", "own", "lowest"),
    [
        (FINGERPRINT, "right_index", {}, 30),
        (FINGERPRINT, "left_index", {"index": 45}, 45),
        (FINGERPRINT, "right_index", {"index": 10}, 30),
        (FINGERPRINT, "right_middle", {"index": 45}, 20),
        (FINGERPRINT, "right_little", {"little": 35}, 35),
        (FINGERPRINT, "right_little", {}, 30),
        (FACE, None, {"face": 60, "document": 90}, 60),
        (DOCUMENT, None, {"face": 60}, 40),
    ],
)
def test_the_stricter_of_both_counts(
    kind: CaptureKind, position: str | None, own: Mapping[str, int], lowest: int
) -> None:
    assert threshold_for(kind, position, AIMA, own) == lowest


@pytest.mark.parametrize(
    ("use", "lowest"),
    [(CaptureUse.ENROLMENT, [30, 30, 20, 10, 10]), (CaptureUse.IDENTIFICATION, [20, 20, 20, 10, 10])],
)
def test_each_finger_has_a_lowest_score_for_each_use(use: CaptureUse, lowest: list[int]) -> None:
    fingers = ("thumb", "index", "middle", "ring", "little")
    assert [threshold_for(FINGERPRINT, f"left_{finger}", Thresholds(), use=use) for finger in fingers] == lowest


def test_a_model_s_own_lowest_score_counts_for_every_use() -> None:
    assert threshold_for(FINGERPRINT, "left_index", Thresholds(), {"index": 45}, CaptureUse.IDENTIFICATION) == 45


@pytest.mark.parametrize(("use", "accepted"), [(CaptureUse.ENROLMENT, False), (CaptureUse.IDENTIFICATION, True)])
async def test_the_plan_s_use_decides_by_which_table_it_is_judged(
    boxes: Callable[..., Box], use: CaptureUse, accepted: bool
) -> None:
    box = boxes([25])
    plan = CapturePlan(plan_id="residence-permit", label={}, document=False, face=False, use=use)
    box.configuration = msgspec.structs.replace(box.configuration, capture_plans=(plan,))
    one = await box.at(Step.FINGERPRINTS)
    attendance = await box.service.capture(one, WHO, "right_hand")
    target = attendance.target("right_hand")
    assert target is not None
    assert [attempt.accepted for attempt in target.tries] == [accepted]


def test_a_picture_of_a_hand_is_held_to_no_score() -> None:
    assert threshold_for(CaptureKind.EXCEPTION_PHOTO, None, AIMA, {"face": 60}) == 0


async def test_an_attempt_is_held_to_its_device_s_own_and_says_so(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FINGERPRINTS)
    box.desk.one.own_thresholds = {"index": 95}
    target = box.service.register.get(one).waiting_target
    assert target is not None
    await box.service.capture(one, WHO, target.name)
    after = box.service.register.get(one).target(target.name)
    assert after is not None
    (attempt,) = after.tries
    assert (attempt.threshold, attempt.accepted) == (95, False)
    assert attempt.verdict.score < 95


async def test_what_is_only_shown_is_never_kept(boxes: Callable[..., Box]) -> None:
    """A scanner's live pictures guide the hand; were one of them the best, it would still be nobody's evidence."""
    box = boxes()
    one = await box.at(Step.FINGERPRINTS)
    box.desk.one.shows_first = [100, 100]
    target = box.service.register.get(one).waiting_target
    assert target is not None
    await box.service.capture(one, WHO, target.name)
    after = box.service.register.get(one).target(target.name)
    assert after is not None
    assert [attempt.verdict.score for attempt in after.tries] == [80]
