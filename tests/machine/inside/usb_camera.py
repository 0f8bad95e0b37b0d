"""The camera's driver on a USB camera that the kernel's own `uvcvideo` drives: what is set, and what happens to it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from tests.machine.inside.outside import Outside
from tests.machine.inside.streaming import PROFILE, bars, last_picture, refusal, until_it_fails
from tests.machine.inside.supervised import facts, held_again, held_by, named_by_udev, ready, supervised
from tests.machine.inside.usb_socket import PluggedCamera
from tests.machine.inside.uvc_camera import UvcCamera
from tests.machine.inside.uvc_descriptors import PRODUCT_ID, VENDOR_ID

_SERIAL: Final = "CAM1"
_BINDING: Final = f"usb:{VENDOR_ID:04x}:{PRODUCT_ID:04x}:{_SERIAL}"


async def picture(outside: Outside, *, options: dict[str, object], width: int, height: int) -> dict[str, Any]:
    """A picture's bars, and what the camera was set to by then."""
    mind = UvcCamera(_SERIAL)
    plugged = PluggedCamera(mind)
    await named_by_udev()
    async with supervised(PROFILE, {"device": _BINDING, **options}) as camera:
        await ready(camera)
        taken = await last_picture(camera, width, height)
        report = {"shape": list(taken.shape), "bars": bars(taken), "held": mind.held(), "model": camera.facts().model}
    await asyncio.to_thread(plugged.unplug)
    return report


async def refused(outside: Outside, *, options: dict[str, object]) -> dict[str, Any]:
    """The code and sentence with which it refuses to open."""
    plugged = PluggedCamera(UvcCamera(_SERIAL))
    await named_by_udev()
    report = await refusal(_BINDING, options)
    await asyncio.to_thread(plugged.unplug)
    return report


async def unplugged(outside: Outside, *, hears_udev: bool, count: int) -> dict[str, Any]:
    """Pulled out in the middle of a stream and plugged in again, as often as `count` says."""
    plugged = PluggedCamera(UvcCamera(_SERIAL))
    rounds: list[dict[str, Any]] = []
    async with supervised(PROFILE, {"device": _BINDING}, hears_udev=hears_udev) as camera:
        await ready(camera)
        first = held_by(camera)
        for _ in range(count):
            code, noticed_s = await until_it_fails(camera, plugged.unplug)
            began = time.monotonic()
            plugged = PluggedCamera(UvcCamera(_SERIAL))
            await ready(camera)
            back_s = time.monotonic() - began
            again = await last_picture(camera)
            await ready(camera)
            rounds.append(
                {"code": code, "noticed_s": noticed_s, "back_s": round(back_s, 3), "again": list(again.shape)}
            )
        report = {"rounds": rounds, "first": first, "last": await held_again(camera, first), **facts(camera)}
    await asyncio.to_thread(plugged.unplug)
    return report


async def hanging(outside: Outside, *, read_timeout_s: float) -> dict[str, Any]:
    """It stays plugged in and sends no picture any more; then it does again."""
    plugged = PluggedCamera(UvcCamera(_SERIAL))
    options: dict[str, object] = {"device": _BINDING, "read_timeout_s": read_timeout_s}
    async with supervised(PROFILE, options) as camera:
        await ready(camera)
        code, noticed_s = await until_it_fails(camera, plugged.hang)
        plugged.go_on()
        await ready(camera)
        again = await last_picture(camera)
        report = {"code": code, "noticed_s": noticed_s, "again": list(again.shape)}
    await asyncio.to_thread(plugged.unplug)
    return report
