"""Runs Debian's libfprint, in the system's own Python where GObject introspection lives: one reader, until stdin ends.

    /usr/bin/python3 -m drivers.libfprint.reader_process

Started by `driver` and by nobody else. Knows no deadlines and decides nothing: it opens, captures and cancels.

Commands: `open {device}`, `capture`, `cancel`, `close`. Events: `opened {driver, device, name}`, `finger {lies}` as it
comes and goes in a capture, `image {width, height}` with the pixels behind it, `retry` (the finger was not placed
well), `failed {code}`, `closed`.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import gi

gi.require_version("FPrint", "2.0")
from gi.repository import FPrint, Gio, GLib  # noqa: E402 (the version must be asked for first)

from drivers.transport.system_wire import Reader, to_bytes  # noqa: E402

_READ_BYTES = 4096
_CODES = {
    int(FPrint.DeviceError.REMOVED): "device-lost",
    int(FPrint.DeviceError.BUSY): "device-busy",
    int(FPrint.DeviceError.PROTO): "device-protocol",
    int(FPrint.DeviceError.NOT_SUPPORTED): "request-unsupported",
}
_USB_ERROR = GLib.quark_from_string("g-usb-device-error-quark")
_USB_CODES = {4: "device-lost", 7: "capture-cancelled", 9: "device-access-denied", 10: "device-busy"}
"""GUsbDeviceError, whose own binding need not be installed."""


class Helper:
    def __init__(self, out: int) -> None:
        self._out = out
        self._loop = GLib.MainLoop()
        self._reader = Reader()
        # Held for as long as the process lives: its devices are gone when it is.
        self._context = FPrint.Context()
        self._device: Any = None
        self._cancel: Any = None

    def serve(self) -> None:
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sys.stdin.fileno(), GLib.IOCondition.IN, self._heard)
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sys.stdin.fileno(), GLib.IOCondition.HUP, self._heard)
        self._loop.run()

    def _heard(self, fd: int, _condition: object) -> bool:
        data = os.read(fd, _READ_BYTES)
        if not data:
            self._loop.quit()
            return False
        for message, _ in self._reader.feed(data):
            self._obey(message)
        return True

    def _obey(self, message: dict[str, Any]) -> None:
        match message.get("do"):
            case "open":
                self._open(str(message.get("device", "")))
            case "capture":
                self._capture()
            case "cancel":
                if self._cancel is not None:
                    self._cancel.cancel()
            case "close":
                self._close()

    def _open(self, wanted: str) -> None:
        try:
            self._context.enumerate()
            devices = self._context.get_devices()
            self._device = next((d for d in devices if wanted in ("", d.get_driver(), d.get_device_id())), None)
            if self._device is None:
                self._say({"event": "failed", "code": "device-not-found"})
                return
            self._device.open_sync()
        except GLib.Error as error:
            self._device = None
            self._fail(error)
            return
        device = self._device
        device.connect("notify::finger-status", self._touched)
        if not device.has_feature(FPrint.DeviceFeature.CAPTURE):
            self._say({"event": "failed", "code": "request-unsupported"})
            return
        named = {"driver": device.get_driver(), "device": device.get_device_id(), "name": device.get_name()}
        self._say({"event": "opened", **named})

    def _capture(self) -> None:
        self._cancel = Gio.Cancellable()
        self._device.capture(True, self._cancel, self._captured)

    def _touched(self, device: Any, _what: object) -> None:
        if self._cancel is not None:
            lies = bool(device.get_finger_status() & FPrint.FingerStatusFlags.PRESENT)
            self._say({"event": "finger", "lies": lies})

    def _captured(self, device: Any, result: Any) -> None:
        self._cancel = None
        try:
            image = device.capture_finish(result)
        except GLib.Error as error:
            self._fail(error)
            return
        size = {"width": image.get_width(), "height": image.get_height()}
        self._say({"event": "image", **size}, bytes(image.get_data()))

    def _close(self) -> None:
        device, self._device = self._device, None
        try:
            if device is not None:
                device.close_sync()
        except GLib.Error as error:
            self._fail(error)
            return
        self._say({"event": "closed"})

    def _fail(self, error: Any) -> None:
        if error.matches(FPrint.DeviceRetry.quark(), error.code):
            self._say({"event": "retry"})
        elif error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            self._say({"event": "failed", "code": "capture-cancelled"})
        elif error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED):
            self._say({"event": "failed", "code": "device-access-denied"})
        elif error.matches(_USB_ERROR, error.code):
            self._say({"event": "failed", "code": _USB_CODES.get(error.code, "device-fault")})
        elif error.matches(FPrint.DeviceError.quark(), error.code):
            self._say({"event": "failed", "code": _CODES.get(error.code, "device-fault")})
        else:
            self._say({"event": "failed", "code": "device-fault"})

    def _say(self, message: dict[str, Any], raw: bytes = b"") -> None:
        data = memoryview(to_bytes(message, raw))
        while data:
            data = data[os.write(self._out, data) :]


def main() -> None:
    # libfprint and libusb may write to the standard output: what is said goes out on a descriptor of its own.
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Helper(out).serve()


if __name__ == "__main__":
    main()
