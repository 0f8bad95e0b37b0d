"""A plan with placements, taken by the service: what the scanner is asked for, what is kept, what AIMA reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.attendance.slap_capturing import capture_slap
from appliance.errors import AttendanceError, DeviceError
from appliance.model.attendance import Step
from appliance.model.configuration import CaptureRules, CaptureUse, CentreModel, FingerprintFormat, Thresholds
from drivers.transport.picture_file import decode_picture
from drivers.transport.picture_resolution import declared_ppi
from tests.unit.attendance.box import Streaming, TurnedClock
from tests.unit.attendance.makers import configuration
from tests.unit.attendance.scanner import TIMED_OUT, SlapScanner, cut_out, live, of_all
from tests.unit.attendance.slap_post import PLAN, TARGET, Post, as_read
from tests.unit.attendance.slaps import LEFT, RIGHT, drawn


async def test_a_good_slap_is_one_part_with_four_captures_in_it(posts: Callable[..., Post]) -> None:
    scanner = SlapScanner([live(), of_all(drawn(RIGHT))])
    post = posts(scanner)
    assert (await post.at_fingers()).step is Step.FINGERPRINTS
    done = await post.capture()
    assert done.step is Step.REVIEW
    assert [(request.positions, request.timeout_s) for request in scanner.asked] == [(RIGHT, 7.0)]
    made = as_read(done)
    (part,) = made.manifest.parts
    assert part.name == "captures/fingerprint/right_four.png"
    np.testing.assert_array_equal(decode_picture(post.vault.blobs[post.one, made.stored[0].name]), drawn(RIGHT))
    captures = made.manifest.captures
    assert [(c.position, c.threshold, c.part, c.accepted) for c in captures] == [
        (position, threshold, part.name, True) for position, threshold in zip(RIGHT, (30, 20, 10, 10), strict=True)
    ]
    across = [capture.segment.centre_x_px for capture in captures if capture.segment is not None]
    assert (len(across), across) == (4, sorted(across))
    (attempt,) = made.manifest.attempts
    assert (attempt.position, attempt.accepted) == ("right_four", True)
    assert [(finger.position, finger.score) for finger in attempt.fingers] == [
        (c.position, c.quality) for c in captures
    ]


async def test_three_of_four_are_told_and_the_next_slap_is_asked_for(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(drawn(RIGHT[:3]))], [of_all(drawn(RIGHT))]))
    await post.at_fingers()
    target = (await post.capture()).target(TARGET)
    assert target is not None
    assert target.attempts[-1].verdict.reasons == ("fingers-missing",)
    made = as_read(await post.capture())
    assert [len(attempt.fingers) for attempt in made.manifest.attempts] == [3, 4]
    assert {capture.attempts for capture in made.manifest.captures} == {1, 2}
    assert [part.name for part in made.manifest.parts] == ["captures/fingerprint/right_four.png"]


async def test_while_the_hand_comes_it_is_told_what_is_wrong_and_nothing_of_that_is_kept(
    posts: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = posts(SlapScanner([live(), live(drawn(RIGHT[:3])), of_all(drawn(RIGHT))]))
    said: list[str] = []

    async def heard(frame: PreviewFrame | None) -> None:
        said.append("" if frame is None else frame.instruction)

    monkeypatch.setattr(post.service.preview, "show", heard)
    await post.at_fingers()
    made = as_read(await post.capture())
    assert said == ["", "fingers-missing", "", ""]
    assert (len(made.manifest.attempts), len(post.vault.blobs)) == (1, 1)


async def test_the_other_hand_ends_no_attempt_well(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([of_all(drawn(LEFT))]))
    await post.at_fingers()
    attendance = await post.capture()
    target = attendance.target(TARGET)
    assert target is not None
    assert (attendance.step, target.attempts[0].verdict.reasons) == (Step.FINGERPRINTS, ("hand-side-wrong",))


async def test_a_missing_finger_is_not_asked_for_and_three_are_enough(posts: Callable[..., Post]) -> None:
    scanner = SlapScanner([of_all(drawn(RIGHT[:3]))])
    post = posts(scanner)
    await post.at_fingers()
    await post.exempt("right_little")
    made = as_read(await post.capture())
    assert scanner.asked[0].positions == RIGHT[:3]
    assert [capture.position for capture in made.manifest.captures] == list(RIGHT[:3])
    assert [(e.position, e.reason.value) for e in made.manifest.exemptions] == [("right_little", "missing")]


async def test_fingers_that_the_scanner_cuts_out_are_a_part_each(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([live(), *(cut_out(position) for position in RIGHT)]))
    await post.at_fingers()
    made = as_read(await post.capture())
    assert [part.name for part in made.manifest.parts] == [
        f"captures/fingerprint/right_four/{position}.png" for position in RIGHT
    ]
    assert {(capture.segment, capture.accepted) for capture in made.manifest.captures} == {(None, True)}


async def test_a_scanner_that_cuts_out_too_few_and_goes_on_showing_is_left_when_the_time_is_up() -> None:
    clock, judge = TurnedClock(), Judge()
    began_s = clock.now_s
    scanner = SlapScanner()
    scanner.streaming = Streaming(clock, *(cut_out(position) for position in RIGHT[:3]), live())
    async with asyncio.timeout(60):
        presented = await capture_slap(
            scanner,
            dict.fromkeys(RIGHT, 0),
            timeout_s=7.0,
            judge=judge,
            preview=Preview(),
            clock=clock,
            wish=Wish(),
        )
    await judge.close()
    assert [image.position for image in presented.images] == list(RIGHT[:3])
    assert not presented.judged.accepted
    assert clock.now_s == began_s + 1.0 + 7.0


async def test_fingers_that_were_cut_out_before_the_scanner_gave_up_are_kept(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([*(cut_out(position) for position in RIGHT[:3]), TIMED_OUT]))
    await post.at_fingers()
    target = (await post.capture()).target(TARGET)
    assert target is not None
    (attempt,) = target.attempts
    assert ([finger.position for finger in attempt.fingers], attempt.accepted) == (list(RIGHT[:3]), False)


async def test_a_slap_at_1000_ppi_is_judged_at_500_and_kept_as_it_came(posts: Callable[..., Post]) -> None:
    fine = np.repeat(np.repeat(drawn(RIGHT), 2, axis=0), 2, axis=1)
    post = posts(SlapScanner([of_all(fine, 1000)]))
    await post.at_fingers()
    made = as_read(await post.capture())
    assert all(capture.accepted for capture in made.manifest.captures)
    kept = post.vault.blobs[post.one, made.stored[0].name]
    assert declared_ppi(kept) == 1000
    np.testing.assert_array_equal(decode_picture(kept), fine)


@pytest.mark.parametrize(("lossy", "suffix"), [(False, "wsq"), (True, "png")])
async def test_where_aima_asks_for_wsq_fingers_are_wsq_but_none_is_compressed_twice(
    posts: Callable[..., Post], lossy: bool, suffix: str
) -> None:
    pytest.importorskip("_wsq")
    rules = CaptureRules(fingerprint_format=FingerprintFormat.WSQ)
    post = posts(SlapScanner([cut_out(position, lossy=lossy) for position in RIGHT]), capture=rules)
    await post.at_fingers()
    made = as_read(await post.capture())
    assert {part.name.rpartition(".")[2] for part in made.manifest.parts} == {suffix}
    assert {part.media_type for part in made.stored} == {"image/x-wsq" if suffix == "wsq" else "image/png"}


async def test_a_reader_of_one_finger_at_a_time_is_refused_before_it_is_asked(posts: Callable[..., Post]) -> None:
    scanner = SlapScanner([of_all(drawn(RIGHT))], slap=False)
    post = posts(scanner)
    before = await post.at_fingers()
    with pytest.raises(DeviceError) as refused:
        await post.capture()
    assert (refused.value.code, scanner.asked) == ("slap-not-supported", [])
    assert post.service.register.get(post.one) == before


async def test_nobody_laying_a_hand_on_it_is_an_attempt_without_an_image(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner())
    await post.at_fingers()
    target = (await post.capture()).target(TARGET)
    assert target is not None
    (attempt,) = target.attempts
    assert (attempt.part, attempt.fingers, attempt.verdict.reasons) == (None, (), ("nothing-presented",))
    assert post.vault.blobs == {}


async def test_a_device_that_fails_leaves_the_attendance_as_it_was(posts: Callable[..., Post]) -> None:
    post = posts(SlapScanner([DeviceError("on purpose", code="device-lost")]))
    before = await post.at_fingers()
    with pytest.raises(DeviceError):
        await post.capture()
    assert post.service.register.get(post.one) == before


async def test_a_centre_that_takes_no_biometrics_takes_no_slaps(posts: Callable[..., Post]) -> None:
    centre = msgspec.structs.replace(configuration().centre, model=CentreModel.EXTENDED)
    with pytest.raises(AttendanceError) as refused:
        await posts(SlapScanner(), centre=centre).at_fingers()
    assert refused.value.code == "biometrics-not-allowed"


async def test_each_finger_is_held_to_the_threshold_of_the_plans_use(posts: Callable[..., Post]) -> None:
    thresholds = Thresholds(identification_fingers={"index": 41, "middle": 42, "ring": 43, "little": 44})
    plan = msgspec.structs.replace(PLAN, use=CaptureUse.IDENTIFICATION)
    post = posts(SlapScanner([of_all(drawn(RIGHT))]), thresholds=thresholds, capture_plans=(plan,))
    await post.at_fingers()
    target = (await post.capture()).target(TARGET)
    assert target is not None
    assert [finger.threshold for finger in target.attempts[0].fingers] == [41, 42, 43, 44]
