"""What is done with attendances unasked: what a start finds undone, and what has been open for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from appliance.attendance import commands
from appliance.attendance.idleness import Idleness
from appliance.attendance.service import AttendanceService
from appliance.attendance.state import Attendance
from appliance.errors import KioskError
from appliance.model.attendance import Step
from appliance.model.configuration import Configuration
from appliance.runtime.clock import Clock, timestamp

log = structlog.get_logger(__name__)

RETENTION_INTERVAL_S = 300.0
SYSTEM = "system"
"""Stands in for the technician where the box itself decides."""


class Upkeep:
    """Made once `service` has loaded. `steady`: whether the clock may be believed about how much time has passed."""

    def __init__(
        self,
        service: AttendanceService,
        *,
        configuration: Callable[[], Configuration | None],
        clock: Clock,
        steady: Callable[[], bool],
    ) -> None:
        self._service = service
        self._register = service.register
        self._configuration = configuration
        self._clock = clock
        self._steady = steady
        self._idleness = Idleness()
        self._idleness.loaded(self._register.all())

    async def finish(self) -> None:
        """What was being sealed is sealed, what was abandoned is erased: a day's backlog takes longer than a start."""
        for attendance in self._register.all():
            if attendance.step is Step.ABANDONED:
                await self._finish_erasing(attendance.attendance_id)
            elif attendance.step is Step.SEALING:
                await self._try_again(attendance.attendance_id)

    async def keep_retention(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """A supervised task, over and over."""
        while True:
            await self.apply_retention()
            await sleep(RETENTION_INTERVAL_S)

    async def apply_retention(self) -> None:
        """Abandons what nobody has touched for longer than the configuration allows; erases what could not be before.

        While the clock has stepped, nothing is abandoned: it cannot say how long anything was open.
        """
        for attendance in self._register.all():
            if attendance.step is Step.ABANDONED:
                await self._finish_erasing(attendance.attendance_id)
        configuration = self._configuration()
        if configuration is None:
            return
        limit = timedelta(hours=configuration.retention.open_attendance_hours)
        now, monotonic = self._clock.now(), self._clock.monotonic()
        overdue = self._idleness.overdue(self._register.all(), limit, now=now, monotonic=monotonic)
        if not self._steady():
            return
        for attendance in overdue:
            await self._give_up(attendance)
        oldest = timestamp(now - limit)
        for attendance_id, since in list(self._register.damaged_since.items()):
            if since < oldest and not self._service.holds_package(attendance_id):
                await self._abandon(attendance_id)

    async def _finish_erasing(self, attendance_id: str) -> None:
        """One attendance that cannot be erased now (a full disk) keeps no other from being taken up again."""
        try:
            await self._service.erase(attendance_id)
        except KioskError as error:
            log.error("erasure-failed", attendance_id=attendance_id, code=error.code)

    async def _try_again(self, attendance_id: str) -> None:
        if self._register.find(attendance_id) is None:
            return  # sealed before the start, sent and erased since
        try:
            await self._service.seal(attendance_id, SYSTEM)
        except KioskError as error:
            log.error("sealing-failed", attendance_id=attendance_id, code=error.code)

    async def _give_up(self, attendance: Attendance) -> None:
        """One that waits to be sealed is tried a last time: what was in the way may be gone."""
        attendance_id = attendance.attendance_id
        if attendance.step is Step.SEALING:
            await self._try_again(attendance_id)
        now = self._register.find(attendance_id)
        packaged = self._service.holds_package(attendance_id)
        if now is not None and commands.may_be_abandoned(now, packaged=packaged):
            await self._abandon(attendance_id)

    async def _abandon(self, attendance_id: str) -> None:
        try:
            await self._service.abandon(attendance_id, SYSTEM, "retention")
        except KioskError as error:
            # Sealed or erased while its turn was awaited, or its erasure failed: the next round looks again.
            log.warning("retention-postponed", attendance_id=attendance_id, code=error.code)
