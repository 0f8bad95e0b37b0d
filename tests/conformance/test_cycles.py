"""Devices pulled out and plugged in, and faults injected, again and again: nothing of them is left in the daemon."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from appliance.model.device import DeviceState
from appliance.runtime.tasks import Backoff
from drivers.contracts import FingerprintRequest
from drivers.profiles import Profile, load_profiles
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule

PATIENCE_S = 60.0
QUICK = Deadlines(ping_every_s=0.05, frame_grace_s=0.3, stop_s=0.9)
PROFILES = load_profiles()
AT_ONCE = Backoff(first_s=0.01, longest_s=0.05, healthy_after_s=30.0)
FAULTS = ("crash", "hang", "drop", "corrupt", "wrong_size", "fault", "unplug", "refuse")


def _descriptors() -> dict[str, int]:
    """How many open descriptors of each kind this process has; memory files of frames are among them."""
    counted: dict[str, int] = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            kind = str(entry.readlink()).partition(":")[0]
        except OSError:
            continue
        counted[kind] = counted.get(kind, 0) + 1
    return counted


def _mapped() -> int:
    """Memory without a name that is mapped here."""
    return sum(1 for line in Path("/proc/self/maps").read_text().splitlines() if "memfd:" in line)


@pytest.fixture
async def leaves_nothing() -> Callable[[], Awaitable[None]]:
    """Call it at the end: as many descriptors and mappings as at the start."""
    gc.collect()
    await asyncio.sleep(0.1)
    before, mapped = _descriptors(), _mapped()

    async def check() -> None:
        gc.collect()
        await asyncio.sleep(0.1)
        assert _descriptors() == before
        assert _mapped() == mapped

    return check


async def _reached(device: HostedDevice, *states: DeviceState) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while device.status().state not in states:
            await asyncio.sleep(0.005)


def _reader(profile: Profile, options: dict[str, object]) -> HostedDevice:
    return HostedDevice("reader", profile, options, deadlines=QUICK, backoff=AT_ONCE)


async def _take_until_it_fails(device: HostedDevice) -> None:
    for _ in range(3):
        await _take(device, timeout_s=0.2)


async def _take(device: HostedDevice, timeout_s: float = 5.0) -> int:
    async with device.frames(FingerprintRequest(timeout_s=timeout_s)) as frames:
        return sum([1 async for _ in frames])


@pytest.mark.timeout(3600)
async def test_a_reader_that_is_pulled_out_again_and_again_always_comes_back(
    cycles: int, tmp_path: Path, leaves_nothing: Callable[[], Awaitable[None]]
) -> None:
    port = tmp_path / "reader"
    device = _reader(PROFILES["zfm-r503"], {"device": str(port), "answer_timeout_s": 2.0})
    device.start()
    hosts = set()
    for _ in range(cycles):
        module = await asyncio.to_thread(PtyModule, ModuleSettings(images=[drawn_print(192, 192)]))
        port.symlink_to(module.path)
        await _reached(device, DeviceState.READY)
        assert await _take(device) == 1
        hosts.add(device.status().host_pid)
        port.unlink()
        await asyncio.to_thread(module.close)
        await _reached(device, DeviceState.FAILED, DeviceState.RESTARTING)
        assert device.status().error_code in {"device-lost", "device-not-found"}
    assert len(hosts) == 1, "to be unplugged is no reason to start a new process"
    await device.close()
    await leaves_nothing()


@pytest.mark.timeout(7200)
async def test_whatever_goes_wrong_in_a_driver_leaves_nothing(
    cycles: int, seed: int, leaves_nothing: Callable[[], Awaitable[None]]
) -> None:
    chance = random.Random(seed)
    order = [FAULTS[number % len(FAULTS)] for number in range(cycles)]
    chance.shuffle(order)
    for fault in order:
        plan: dict[str, object] = {"faults": {fault: True, "after_frames": chance.randrange(2)}}
        device = _reader(PROFILES["simulated-fingerprint"], plan)
        device.start()
        with pytest.raises(DeviceError):
            await _take_until_it_fails(device)
        await device.close()
    await leaves_nothing()
