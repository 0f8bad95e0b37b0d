"""A camera that goes away while it streams: the daemon says so at once, and has it again when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from appliance.model.device import DeviceState, DeviceStatus
from appliance.runtime.tasks import Backoff
from drivers.contracts import CameraRequest
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera, drawn_portraits
from drivers.profiles import load_profiles

PATIENCE_S = 30.0
PROFILE = load_profiles()["opencv-camera"]
LOST = (DeviceState.RESTARTING, DeviceState.FAILED)


@asynccontextmanager
async def network_camera(port: int = 0, plan: FaultPlan = WELL_BEHAVED) -> AsyncIterator[HttpCamera]:
    settings = CameraSettings(images=drawn_portraits(2, 120, 160), rate_hz=60.0, faults=plan)
    peer = await asyncio.to_thread(HttpCamera, settings, port)
    try:
        yield peer
    finally:
        await asyncio.to_thread(peer.close)


async def look(device: HostedDevice, frames: int = 0, begun: asyncio.Event | None = None) -> int:
    """How many previews came: so many, or until the stream ends. `begun` is set at the first."""
    seen = 0
    async with device.frames(CameraRequest(preview_width=80)) as stream:
        async for _ in stream:
            seen += 1
            if begun is not None:
                begun.set()
            if seen == frames:
                break
    return seen


def camera(address: str, changes: list[DeviceStatus]) -> HostedDevice:
    return HostedDevice(
        "camera",
        PROFILE,
        {"device": address, "simulated": True, "open_timeout_s": 2.0, "read_timeout_s": 60.0},
        backoff=Backoff(first_s=0.05, longest_s=0.2, healthy_after_s=30.0),
        on_change=changes.append,
    )


async def reached(device: HostedDevice, state: DeviceState) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while device.status().state is not state:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("goes", ["closes", "falls-silent"])
async def test_it_is_said_to_be_lost_at_once_and_comes_back_by_itself(goes: str) -> None:
    silent = FaultPlan(after_frames=20, hang=True) if goes == "falls-silent" else WELL_BEHAVED
    changes: list[DeviceStatus] = []
    async with network_camera(plan=silent) as peer:
        device = camera(peer.address, changes)
        device.start()
        try:
            await device.wait_ready()
            begun = asyncio.Event()
            looking = asyncio.create_task(look(device, begun=begun))
            async with asyncio.timeout(PATIENCE_S):
                await begun.wait()
            if goes == "closes":
                await asyncio.to_thread(peer.close)
            # The silent one is still connected, and its own timeout longer than anybody waits here.
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(DeviceError) as lost:
                    await looking
            assert lost.value.code == "device-lost"
            after = changes[[change.state for change in changes].index(DeviceState.BUSY) + 1]
            assert after.state in LOST
            assert after.error_code == "device-lost"
            await asyncio.to_thread(peer.close)
            async with network_camera(peer.port):
                await reached(device, DeviceState.READY)
                assert await look(device, 3) == 3
            assert device.status().restarts == 0, "to be unplugged is no reason to start a new process"
        finally:
            await device.close()
