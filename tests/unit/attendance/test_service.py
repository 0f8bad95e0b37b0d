"""The service makes each command durable before it answers, and survives a restart between any two of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import numpy as np
import pytest

from appliance.attendance.judging import Judge, Judged
from appliance.attendance.permission import permit_all, refuse_simulated
from appliance.attendance.register import Register
from appliance.attendance.service import AttendanceService
from appliance.attendance.state import Attendance
from appliance.errors import AttendanceError, DeviceError, SealingFailed
from appliance.model.attendance import Decision, Sealed, SealRequested, Step
from appliance.model.capture import DeviceFacts, ImagePart
from appliance.model.verdict import CaptureKind, Verdict
from appliance.runtime.clock import SystemClock
from drivers.contracts import Contract, Frame, Request
from tests.unit.attendance.makers import AT, DEVICE, WHO, configuration

Script = list[int | DeviceError]

NOBODY = -1
"""In a script: the device waits, and nobody presents anything."""


async def _nobody_comes() -> AsyncIterator[Frame]:
    await asyncio.Event().wait()
    yield Frame(np.zeros((8, 8), np.uint8), 0, 0)


class MemoryJournal:
    def __init__(self) -> None:
        self.streams_by_id: dict[str, list[bytes]] = {}

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None:
        stream = self.streams_by_id.setdefault(stream_id, [])
        assert len(stream) == expected_sequence
        stream.append(payload)

    async def read(self, stream_id: str) -> list[bytes]:
        return list(self.streams_by_id[stream_id])

    async def streams(self) -> list[str]:
        return list(self.streams_by_id)

    async def erase(self, stream_id: str) -> None:
        self.streams_by_id.pop(stream_id, None)


class MemoryVault:
    def __init__(self) -> None:
        self.blobs: dict[tuple[str, str], bytes] = {}

    async def store(self, owner: str, name: str, media_type: str, data: bytes) -> ImagePart:
        self.blobs[owner, name] = data
        return ImagePart(name=name, media_type=media_type, size=len(data), sha256="0" * 64, crc32=0)

    async def erase(self, owner: str) -> None:
        self.blobs = {key: blob for key, blob in self.blobs.items() if key[0] != owner}


class ScriptedDevice:
    """Gives one frame an attempt, whose grey value is the score that the judge will give it; or fails as scripted."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def facts(self) -> DeviceFacts:
        return DEVICE

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[AsyncIterator[Frame]]:
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if step == NOBODY:
            yield _nobody_comes()
            return
        if isinstance(step, DeviceError):
            raise step

        async def one() -> AsyncIterator[Frame]:
            yield Frame(np.full((8, 8), step, np.uint8), 0, 0, 500, simulated=True)

        yield one()


class ScriptedDesk:
    def __init__(self, script: Script) -> None:
        self._device = ScriptedDevice(script)

    def device(self, _contract: Contract) -> ScriptedDevice:
        return self._device


class GreyJudge(Judge):
    async def judge(self, kind: CaptureKind, frame: Frame) -> Judged:
        return Judged(Verdict(kind=kind, score=int(frame.pixels[0, 0])), b"jpeg", frame.pixels.copy())


class Box:
    """One box that can be restarted: the journal and the vault stay, everything else is new."""

    def __init__(self, script: Script, permitted: Callable[[DeviceFacts], None] = permit_all) -> None:
        self.journal, self.vault = MemoryJournal(), MemoryVault()
        self.script, self.permitted = script, permitted
        self.sealings = 0
        self.sealing_fails = False
        self.judge = GreyJudge()
        self.configuration = configuration()
        self.service = self.restarted()

    def restarted(self) -> AttendanceService:
        self.service = AttendanceService(
            register=Register(self.journal),
            vault=self.vault,
            devices=ScriptedDesk(self.script),
            judge=self.judge,
            sealer=self.seal,
            configuration=lambda: self.configuration,
            clock=SystemClock(),
            permitted=self.permitted,
        )
        return self.service

    async def seal(self, attendance: Attendance, request: SealRequested) -> Sealed:
        self.sealings += 1
        if self.sealing_fails:
            raise SealingFailed("on purpose")
        assert attendance.seal_requested == request
        return Sealed(at=AT, technician_id=WHO, package_id=request.package_id, sha256="0" * 64, bytes=1)

    async def at(self, step: Step) -> str:
        """An attendance that was walked as far as `step`, restarting the box before every command."""
        attendance = await self.service.open(WHO, "residence-permit", ("regularizacao",))
        while attendance.step is not step:
            await self.restarted().recover()
            attendance = await self.forward(attendance)
        return attendance.attendance_id

    async def forward(self, attendance: Attendance) -> Attendance:
        service, one = self.service, attendance.attendance_id
        match attendance.step:
            case Step.APPLICANT:
                return await service.enter_applicant(one, WHO, {"surname": "SILVA"})
            case Step.NOTICE:
                return await service.show_notice(one, WHO, "pt", "0" * 64)
            case Step.SIGNATURE:
                return await service.sign(one, WHO, b"[]")
            case Step.REVIEW:
                return await service.seal(one, WHO)
            case _:
                assert attendance.waiting_target is not None
                return await service.capture(one, WHO, attendance.waiting_target.name)


@pytest.fixture
async def boxes() -> AsyncIterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(script: Sequence[int | DeviceError] = (80,), **options: Any) -> Box:
        made.append(Box(list(script), **options))
        return made[-1]

    yield make
    for box in made:
        await box.judge.close()


async def test_an_attendance_survives_a_restart_before_every_command(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.SEALED)
    assert box.sealings == 1
    assert len([key for key in box.vault.blobs if key[0] == one]) == 5


async def test_a_power_cut_while_sealing_ends_in_the_same_package(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealing_fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    requested = box.service.register.get(one).seal_requested
    box.sealing_fails = False
    await box.restarted().recover()
    sealed = box.service.register.get(one).sealed
    assert requested is not None
    assert sealed is not None
    assert sealed.package_id == requested.package_id


async def test_a_sealing_that_still_fails_does_not_stop_the_box(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.REVIEW)
    box.sealing_fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    await box.restarted().recover()
    assert box.service.register.get(one).step is Step.SEALING


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


async def test_what_has_been_open_for_too_long_is_abandoned(boxes: Callable[..., Box]) -> None:
    box = boxes()
    await box.at(Step.FACE)
    opened = box.journal.streams_by_id
    assert len(opened) == 1
    await box.service.apply_retention()
    assert len(opened) == 1
    stream = next(iter(opened.values()))
    stream[0] = stream[0].replace(b'"at":"20', b'"at":"19', 1)
    await box.restarted().recover()
    await box.service.apply_retention()
    assert opened == {}


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
    await capture
    assert (box.vault.blobs, box.journal.streams_by_id) == ({}, {})


async def test_an_attendance_whose_journal_is_damaged_can_still_be_erased(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    box.journal.streams_by_id[one][1] = b"damaged"
    await box.restarted().recover()
    assert set(box.service.register.damaged) == {one}
    await box.service.abandon(one, WHO, "damaged")
    assert (box.vault.blobs, box.journal.streams_by_id, box.service.register.damaged) == ({}, {}, {})


async def test_a_new_configuration_changes_nothing_in_an_attendance_under_way(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.APPLICANT)
    renamed = msgspec.structs.replace(configuration(), applicant_fields=())
    box.configuration = renamed
    await box.restarted().recover()
    attendance = await box.service.enter_applicant(one, WHO, {"surname": "SILVA"})
    assert attendance.step is Step.NOTICE
