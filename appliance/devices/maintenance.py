"""When each device was last cleaned and calibrated, and when that is due again by its model's profile.

A reminder, never a lock: a glass that was cleaned late still takes fingers. Who says that it was done is the
technician. The record lies in the state directory and holds no personal data; a damaged one is begun anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from appliance.durable.private_file import read_private, write_private
from appliance.errors import UsageError
from appliance.model.device import Care, CareDue, DeviceState, DeviceStatus
from appliance.runtime.clock import Clock, timestamp
from drivers.profiles import Profile

log = structlog.get_logger(__name__)

_LOOK_EVERY_S: Final = 60.0
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was cleaned before; it keeps the calendar's sums within the calendar."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one device of the settings: which one it was when it was last ready, and when what was done."""

    profile_id: str
    serial_number: str = ""
    done_at: dict[Care, str] = {}

    def is_of(self, status: DeviceStatus) -> bool:
        """Whether the same device still stands there. One that does not say who it is now is taken for the last."""
        now = _serial_number(status)
        return self.profile_id == status.profile_id and now in ("", self.serial_number)


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    devices: dict[str, _Kept] = {}
    """By their ids in the settings."""


def care_due(device_id: str, profile: Profile, done_at: Mapping[Care, str], now: datetime) -> tuple[CareDue, ...]:
    """What the profile asks for, the soonest first. Pure. A time that cannot be read, or is still to come, is now."""
    due = []
    for care, days in _intervals(profile).items():
        last = _moment(done_at.get(care, ""), now)
        at = last + timedelta(days=days)
        due.append(
            CareDue(device_id=device_id, care=care, last_at=timestamp(last), due_at=timestamp(at), overdue=at <= now)
        )
    return tuple(sorted(due, key=lambda one: one.due_at))


def _intervals(profile: Profile) -> dict[Care, int]:
    days = {Care.CLEANING: profile.cleaning_interval_days, Care.CALIBRATION: profile.calibration_interval_days}
    return {care: interval for care, interval in days.items() if interval is not None}


def _moment(written: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        return min(moment, now) if moment >= _EARLIEST else now
    except (ValueError, TypeError):
        return now


def _serial_number(status: DeviceStatus) -> str:
    return status.identity.serial_number if status.identity else ""


class Maintenance:
    """`devices` gives each device's status with its profile. Call `load` before anything else."""

    def __init__(self, path: Path, clock: Clock, devices: Callable[[], Iterable[tuple[DeviceStatus, Profile]]]) -> None:
        self._path = path
        self._clock = clock
        self._devices = devices
        self._record = _Record()
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Raises StateError when the state directory cannot be read."""
        data = await asyncio.to_thread(read_private, self._path)
        if data is None:
            return
        try:
            self._record = msgspec.json.decode(data, type=_Record)
        except (msgspec.MsgspecError, UnicodeError):
            log.warning("maintenance-record-damaged")

    def due(self) -> tuple[CareDue, ...]:
        """Of every device whose profile asks for care, in the order of the settings."""
        now = self._clock.now()
        return tuple(
            one
            for status, profile in self._devices()
            for one in care_due(status.device_id, profile, self._known(status), now)
        )

    async def done(self, device_id: str, care: Care) -> None:
        """Durable once this returns. Raises UsageError for a device without that care; DiskFull, StateError."""
        for status, profile in self._devices():
            if status.device_id == device_id and care in _intervals(profile):
                await self._write(status, {care: timestamp(self._clock.now())})
                log.info("device-cared-for", device_id=device_id, kind=care.value)
                return
        raise UsageError("This post has no such device, or it needs no such care.", code="care-unknown")

    async def keep(self) -> None:
        """A supervised task: the count begins on the day on which a device is first ready."""
        while True:
            for status, profile in tuple(self._devices()):
                known = self._known(status)
                begins = {care: timestamp(self._clock.now()) for care in _intervals(profile) if care not in known}
                if begins and status.state is DeviceState.READY:
                    await self._write(status, begins)
            await asyncio.sleep(_LOOK_EVERY_S)

    def _known(self, status: DeviceStatus) -> dict[Care, str]:
        kept = self._record.devices.get(status.device_id)
        return kept.done_at if kept is not None and kept.is_of(status) else {}

    async def _write(self, status: DeviceStatus, done: Mapping[Care, str]) -> None:
        async with self._writing:
            kept = self._record.devices.get(status.device_id)
            same = kept is not None and kept.is_of(status)
            now = _Kept(
                profile_id=status.profile_id,
                serial_number=_serial_number(status) or (kept.serial_number if same and kept is not None else ""),
                done_at={**self._known(status), **done},
            )
            record = _Record(devices={**self._record.devices, status.device_id: now})
            await asyncio.to_thread(write_private, self._path, msgspec.json.encode(record))
            self._record = record
