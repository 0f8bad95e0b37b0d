"""Looking at small previews of the bench's camera while full stills are taken of it, through host and shared memory;
and how soon a camera that falls silent is said to be lost. Measures only: the rows are `camera`'s."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from appliance.devices.hosted_device import HostedDevice
from appliance.devices.stream import FrameStream
from appliance.errors import DeviceError, ServiceError
from drivers.contracts import CameraRequest
from drivers.errors import DeviceLost
from drivers.profiles import Profile
from tests.bench.clocked_camera import HEIGHT, RATE_HZ, WIDTH, number_in
from tests.bench.processes import cpu_s

PREVIEW_WIDTH = WIDTH // 2
_ASK_EVERY = round(RATE_HZ)
"""Pictures between a still and the next asking."""


@dataclass
class Looked:
    """Which numbered pictures were seen, as previews or in full, and how long each still took from its asking."""

    seen: set[int] = field(default_factory=set)
    stills_ms: list[float] = field(default_factory=list)
    host_cpu_s: float = 0.0


async def look(url: str, profile: Profile, last: int) -> Looked:
    """Until picture `last`, a still about every second. Raises ServiceError for a still of another size."""
    device = HostedDevice("bench", profile, {"device": url})
    device.start()
    try:
        await device.wait_ready()
        pid = device.status().host_pid
        before_s = cpu_s(pid)
        looked = Looked()
        async with device.frames(CameraRequest(timeout_s=10.0, preview_width=PREVIEW_WIDTH)) as frames:
            await _look(frames, looked, last)
        looked.host_cpu_s = cpu_s(pid) - before_s
        return looked
    finally:
        await device.close()


async def _look(frames: FrameStream, looked: Looked, last: int) -> None:
    asked_s: float | None = None
    rest = _ASK_EVERY
    async for frame in frames:
        number = number_in(frame.pixels)
        looked.seen.add(number)
        if not frame.preview:
            if frame.pixels.shape != (HEIGHT, WIDTH, 3) or asked_s is None:
                raise ServiceError("The camera gave no full still, or one that nobody asked for.", code="bench")
            looked.stills_ms.append(1000 * (time.monotonic() - asked_s))
            asked_s, rest = None, _ASK_EVERY
        elif asked_s is None and (rest := rest - 1) <= 0:
            asked_s = time.monotonic()
            frames.ask_still()
        if number >= last:
            return


async def noticed_lost_ms(url: str, profile: Profile) -> float:
    """From the last picture of a camera that then only stays connected to the daemon's error."""
    device = HostedDevice("bench", profile, {"device": url})
    device.start()
    try:
        await device.wait_ready()
        last_s = time.monotonic()
        try:
            async with device.frames(CameraRequest(timeout_s=10.0, preview_width=PREVIEW_WIDTH)) as frames:
                async for _ in frames:
                    last_s = time.monotonic()
        except DeviceError as error:
            if error.code == DeviceLost.code:
                return 1000 * (time.monotonic() - last_s)
            raise
        raise ServiceError("The camera ended instead of falling silent.", code="bench")
    finally:
        await device.close()
