"""A USB device behind the kernel's virtual host controller: its requests come over a socket (USB/IP).

The kernel's Documentation/usb/usbip_protocol.rst has the messages; the kernel is handed one end of a socket pair and
takes what is at the other for a device on a port, until the socket is closed.
What the device answers is `uvc_camera`'s.
"""

from __future__ import annotations

import errno
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.machine.inside.uvc_camera import END_OF_PICTURE, Refused, UvcCamera
from tests.machine.inside.uvc_descriptors import INTERVAL_100NS

_CONTROLLER: Final = Path("/sys/devices/platform/vhci_hcd.0")
_HIGH_SPEED: Final = 3
_DEVICE_ID: Final = 1 << 16 | 2
_SUBMIT, _UNLINK, _RET_SUBMIT, _RET_UNLINK = 1, 2, 3, 4
_IN: Final = 1
_HEADER: Final = struct.Struct(">IIIII")
_SUBMITTED: Final = struct.Struct(">IiiiI8s")
_RETURNED: Final = struct.Struct(">iiiii8x")
_UNLINKED: Final = struct.Struct(">i24x")
_TO_UNLINK: Final = struct.Struct(">I24x")
_LEAVE_S: Final = 10.0


class PluggedCamera:
    """Plugged in when it is made, until `unplug`; `hang` sends no picture until `go_on`."""

    def __init__(self, camera: UvcCamera, port: int = 0) -> None:
        self._camera = camera
        self._ours, theirs = socket.socketpair()
        self._asked: deque[int] = deque()
        self._turn = threading.Condition()
        self._gone = False
        self._hangs = False
        attach = f"{port} {theirs.fileno()} {_DEVICE_ID} {_HIGH_SPEED}"
        _CONTROLLER.joinpath("attach").write_text(attach, encoding="ascii")
        theirs.close()
        self._threads = [
            threading.Thread(target=self._obey, name="usb-requests", daemon=True),
            threading.Thread(target=self._show, name="usb-pictures", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def hang(self) -> None:
        self._hangs = True

    def go_on(self) -> None:
        self._hangs = False

    def unplug(self) -> None:
        with self._turn:
            self._gone = True
            self._turn.notify_all()
        self._ours.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_LEAVE_S)
            assert not thread.is_alive()
        self._ours.close()

    def _obey(self) -> None:
        try:
            while True:
                command, number, _, direction, endpoint = _HEADER.unpack(self._receive(_HEADER.size))
                if command == _UNLINK:
                    self._unlink(number, *_TO_UNLINK.unpack(self._receive(_TO_UNLINK.size)))
                    continue
                _, length, _, _, _, setup = _SUBMITTED.unpack(self._receive(_SUBMITTED.size))
                data = b"" if direction == _IN else self._receive(length)
                if endpoint == 0:
                    self._control(number, setup, data, length, direction)
                    continue
                with self._turn:
                    self._asked.append(number)
                    self._turn.notify_all()
        except (OSError, EOFError):
            return  # unplugged

    def _control(self, number: int, setup: bytes, data: bytes, length: int, direction: int) -> None:
        try:
            answer = self._camera.answer(setup, data)
        except Refused:
            self._return(number, -errno.EPIPE, 0, b"")
        else:
            self._return(number, 0, len(answer) if direction == _IN else length, answer)

    def _unlink(self, number: int, unwanted: int) -> None:
        with self._turn:
            waited = unwanted in self._asked
            if waited:
                self._asked.remove(unwanted)
            header = _HEADER.pack(_RET_UNLINK, number, 0, 0, 0)
            self._ours.sendall(header + _UNLINKED.pack(-errno.ECONNRESET if waited else 0))

    def _show(self) -> None:
        """Ten pictures a second, as long as somebody asks for their pieces."""
        payloads: Iterator[bytes] | None = None
        pause_s = 0.0
        try:
            while True:
                with self._turn:
                    self._turn.wait_for(lambda: self._gone, pause_s)
                    pause_s = 0.0
                    if not self._turn.wait_for(lambda: self._gone or (self._asked and not self._hangs), 1.0):
                        payloads = None  # nobody looks: the next picture is of the format asked for then
                        continue
                    if self._gone:
                        return
                    payloads = payloads or self._camera.payloads()
                    payload = next(payloads)
                    if payload[1] & END_OF_PICTURE:
                        pause_s = INTERVAL_100NS / 1e7
                    self._return(self._asked.popleft(), 0, len(payload), payload)
        except OSError:
            return  # unplugged

    def _return(self, number: int, status: int, actual: int, data: bytes) -> None:
        message = _HEADER.pack(_RET_SUBMIT, number, 0, 0, 0) + _RETURNED.pack(status, actual, 0, 0, 0) + data
        with self._turn:
            self._ours.sendall(message)

    def _receive(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._ours.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)
