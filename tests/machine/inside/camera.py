"""The camera's driver on a Video4Linux device of the kernel's that shows a test picture (`vivid`)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from drivers.contracts import CameraRequest
from tests.machine.inside.outside import Outside
from tests.machine.inside.streaming import PROFILE, bars, last_picture, refusal, until_it_fails
from tests.machine.inside.supervised import facts, held_again, held_by, ready, supervised, until

_DRIVER: Final = Path("/sys/bus/platform/drivers/vivid")
_DEVICE: Final = "vivid.0"


async def pictures(
    outside: Outside, *, device: str, options: dict[str, object], sizes: list[tuple[int, int]]
) -> dict[str, Any]:
    """For each size a picture's shape and the colours of its bars, or the code and sentence of the refusal."""
    async with supervised(PROFILE, {"device": device, **options}, hears_udev=False) as camera:
        await ready(camera)
        taken = [await _picture(camera, width, height) for width, height in sizes]
        return {"pictures": taken, "model": camera.facts().model, "simulated": camera.facts().simulated}


async def refused(outside: Outside, *, device: str, options: dict[str, object]) -> dict[str, Any]:
    """The code and sentence with which it refuses to open."""
    return await refusal(device, options)


async def busy(outside: Outside, *, device: str) -> dict[str, Any]:
    """What a second one is told while a first one streams."""
    async with (
        supervised(PROFILE, {"device": device}, hears_udev=False) as first,
        supervised(PROFILE, {"device": device}, hears_udev=False) as second,
    ):
        await ready(first)
        await ready(second)
        async with first.frames(CameraRequest(timeout_s=60.0)) as frames:
            await anext(aiter(frames))
            return await _picture(second, 0, 0)


async def lost_and_back(outside: Outside, *, device: str, count: int) -> dict[str, Any]:
    """Taken from the kernel in the middle of a stream, and given back; the driver alone has to notice."""
    rounds: list[dict[str, Any]] = []
    async with supervised(PROFILE, {"device": device}, hears_udev=False) as camera:
        await ready(camera)
        first = held_by(camera)
        for _ in range(count):
            rounds.append(await _round(camera, Path(device)))
            await ready(camera)
        return {"rounds": rounds, "first": first, "last": await held_again(camera, first), **facts(camera)}


async def _round(camera: HostedDevice, node: Path) -> dict[str, Any]:
    code, noticed_s = await until_it_fails(camera, lambda: _DRIVER.joinpath("unbind").write_text(_DEVICE))
    await until(lambda: not node.exists())
    began = time.monotonic()
    _DRIVER.joinpath("bind").write_text(_DEVICE)
    await ready(camera)
    back_s = time.monotonic() - began
    again = await last_picture(camera)
    return {"code": code, "noticed_s": noticed_s, "back_s": round(back_s, 3), "again": list(again.shape)}


async def _picture(camera: HostedDevice, width: int, height: int) -> dict[str, Any]:
    try:
        picture = await last_picture(camera, width, height)
    except DeviceError as error:
        return {"code": error.code, "sentence": error.sentence}
    return {"shape": list(picture.shape), "bars": bars(picture)}
