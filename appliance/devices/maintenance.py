"""When each device was last cleaned and calibrated, and when that is due again by its model's profile.

A reminder, never a lock: a glass that was cleaned late still takes fingers. Who says that it was done is the
technician. The record lies in the state directory and holds no personal data; a damaged one is begun anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
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


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    done_at: dict[str, dict[Care, str]] = {}
    """By device (its profile and serial number, or its id in the settings)."""


def care_due(device_id: str, profile: Profile, done_at: Mapping[Care, str], now: datetime) -> tuple[CareDue, ...]:
    """What the profile asks for, the soonest first. Pure. A time that cannot be read counts as now."""
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
    except ValueError:
        return now
    return moment if moment.tzinfo is not None else now


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
        except msgspec.DecodeError:
            log.warning("maintenance-record-damaged")

    def due(self) -> tuple[CareDue, ...]:
        """Of every device whose profile asks for care, in the order of the settings."""
        now = self._clock.now()
        return tuple(
            one
            for status, profile in self._devices()
            for one in care_due(status.device_id, profile, self._record.done_at.get(_key(status), {}), now)
        )

    async def done(self, device_id: str, care: Care) -> None:
        """Durable once this returns. Raises UsageError for a device without that care; DiskFull, StateError."""
        for status, profile in self._devices():
            if status.device_id == device_id and care in _intervals(profile):
                await self._write(_key(status), {care: timestamp(self._clock.now())})
                log.info("device-cared-for", device_id=device_id, kind=care.value)
                return
        raise UsageError("This post has no such device, or it needs no such care.", code="care-unknown")

    async def keep(self) -> None:
        """A supervised task: the count begins on the day on which a device is first ready."""
        while True:
            for status, profile in tuple(self._devices()):
                if status.state is not DeviceState.READY:
                    continue
                known = self._record.done_at.get(_key(status), {})
                begins = {care: timestamp(self._clock.now()) for care in _intervals(profile) if care not in known}
                if begins:
                    await self._write(_key(status), begins)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _write(self, key: str, done: Mapping[Care, str]) -> None:
        async with self._writing:
            known = self._record.done_at
            record = _Record(done_at={**known, key: {**known.get(key, {}), **done}})
            await asyncio.to_thread(write_private, self._path, msgspec.json.encode(record))
            self._record = record


def _key(status: DeviceStatus) -> str:
    serial_number = status.identity.serial_number if status.identity else ""
    return f"{status.profile_id}:{serial_number or status.device_id}"
