"""The service makes each command durable before it answers, and survives a restart between any two of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from appliance.attendance.permission import refuse_simulated
from appliance.errors import AttendanceError, ClockWentBackwards, DeviceError, SealingFailed
from appliance.model.attendance import Abandoned, Decision, Step
from tests.unit.attendance.box import NOBODY, Box
from tests.unit.attendance.makers import AT, WHO, configuration


async def test_an_attendance_survives_a_restart_before_every_command(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.SEALED)
    assert box.sealer.sealings == 1
    assert len([key for key in box.vault.blobs if key[0] == one]) == 5


async def test_a_power_cut_while_sealing_ends_in_the_same_package(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealer.fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    requested = box.service.register.get(one).seal_requested
    box.sealer.fails = False
    await box.recovered()
    sealed = box.service.register.get(one).sealed
    assert requested is not None
    assert sealed is not None
    assert sealed.package_id == requested.package_id


async def test_a_sealing_that_still_fails_does_not_stop_the_box(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealer.fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    await box.recovered()
    assert box.service.register.get(one).step is Step.SEALING


async def test_a_record_that_breaks_its_own_rules_is_refused_before_it_is_frozen(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealer.refuses = True
    with pytest.raises(SealingFailed) as refused:
        await box.service.seal(one, WHO)
    assert refused.value.code == "manifest-inconsistent"
    assert (box.service.register.get(one).step, box.sealer.sealings) == (Step.REVIEW, 0)
    assert (await box.service.decide(one, WHO, "face", Decision.RECAPTURE)).step is Step.FACE


async def test_a_sealing_that_cannot_succeed_is_abandoned_until_its_package_is_queued(
    boxes: Callable[..., Box],
) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealer.fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    package_id = box.service.register.get(one).package_id
    box.sealer.queued.add(one)
    with pytest.raises(AttendanceError) as refused:
        await box.service.abandon(one, WHO, "left")
    assert (refused.value.code, box.service.register.get(one).step) == ("attendance-frozen", Step.SEALING)
    box.sealer.queued.clear()
    await box.service.abandon(one, WHO, "left")
    assert (box.vault.blobs, box.journal.streams_by_id, box.sealer.discarded) == ({}, {}, [package_id])


async def test_what_a_power_cut_left_of_an_abandoned_package_is_erased_at_the_next_start(
    boxes: Callable[..., Box],
) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealer.fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    package_id = box.service.register.get(one).package_id
    await box.service.register.append(one, Abandoned(at=AT, technician_id=WHO, reason="left"))
    await box.recovered()
    assert (box.vault.blobs, box.journal.streams_by_id, box.sealer.discarded) == ({}, {}, [package_id])


async def test_abandoning_erases_everything(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    await box.service.abandon(one, WHO, "left")
    assert (box.vault.blobs, box.journal.streams_by_id) == ({}, {})
    with pytest.raises(AttendanceError) as refused:
        box.service.register.get(one)
    assert refused.value.code == "attendance-unknown"


async def test_a_device_that_fails_leaves_the_attendance_as_it_was(boxes: Callable[..., Box]) -> None:
    box = boxes([DeviceError("unplugged", code="device-lost"), 80])
    one = await box.at(Step.DOCUMENT)
    before = box.service.register.get(one)
    with pytest.raises(DeviceError):
        await box.service.capture(one, WHO, "document")
    assert box.service.register.get(one) == before
    assert box.service.capturing is None
    assert (await box.service.capture(one, WHO, "document")).step is Step.FACE


async def test_nobody_presenting_anything_is_an_attempt_without_an_image(boxes: Callable[..., Box]) -> None:
    box = boxes([DeviceError("nobody", code="capture-timeout")])
    one = await box.at(Step.DOCUMENT)
    attendance = await box.service.capture(one, WHO, "document")
    attempt = attendance.targets[0].attempts[0]
    assert (attempt.part, attempt.verdict.reasons) == (None, ("nothing-presented",))


async def test_three_poor_attempts_leave_the_choice_to_the_operator(boxes: Callable[..., Box]) -> None:
    box = boxes([10, 30, 20])
    one = await box.at(Step.DOCUMENT)
    for _ in range(3):
        await box.service.capture(one, WHO, "document")
    with pytest.raises(AttendanceError):
        await box.service.capture(one, WHO, "document")
    attendance = await box.service.decide(one, WHO, "document", Decision.USE)
    assert attendance.targets[0].chosen is not None
    assert attendance.targets[0].chosen.verdict.score == 30


async def test_a_box_in_service_takes_nothing_simulated(boxes: Callable[..., Box]) -> None:
    box = boxes([80], permitted=refuse_simulated)
    one = await box.at(Step.DOCUMENT)
    with pytest.raises(DeviceError) as refused:
        await box.service.capture(one, WHO, "document")
    assert refused.value.code == "device-simulated"
    assert box.vault.blobs == {}


async def test_a_plan_or_area_that_the_configuration_lacks_is_refused(boxes: Callable[..., Box]) -> None:
    box = boxes()
    for plan, areas in (("nothing", ("regularizacao",)), ("residence-permit", ()), ("residence-permit", ("x",))):
        with pytest.raises(AttendanceError) as refused:
            await box.service.open(WHO, plan, areas)
        assert refused.value.code == "attendance-request"


async def test_a_clock_that_steps_ahead_abandons_nothing_that_is_being_taken(boxes: Callable[..., Box]) -> None:
    """As when the time service corrects a box that started two days behind; even if the step went unnoticed."""
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.clock.step = timedelta(days=2)
    await box.upkeep.apply_retention()
    assert box.service.register.get(one).step is Step.REVIEW
    assert len([key for key in box.vault.blobs if key[0] == one]) == 5


async def test_nothing_is_opened_or_sealed_while_the_clock_stands_before_its_floor(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.below_floor = True
    with pytest.raises(ClockWentBackwards):
        await box.service.open(WHO, "residence-permit", ("regularizacao",))
    with pytest.raises(ClockWentBackwards):
        await box.service.seal(one, WHO)
    assert [a.step for a in box.service.register.all()] == [Step.REVIEW]
    box.below_floor = False
    assert (await box.service.seal(one, WHO)).step is Step.SEALED


async def test_taking_now_ends_a_capture_that_nothing_came_to(boxes: Callable[..., Box]) -> None:
    box = boxes([NOBODY])
    one = await box.at(Step.DOCUMENT)
    capture = asyncio.create_task(box.service.capture(one, WHO, "document"))
    while box.service.capturing != one:
        await asyncio.sleep(0)
    box.service.take_now("somebody else's")
    await asyncio.sleep(0)
    assert not capture.done()
    box.service.take_now(one)
    assert (await capture).targets[0].attempts[0].verdict.reasons == ("nothing-presented",)


async def test_abandoning_does_not_wait_for_the_capture_to_time_out(boxes: Callable[..., Box]) -> None:
    box = boxes([NOBODY])
    one = await box.at(Step.DOCUMENT)
    capture = asyncio.create_task(box.service.capture(one, WHO, "document"))
    while box.service.capturing != one:
        await asyncio.sleep(0)
    await box.service.abandon(one, WHO, "left")
    with pytest.raises(DeviceError) as left:
        await capture
    assert left.value.code == "capture-cancelled"
    assert (box.vault.blobs, box.journal.streams_by_id) == ({}, {})


async def test_a_new_configuration_changes_nothing_in_an_attendance_under_way(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.APPLICANT)
    renamed = msgspec.structs.replace(configuration(), applicant_fields=())
    box.configuration = renamed
    await box.recovered()
    attendance = await box.service.enter_applicant(one, WHO, {"surname": "SILVA"})
    assert attendance.step is Step.NOTICE
