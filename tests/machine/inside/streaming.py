"""A supervised camera's stream, seen by a taker: one picture, or many until something happens to the camera."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from appliance.devices.hosted_device import HostedDevice
from drivers.binding import located
from drivers.contracts import CameraRequest, Contract, Pixels
from drivers.errors import DriverError
from drivers.registry import build_driver
from tests.machine.inside.supervised import failure

PROFILE: Final = "opencv-camera"
_TIMEOUT_S: Final = 60.0
_HAPPENS_AT: Final = 3
_BARS: Final = 8


async def last_picture(camera: HostedDevice, width: int = 0, height: int = 0) -> Pixels:
    """The third one: the first may have been taken before the camera did what it was told."""
    request = CameraRequest(width=width, height=height, frame_limit=3, timeout_s=_TIMEOUT_S)
    async with camera.frames(request) as frames:
        return [frame.pixels.copy() async for frame in frames][-1]


async def refusal(device: str, options: dict[str, object]) -> dict[str, str]:
    """The code and sentence with which the driver refuses to open; here without its host, which would say the same."""

    def opened() -> dict[str, str]:
        try:
            path = located(device, Contract.CAMERA)
            build_driver(PROFILE, {"device": path, **options}).open()
        except DriverError as error:
            return {"code": error.code, "sentence": error.sentence}
        return {"code": "", "sentence": ""}

    return await asyncio.to_thread(opened)


async def until_it_fails(camera: HostedDevice, happens: Callable[[], object]) -> tuple[str, float]:
    """The code with which the stream ends, and seconds since what happened at its third picture."""
    seen, began = 0, 0.0

    def on_frame() -> None:
        nonlocal seen, began
        seen += 1
        if seen == _HAPPENS_AT:
            began = time.monotonic()
            happens()

    code = await failure(camera, CameraRequest(timeout_s=_TIMEOUT_S), on_frame)
    return code, round(time.monotonic() - began, 3)


def bars(picture: Pixels) -> list[list[int]]:
    """The colour (B, G, R) in the middle of each of eight bars along the picture's longer side, below its writing."""
    height, width = picture.shape[:2]
    row = picture[height * 9 // 10] if width >= height else picture[:, width // 10]
    places = (np.arange(_BARS) * 2 + 1) * len(row) // (2 * _BARS)
    return [[int(value) for value in row[place]] for place in places]
