"""Each finger of a placement is compared with every other impression and looked at for hints, as one taken alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from appliance.attendance.resemblance import standing_doubts, whole_record
from appliance.attendance.state import Attendance
from appliance.model.capture import FingerCapture
from appliance.model.configuration import CaptureRules
from appliance.model.manifest import Manifest
from appliance.model.manifest_fingers import AlikeRecord
from drivers.contracts import Frame, Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.simulated.drawn.slap import draw_slap
from tests.unit.attendance.scanner import SlapScanner, of_all
from tests.unit.attendance.slap_post import PLAN, Post, as_read
from tests.unit.attendance.slaps import RIGHT, drawn
from tests.unit.fingerprint.card_slaps import card_slaps

THUMBS = ("right_thumb", "left_thumb")
BOTH = msgspec.structs.replace(PLAN, placements=("right_four", "two_thumbs"))


def given(**others: str) -> Pixels:
    """A slap of the right four in which the finger before the sign shows another's print, pressed again."""
    prints = {position: draw_fingerprint(1, position, 0) for position in RIGHT}
    return draw_slap(prints | {position: draw_fingerprint(1, other, 1) for position, other in others.items()})


def thumbs(right: str = "right_thumb") -> Pixels:
    return draw_slap({"right_thumb": draw_fingerprint(1, right, 1), "left_thumb": draw_fingerprint(1, "left_thumb", 0)})


def own(position: str, turn: int = 0) -> Frame:
    """As a scanner gives it that cuts the fingers out."""
    return Frame(draw_fingerprint(1, position, turn), 0, 0, 500, simulated=True, position=position)


def moved(slap: Pixels) -> Pixels:
    """Turned by three degrees, and not where it was."""
    height, width = slap.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3.0, 1.0)
    turn[:, 2] += (7, -5)
    return np.asarray(cv2.warpAffine(slap, turn, (width, height), borderValue=255), np.uint8)


def fingers(attendance: Attendance, target: str, number: int = -1) -> tuple[FingerCapture, ...]:
    known = attendance.target(target)
    assert known is not None
    return known.tries[number].fingers


def named(pair: AlikeRecord) -> tuple[tuple[int, str], tuple[int, str]]:
    return (pair.first, pair.first_position), (pair.second, pair.second_position)


def alarms(manifest: Manifest) -> list[list[str]]:
    return [[f.position for f in attempt.fingers if f.liveness_hints.alarm] for attempt in manifest.attempts]


async def test_four_fingers_of_one_slap_are_compared_with_each_other_and_raise_nothing(
    posts: Callable[..., Post],
) -> None:
    post = posts(SlapScanner([of_all(drawn(RIGHT))]))
    await post.at_fingers()
    attendance = await post.capture()
    assert not standing_doubts(attendance).is_doubtful
    manifest = as_read(attendance).manifest
    assert (manifest.uniqueness.compared, manifest.uniqueness.repeated, manifest.uniqueness.omitted) == (6, (), None)
    (attempt,) = manifest.attempts
    assert (attempt.resemblance, attempt.liveness_hints) == (None, None)
    assert [(f.resemblance.alike, f.resemblance.omitted, f.liveness_hints.score) for f in attempt.fingers] == [
        ((), None, 0.0)
    ] * 4
    overall = manifest.liveness_hints
    assert (overall.score, overall.examined, overall.omitted) == (0.0, 4, 0)
    assert overall.fingers == dict.fromkeys(RIGHT, 0.0)


async def test_one_finger_twice_in_one_slap_is_said_and_bars_nothing(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(given(right_ring="right_index"))]))
    await post.at_fingers()
    attendance = await post.capture()
    manifest = as_read(attendance).manifest
    (pair,) = manifest.uniqueness.repeated
    assert named(pair) == ((0, "right_index"), (0, "right_ring"))
    alike = {f.position: [(a.attempt, a.position) for a in f.resemblance.alike] for f in manifest.attempts[0].fingers}
    assert alike == {
        "right_index": [(0, "right_ring")],
        "right_middle": [],
        "right_ring": [(0, "right_index")],
        "right_little": [],
    }
    assert all(capture.accepted for capture in manifest.captures)


async def test_a_finger_of_one_placement_is_known_in_another_also_after_a_restart(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(drawn(RIGHT))], [of_all(thumbs("right_index"))]), capture_plans=(BOTH,))
    await post.at_fingers()
    await post.capture()
    await post.restarted()
    attendance = await post.capture("two_thumbs")
    (doubt,) = standing_doubts(attendance).repeated
    assert {doubt.first.position, doubt.second.position} == {"right_index", "right_thumb"}
    unique = as_read(attendance).manifest.uniqueness
    (pair,) = unique.repeated
    assert named(pair) == ((0, "right_index"), (1, "right_thumb"))
    assert unique.compared == 6 + 1 + 2 * 4


async def test_templates_made_again_of_a_stored_slap_give_the_scores_of_those_that_were_held(
    posts: Callable[..., Post],
) -> None:
    scores = []
    for is_restarted in (False, True):
        post = posts(SlapScanner([of_all(drawn(RIGHT))], [of_all(thumbs("right_index"))]), capture_plans=(BOTH,))
        await post.at_fingers()
        await post.capture()
        if is_restarted:
            await post.restarted()
        (right, _) = fingers(await post.capture("two_thumbs"), "two_thumbs")
        assert right.resemblance is not None
        scores.append([(likeness.finger, likeness.score) for likeness in right.resemblance.scores])
    assert scores[0] == scores[1]
    assert [finger for finger, _ in scores[0]] == list(RIGHT)


async def test_what_was_taken_again_raises_no_doubt_any_more_and_stays_on_record(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(given(right_ring="right_index"))], [of_all(drawn(RIGHT, 1))]))
    await post.at_fingers()
    assert standing_doubts(await post.capture()).is_doubtful
    await post.again()
    attendance = await post.capture()
    assert not standing_doubts(attendance).is_doubtful
    assert len(whole_record(attendance).repeated) == 1


async def test_an_exempted_finger_raises_no_doubt_any_more(posts: Callable[..., Post]) -> None:
    prints = {"right_index": 0, "right_middle": 0, "right_ring": 1}
    shown = {"right_index": "right_index", "right_middle": "right_middle", "right_ring": "right_index"}
    slap = draw_slap({position: draw_fingerprint(1, shown[position], turn) for position, turn in prints.items()})
    post = posts(SlapScanner([of_all(slap)]))
    await post.at_fingers()
    (doubt,) = standing_doubts(await post.capture()).repeated
    assert {doubt.first.position, doubt.second.position} == {"right_index", "right_ring"}
    attendance = await post.exempt("right_ring")
    assert not standing_doubts(attendance).is_doubtful
    assert len(whole_record(attendance).repeated) == 1


async def test_a_slap_that_is_lost_is_not_compared_and_stops_nothing(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(drawn(RIGHT))], [of_all(thumbs())]), capture_plans=(BOTH,))
    await post.at_fingers()
    await post.capture()
    await post.restarted()
    post.vault.blobs.clear()
    attendance = await post.capture("two_thumbs")
    assert as_read(attendance).manifest.uniqueness.compared == 6 + 1


async def test_a_slap_given_again_raises_an_alarm_on_each_finger_and_its_image_is_kept(
    posts: Callable[..., Post],
) -> None:
    three, whole = of_all(drawn(RIGHT[:3])), of_all(drawn(RIGHT, 1))
    post = posts(SlapScanner([three], [three], [whole]))
    await post.at_fingers()
    await post.capture()
    await post.restarted()
    await post.capture()
    attendance = await post.capture()
    manifest = as_read(attendance).manifest
    assert alarms(manifest) == [[], list(RIGHT[:3]), []]
    slap = "captures/fingerprint/right_four.png"
    assert [attempt.part for attempt in manifest.attempts] == [None, "attempts/1-right_four.png", slap]
    assert {(f.part, f.segment is not None) for a in manifest.attempts for f in a.fingers} == {
        (None, False),
        ("attempts/1-right_four.png", True),
        (slap, True),
    }
    assert {part.name for part in manifest.parts} == {"attempts/1-right_four.png", slap}
    overall = manifest.liveness_hints
    assert (overall.alarm, overall.examined, overall.fingers["right_little"]) == (True, 10, 0.0)


async def test_of_fingers_that_the_scanner_cuts_out_the_alarmed_one_s_image_alone_is_kept(
    posts: Callable[..., Post],
) -> None:
    first = [own(position) for position in RIGHT]
    second = [own("right_index"), *(own(position, 1) for position in RIGHT[1:])]
    third = [own(position, 2) for position in RIGHT]
    post = posts(SlapScanner(first, second, third))
    await post.at_fingers()
    await post.capture()
    for _ in range(2):
        await post.again()
        await post.restarted()
        attendance = await post.capture()
    manifest = as_read(attendance).manifest
    assert alarms(manifest) == [[], ["right_index"], []]
    assert [finger.part for finger in manifest.attempts[1].fingers] == ["attempts/1-right_index.png", None, None, None]
    assert len(manifest.parts) == 5
    assert not standing_doubts(attendance).is_doubtful


@pytest.mark.parametrize("presented", ["nobody", "no finger"])
async def test_without_a_finger_there_is_nothing_to_compare_and_it_is_said(
    posts: Callable[..., Post], presented: str
) -> None:
    glass = drawn(RIGHT)[:150]
    post = posts(SlapScanner() if presented == "nobody" else SlapScanner([of_all(glass)]))
    await post.at_fingers()
    manifest = as_read(await post.capture()).manifest
    assert manifest.attempts[0].fingers == ()
    wanted = "no-impressions" if presented == "nobody" else "no-fingers"
    assert (manifest.uniqueness.compared, manifest.uniqueness.omitted) == (0, wanted)
    assert (manifest.liveness_hints.examined, manifest.liveness_hints.omitted) == (0, 1)


@pytest.mark.shared
async def test_on_nists_card_no_finger_is_like_another_and_the_card_again_is_noticed(
    posts: Callable[..., Post], shared_data: Path
) -> None:
    pytest.importorskip("wsq")
    card = card_slaps(shared_data / "nist" / "type-4-slaps.an2")
    plan = msgspec.structs.replace(PLAN, placements=("right_four", "left_four"))
    placements = [(target, card[number]) for target, number in (("right_four", 13), ("left_four", 14))]
    scanner = SlapScanner(
        *([of_all(slap)] for _, slap in placements), *([of_all(moved(slap))] for _, slap in placements)
    )
    # The score's thresholds are beside the point here.
    rules = CaptureRules(evaluation_only=True)
    post = posts(scanner, capture_plans=(plan,), capture=rules)
    await post.at_fingers()
    for target, _ in placements:
        attendance = await post.capture(target)
    for target, _ in placements:
        await post.again(target)
        attendance = await post.capture(target)
    manifest = as_read(attendance).manifest
    # Turned, the right index is cut out with a corner of the card's other row: by the key's luck it is known or not.
    assert [len(set(alarmed) - {"right_index"}) for alarmed in alarms(manifest)] == [0, 0, 3, 4]
    assert alarms(manifest)[:2] == [[], []]
    assert (manifest.uniqueness.repeated, manifest.uniqueness.swapped) == ((), ())
    assert manifest.uniqueness.compared == 16 * 15 // 2 - 8
