"""What the page and the robot may ask for: each command checked purely, made durable, then answered.

Long work (a capture, sealing) has one owner here; a second command to the same attendance waits or is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from appliance.attendance import commands
from appliance.attendance.capturing import CaptureDevices
from appliance.attendance.impressions import Impressions
from appliance.attendance.judging import Judge
from appliance.attendance.ports import Sealer, Vault
from appliance.attendance.prefill import prefill
from appliance.attendance.register import Register
from appliance.attendance.state import Attendance
from appliance.attendance.taking import Taking
from appliance.documents.mrz import read_mrz
from appliance.errors import AttendanceError, ConfigurationError, StoredPartDamaged
from appliance.model.applicant import Representative
from appliance.model.attendance import (
    Attempted,
    Decision,
    ExemptionReason,
    MrzRead,
    Opened,
    PartDamaged,
    Signed,
    Step,
)
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CentreModel, Configuration
from appliance.model.liveness import LivenessFinding, OverruleReason
from appliance.runtime.clock import Clock, timestamp

log = structlog.get_logger(__name__)


class AttendanceService:
    def __init__(
        self,
        *,
        register: Register,
        vault: Vault,
        devices: CaptureDevices,
        judge: Judge,
        sealer: Sealer,
        configuration: Callable[[], Configuration | None],
        clock: Clock,
        permitted: Callable[[DeviceFacts], None],
        check_clock: Callable[[], Awaitable[None]],
    ) -> None:
        """`permitted` raises DeviceError for a device whose images this box may not use; `check_clock` raises
        ClockWentBackwards while the clock cannot be right."""
        self.register = register
        self._taking = Taking(
            devices=devices,
            judge=judge,
            vault=vault,
            impressions=Impressions(register, judge, vault),
            clock=clock,
            permitted=permitted,
        )
        self.preview = self._taking.preview
        self._judge = judge
        self._vault = vault
        self._sealer = sealer
        self._configuration = configuration
        self._clock = clock
        self._check_clock = check_clock

    @property
    def capturing(self) -> str | None:
        """The id of the attendance that holds the devices, if one does."""
        return self._taking.holder

    async def load(self) -> None:
        """After a start: what is held is known. Quick; `Upkeep.finish` does what was left undone."""
        await self.register.load(self._now())

    def holds_package(self, attendance_id: str) -> bool:
        """Whether its package is queued: then it is the spool's."""
        return self._sealer.holds(attendance_id)

    async def open(self, technician_id: str, plan_id: str, areas: tuple[str, ...]) -> Attendance:
        """A new attendance under the rules in force now. Whether this technician may is the gate's to say.

        Raises ClockWentBackwards: what it said of its times would be wrong for good.
        """
        await self._check_clock()
        configuration = self._rules()
        plan = next((plan for plan in configuration.capture_plans if plan.plan_id == plan_id), None)
        if plan is None or not areas or not set(areas) <= set(configuration.areas):
            raise AttendanceError("Choose a capture plan and at least one area.", code="attendance-request")
        if plan.takes_biometrics and configuration.centre.model is not CentreModel.CLAIM_2G:
            raise AttendanceError("Only a CLAIM 2G centre captures biometrics.", code="biometrics-not-allowed")
        attendance_id = secrets.token_hex(16)
        opened = Opened(
            at=self._now(),
            technician_id=technician_id,
            attendance_id=attendance_id,
            areas=areas,
            plan=plan,
            thresholds=configuration.thresholds,
            rules=configuration.capture,
            configuration_version=configuration.version,
            centre=configuration.centre,
            post=configuration.post,
            applicant_fields=configuration.applicant_fields,
        )
        return await self.register.append(attendance_id, opened)

    async def read_mrz(self, attendance_id: str, technician_id: str, lines: str) -> Attendance:
        """Prefills the applicant's fields from an MRZ, typed or scanned. Raises DocumentError by what is wrong."""
        mrz = read_mrz(lines, today=self._clock.now().date())
        async with self.register.writing(attendance_id) as attendance:
            commands.require_step(attendance, Step.APPLICANT)
            fields = prefill(mrz, attendance.opened.applicant_fields)
            event = MrzRead(at=self._now(), technician_id=technician_id, fields=fields)
            return await self.register.append(attendance_id, event)

    async def enter_applicant(
        self,
        attendance_id: str,
        technician_id: str,
        values: Mapping[str, str],
        representative: Representative | None = None,
    ) -> Attendance:
        """`values` are as typed; a value that the MRZ gave and nobody changed keeps that origin."""
        async with self.register.writing(attendance_id) as attendance:
            event = commands.enter_applicant(
                attendance, values, representative, at=self._now(), technician_id=technician_id
            )
            return await self.register.append(attendance_id, event)

    async def show_notice(self, attendance_id: str, technician_id: str, language: str, text_sha256: str) -> Attendance:
        async with self.register.writing(attendance_id) as attendance:
            event = commands.show_notice(attendance, language, text_sha256, at=self._now(), technician_id=technician_id)
            return await self.register.append(attendance_id, event)

    @property
    def can_check_presence(self) -> bool:
        """Whether a face can be asked for movements here, and be seen to do them."""
        return self._judge.sees_points

    async def capture(
        self,
        attendance_id: str,
        technician_id: str,
        target_name: str,
        *,
        check_presence: bool = False,
        show_colours: bool = False,
    ) -> Attendance:
        """One attempt, durable with its image. DeviceError leaves the attendance as it was.

        `check_presence`: the technician wishes that the person is asked for a few movements first. `show_colours`: and
        that the page, which says that it can, lights them with colours meanwhile. Raises AttendanceError
        `capture-running` while any capture runs: there is one desk; `no-presence-check`, `no-screen-light`.
        """
        async with self._devices_for(attendance_id) as attendance:
            target = commands.target_to_capture(attendance, target_name)
            if check_presence:
                commands.require_presence_check(target, possible=self.can_check_presence)
            if show_colours:
                commands.require_screen_light(attendance, checks_presence=check_presence)
            self.register.changed()
            attempt = await self._taking.attempt(
                attendance, target, check_presence=check_presence, show_colours=show_colours
            )
            event = Attempted(at=self._now(), technician_id=technician_id, target=target.name, attempt=attempt)
            return await self.register.append(attendance_id, event)

    @asynccontextmanager
    async def _devices_for(self, attendance_id: str) -> AsyncIterator[Attendance]:
        try:
            with self._taking.held(attendance_id):
                async with self.register.writing(attendance_id) as attendance:
                    yield attendance
        finally:
            self.register.changed()

    @property
    def has_pad(self) -> bool:
        """Whether this post has a pad of its own to sign on."""
        return self._taking.has_pad

    def take_now(self, attendance_id: str) -> None:
        """The technician waits no longer, whatever the running capture has by now."""
        self._taking.take_now(attendance_id)

    def light_painted(self, attendance_id: str, ticket: str, after_s: float) -> None:
        """The page has painted the colour of this ticket, `after_s` after it had heard of it."""
        self._taking.light_painted(attendance_id, ticket, after_s)

    def refuse_light(self, attendance_id: str) -> None:
        """Somebody does not want to see the colours; the capture goes on without."""
        self._taking.refuse_light(attendance_id)

    async def decide(self, attendance_id: str, technician_id: str, target_name: str, decision: Decision) -> Attendance:
        async with self.register.writing(attendance_id) as attendance:
            event = commands.decide(attendance, target_name, decision, at=self._now(), technician_id=technician_id)
            return await self.register.append(attendance_id, event)

    async def exempt(
        self,
        attendance_id: str,
        technician_id: str,
        target_name: str,
        position: str,
        reason: ExemptionReason,
        *,
        permanent: bool,
    ) -> Attendance:
        async with self.register.writing(attendance_id) as attendance:
            event = commands.exempt(
                attendance,
                target_name,
                position,
                reason,
                permanent=permanent,
                at=self._now(),
                technician_id=technician_id,
            )
            return await self.register.append(attendance_id, event)

    async def rule_on_liveness(
        self,
        attendance_id: str,
        technician_id: str,
        target_name: str,
        round_number: int,
        number: int,
        finding: LivenessFinding,
        reason: OverruleReason | None = None,
    ) -> Attendance:
        async with self.register.writing(attendance_id) as attendance:
            event = commands.rule_on_liveness(
                attendance,
                target_name,
                round_number,
                number,
                finding,
                reason,
                at=self._now(),
                technician_id=technician_id,
            )
            return await self.register.append(attendance_id, event)

    async def sign(self, attendance_id: str, technician_id: str, strokes: bytes) -> Attendance:
        """`strokes` is the signature's vector record (JSON), already checked by who received it."""
        async with self.register.writing(attendance_id) as attendance:
            commands.require_step(attendance, Step.SIGNATURE)
            return await self._signed(attendance, technician_id, strokes, simulated=False)

    async def sign_on_pad(self, attendance_id: str, technician_id: str) -> Attendance:
        """On the post's own pad, until the pad's key or `take_now` ends it. DeviceError leaves things as they were.

        Raises AttendanceError `no-pad`, `capture-running`; UsageError `signature-invalid`, `signature-too-long`.
        """
        async with self._devices_for(attendance_id) as attendance:
            commands.require_step(attendance, Step.SIGNATURE)
            self.register.changed()
            strokes, simulated = await self._taking.signature(attendance)
            return await self._signed(attendance, technician_id, strokes, simulated=simulated)

    async def _signed(
        self, attendance: Attendance, technician_id: str, strokes: bytes, *, simulated: bool
    ) -> Attendance:
        name = f"signature-{attendance.length:04d}.json"
        part = await self._vault.store(attendance.attendance_id, name, "application/json", strokes)
        event = Signed(at=self._now(), technician_id=technician_id, part=part, simulated=simulated)
        return await self.register.append(attendance.attendance_id, event)

    async def unable_to_sign(self, attendance_id: str, technician_id: str, reason: str) -> Attendance:
        """Also while the pad waits: nobody will write on it any more."""
        known = self.register.find(attendance_id)
        if known is not None and known.step is Step.SIGNATURE:
            self._taking.leave(attendance_id)
        async with self.register.writing(attendance_id) as attendance:
            event = commands.unable_to_sign(attendance, reason, at=self._now(), technician_id=technician_id)
            return await self.register.append(attendance_id, event)

    async def sign_again(self, attendance_id: str, technician_id: str) -> Attendance:
        """At the review: the signature, or why there is none, is asked for once more."""
        async with self.register.writing(attendance_id) as attendance:
            event = commands.withdraw_signature(attendance, at=self._now(), technician_id=technician_id)
            return await self.register.append(attendance_id, event)

    async def seal(self, attendance_id: str, technician_id: str) -> Attendance:
        """Freezes, then seals, then says so. Repeating it after a crash ends at the same package.

        A record that breaks its own rules is refused before it is frozen: it can still be put right.
        Raises StoredPartDamaged; the attendance is then open again for that part. After any other error it waits,
        frozen, to be sealed once its cause is gone. Raises ClockWentBackwards before anything is frozen.
        """
        async with self.register.writing(attendance_id) as attendance:
            if attendance.sealed is not None:
                return attendance
            await self._check_clock()
            frozen, request = attendance, attendance.seal_requested
            if request is None:
                # After a damaged part the id stays: whatever a power cut left of the first package is replaced.
                package_id = attendance.package_id or secrets.token_hex(16)
                request = commands.request_seal(attendance, package_id, at=self._now(), technician_id=technician_id)
                await self._sealer.check(attendance, request)
                frozen = await self.register.append(attendance_id, request)
            try:
                sealed = await self._sealer(frozen, request)
            except StoredPartDamaged as error:
                event = PartDamaged(at=self._now(), technician_id=technician_id, part=error.part)
                await self.register.append(attendance_id, event)
                raise
            return await self.register.append(attendance_id, sealed)

    async def seal_again(self, attendance_id: str) -> None:
        """What was sealed once more, of the same parts: the package's file was damaged before AIMA had it.

        Raises AttendanceError where nothing of it is held, StoredPartDamaged, and as the sealer does.
        """
        async with self.register.writing(attendance_id) as attendance:
            request = attendance.seal_requested
            if request is None:
                raise AttendanceError("This attendance has no package that could be sealed again.")
            await self._check_clock()
            await self.register.append(attendance_id, await self._sealer(attendance, request, again=True))
        log.warning("package-sealed-again", attendance_id=attendance_id, package_id=request.package_id)

    async def abandon(self, attendance_id: str, technician_id: str, reason: str) -> None:
        """Marked first, then erased, so that a power cut in between only delays the erasure.

        A capture that is running for it ends at once. One whose journal is damaged can still be abandoned.
        """
        self._taking.leave(attendance_id)
        if attendance_id in self.register.damaged:
            await self.erase(attendance_id)
            return
        async with self.register.writing(attendance_id) as attendance:
            packaged = self._sealer.holds(attendance_id)
            event = commands.abandon(attendance, reason, packaged=packaged, at=self._now(), technician_id=technician_id)
            await self.register.append(attendance_id, event)
            await self._erase(attendance_id)

    async def erase(self, attendance_id: str) -> None:
        """What the box holds of an attendance whose package AIMA has; waits for whoever is still writing to it."""
        async with self.register.holding(attendance_id):
            await self._erase(attendance_id)

    async def _erase(self, attendance_id: str) -> None:
        """Images and their key first, the journal last: an interrupted erasure is found and finished at the start."""
        attendance = self.register.find(attendance_id)
        if attendance is not None and attendance.package_id:
            await self._sealer.discard(attendance.package_id)
        await self._vault.erase(attendance_id)
        await self.register.erase(attendance_id)
        log.info("attendance-erased", attendance_id=attendance_id)

    def _rules(self) -> Configuration:
        configuration = self._configuration()
        if configuration is None:
            raise ConfigurationError("This box has no valid configuration from AIMA yet.", code="configuration-missing")
        return configuration

    def _now(self) -> str:
        return timestamp(self._clock.now())
