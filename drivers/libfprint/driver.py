"""Every fingerprint reader that Debian's libfprint knows, through a helper process on the system's Python.

libfprint's licence (LGPL) and its GObject machinery stay in that process. It reports no resolution, so that it is an
option (from the profile). For training and demonstration. Not responsible for the process and its messages
(`transport.system_process`) nor for what libfprint does (`reader_process`).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
import numpy as np

from drivers.contracts import DeviceIdentity, FingerprintRequest, Frame, FramePool, Stop
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    DeviceLost,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
)
from drivers.transport import access
from drivers.transport.system_process import SystemProcess

_CANCEL_S: Final = 0.5
_CLOSE_S: Final = 0.7
_VIRTUAL: Final = ("virtual_image", "virtual_device")
_MODULE: Final = "drivers.libfprint.reader_process"


def _missing() -> DriverError:
    return DeviceNotFound(
        "The system's fingerprint library is missing: install Debian's gir1.2-fprint-2.0 and python3-gi."
    )


def _ended() -> DriverError:
    return DeviceLost("The fingerprint library ended unexpectedly: unplug the reader and plug it in again.")


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device` is libfprint's name of the reader's driver, or its id; empty takes the first that there is.

    `resolution_ppi` is not reported by libfprint. `answer_timeout_s` is for the image of a finger that lies there.
    `python` is the system's, where `gi` can be imported.
    """

    device: str = ""
    resolution_ppi: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 500
    open_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 5.0
    python: str = "/usr/bin/python3"


class LibfprintReader:
    """A `FingerprintReader`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._helper: SystemProcess | None = None
        self._simulated = False
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        """Start the helper and have it open the reader. DeviceNotFound, also where libfprint is not installed."""
        self.close()
        self._helper = helper = SystemProcess(
            self._options.python, _MODULE, missing=_missing, ended=_ended, denied=access.USB_READER
        )
        self._sequence = 0
        try:
            helper.say({"do": "open", "device": self._options.device})
            opened, _ = helper.hear("opened", time.monotonic() + self._options.open_timeout_s, None)
        except BaseException:
            self.close()
            raise
        self._simulated = opened.get("driver") in _VIRTUAL
        return DeviceIdentity(vendor="", model=str(opened.get("name", "")), simulated=self._simulated)

    def close(self) -> None:
        helper, self._helper = self._helper, None
        if helper is not None:
            with contextlib.suppress(DriverError):
                helper.say({"do": "close"})
                helper.hear("closed", time.monotonic() + _CLOSE_S, None)
            helper.end()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One grey frame of the reader's own size. `timeout_s` is for the finger to come, not for its image."""
        helper = self._helper
        if helper is None:
            raise DeviceLost("The fingerprint reader is not open.")
        image, raw = self._image(helper, time.monotonic() + request.timeout_s, stop)
        captured_ns = time.monotonic_ns()
        width, height = image.get("width"), image.get("height")
        if not isinstance(width, int) or not isinstance(height, int) or width * height != len(raw) or not raw:
            raise DeviceProtocolError
        pixels = pool.take(height, width)
        pixels[...] = np.frombuffer(raw, np.uint8).reshape(height, width)
        self._sequence += 1
        yield Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=captured_ns,
            resolution_ppi=self._options.resolution_ppi,
            simulated=self._simulated,
        )

    def _image(self, helper: SystemProcess, deadline: float, stop: Stop) -> tuple[dict[str, Any], bytes]:
        """The next image; a finger that libfprint wants placed again is waited for again.

        One that lies on the reader before the deadline is given its own time to be read.
        """
        helper.say({"do": "capture"})
        lies, end = False, deadline
        while True:
            try:
                message, raw = helper.hear("image", end, stop, also=("retry", "finger"))
            except (DeviceTimedOut, CaptureCancelled) as reason:
                self._cancel(helper)
                if lies or isinstance(reason, CaptureCancelled):
                    raise
                raise CaptureTimedOut("No finger was presented in time: try again.") from None
            match message["event"]:
                case "image":
                    return message, raw
                case "finger":
                    lies = bool(message.get("lies"))
                    if lies and (now := time.monotonic()) < deadline:
                        end = max(deadline, now + self._options.answer_timeout_s)
                case _:
                    lies = False
                    helper.say({"do": "capture"})

    def _cancel(self, helper: SystemProcess) -> None:
        """End the capture. DeviceTimedOut when libfprint does not let go of it."""
        helper.say({"do": "cancel"})
        deadline = time.monotonic() + _CANCEL_S
        with contextlib.suppress(CaptureCancelled):
            while helper.hear("image", deadline, None, also=("retry", "finger"))[0]["event"] == "finger":
                pass


def create(options: Options) -> LibfprintReader:
    """The reader, not opened."""
    return LibfprintReader(options)
