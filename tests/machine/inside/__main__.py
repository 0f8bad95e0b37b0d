"""Started as the machine's own program: runs the parts that the test outside asks for, one after another.

A part is a coroutine that is given the test outside to ask things of, and returns what it found as plain values.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.machine.inside import camera, doctor, hotplug, reader, usb_camera
from tests.machine.inside.outside import Outside

Part = Callable[..., Awaitable[Mapping[str, Any]]]

PARTS: Final[dict[str, Part]] = {
    "doctor": doctor.rows,
    "plug-events": hotplug.events,
    "camera-pictures": camera.pictures,
    "camera-refused": camera.refused,
    "camera-busy": camera.busy,
    "camera-lost-and-back": camera.lost_and_back,
    "usb-camera-picture": usb_camera.picture,
    "usb-camera-refused": usb_camera.refused,
    "usb-camera-unplugged": usb_camera.unplugged,
    "usb-camera-hanging": usb_camera.hanging,
    "reader-pulled-out-in-an-image": reader.pulled_out_in_an_image,
    "reader-cycles": reader.cycles,
}


async def main() -> None:
    outside = Outside()
    outside.say({"ready": True})
    while True:
        asked = await outside.hear()
        try:
            report = await PARTS[asked["part"]](outside, **asked["arguments"])
        except Exception:  # noqa: BLE001 (said outside, where it is raised)
            outside.say({"failed": traceback.format_exc()})
        else:
            outside.say({"report": dict(report)})


if __name__ == "__main__":
    asyncio.run(main())
