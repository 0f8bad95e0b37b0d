"""Cleaning and calibration: counted from a device's first day here, reminded of, said to be done by a person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.devices.maintenance import Maintenance, care_due
from appliance.errors import UsageError
from appliance.model.device import Care, DeviceState, DeviceStatus
from appliance.runtime.clock import SystemClock, timestamp
from drivers.contracts import Contract, DeviceIdentity
from drivers.profiles import Profile, load_profiles

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
READER = msgspec.structs.replace(load_profiles()["uru4500"], cleaning_interval_days=7, calibration_interval_days=365)
CAMERA = msgspec.structs.replace(load_profiles()["opencv-camera"], cleaning_interval_days=None)


class TurnedClock(SystemClock):
    at = NOW

    def now(self) -> datetime:
        return self.at


def status(state: DeviceState = DeviceState.READY, serial_number: str = "A1") -> DeviceStatus:
    identity = DeviceIdentity(vendor="", model="", serial_number=serial_number)
    return DeviceStatus(
        device_id="reader",
        contract=Contract.FINGERPRINT_READER,
        profile_id="uru4500",
        state=state,
        identity=identity if serial_number else None,
    )


class Post:
    """One reader, whose status a test changes, and its record on disk."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clock, self.status = folder / "maintenance.json", TurnedClock(), status()
        self.profile: Profile = READER

    async def maintenance(self) -> Maintenance:
        loaded = Maintenance(self.path, self.clock, lambda: [(self.status, self.profile)])
        await loaded.load()
        return loaded

    async def a_look(self) -> Maintenance:
        """What `keep` does the first time."""
        maintenance = await self.maintenance()
        keeping = asyncio.create_task(maintenance.keep())
        try:
            async with asyncio.timeout(30):
                while self.status.state is DeviceState.READY and not self.path.exists():
                    await asyncio.sleep(0.01)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return maintenance


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


@pytest.mark.parametrize(("last", "overdue"), [(NOW - 6 * DAY, False), (NOW - 7 * DAY, True), (NOW - 70 * DAY, True)])
def test_cleaning_is_due_when_its_days_are_over(last: datetime, overdue: bool) -> None:
    done = {Care.CLEANING: timestamp(last), Care.CALIBRATION: timestamp(NOW)}
    cleaning, calibration = care_due("reader", READER, done, NOW)
    assert (cleaning.care, cleaning.overdue, cleaning.due_at) == (Care.CLEANING, overdue, timestamp(last + 7 * DAY))
    assert (calibration.care, calibration.overdue) == (Care.CALIBRATION, False)


def test_a_profile_without_intervals_asks_for_nothing() -> None:
    assert care_due("camera", CAMERA, {}, NOW) == ()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2020-01-01T00:00:00",
        "2026-05-05T12:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_that_says_nothing_counts_as_now(written: str) -> None:
    cleaning, _ = care_due("reader", READER, {Care.CLEANING: written}, NOW)
    assert (cleaning.last_at, cleaning.overdue) == (timestamp(NOW), False)


async def test_the_count_begins_on_the_first_day_and_outlives_a_restart(post: Post) -> None:
    await post.a_look()
    post.clock.at = NOW + 8 * DAY
    cleaning, calibration = (await post.maintenance()).due()
    assert (cleaning.overdue, calibration.overdue) == (True, False)


async def test_said_to_be_done_it_is_durable_at_once_and_the_count_begins_again(post: Post) -> None:
    maintenance = await post.a_look()
    post.clock.at = NOW + 8 * DAY
    await maintenance.done("reader", Care.CLEANING)
    for known in (maintenance, await post.maintenance()):
        assert known.due()[0].due_at == timestamp(NOW + 15 * DAY)


async def test_a_reader_that_replaces_another_is_counted_for_itself(post: Post) -> None:
    await post.a_look()
    post.clock.at = NOW + 8 * DAY
    post.status = status(serial_number="B2")
    assert not any(one.overdue for one in (await post.maintenance()).due())


async def test_cleaned_while_unplugged_it_is_clean_when_it_comes_back(post: Post) -> None:
    await post.a_look()
    post.clock.at, ready = NOW + 8 * DAY, post.status
    post.status = status(DeviceState.FAILED, serial_number="")
    maintenance = await post.maintenance()
    assert maintenance.due()[0].overdue, "unplugged, it is still the one that was there"
    await maintenance.done("reader", Care.CLEANING)
    post.status = ready
    for known in (maintenance, await post.maintenance()):
        assert not known.due()[0].overdue


async def test_readers_that_come_and_go_leave_one_entry(post: Post) -> None:
    for serial_number in ("A1", "B2", "C3"):
        post.status = status(serial_number=serial_number)
        maintenance = await post.maintenance()
        await maintenance.done("reader", Care.CLEANING)
    assert post.path.read_bytes().count(b"cleaning") == 1


async def test_a_device_that_never_was_ready_is_not_counted(post: Post) -> None:
    post.status = status(DeviceState.FAILED)
    await post.a_look()
    assert not post.path.exists()


@pytest.mark.parametrize("device_id", ["scanner", ""])
async def test_what_is_not_there_cannot_be_cleaned(post: Post, device_id: str) -> None:
    with pytest.raises(UsageError) as refused:
        await (await post.maintenance()).done(device_id, Care.CLEANING)
    assert refused.value.code == "care-unknown"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"devices": {"x": {"profile_id": "", "done_at": {"polishing": ""}}}}',
        b"\xff",
        b'{"devices": {"\xff": 1}}',
    ],
)
async def test_a_damaged_record_is_begun_anew(post: Post, content: bytes) -> None:
    post.path.write_bytes(content)
    maintenance = await post.maintenance()
    assert not any(one.overdue for one in maintenance.due())
    await maintenance.done("reader", Care.CALIBRATION)
    assert len((await post.maintenance()).due()) == 2
