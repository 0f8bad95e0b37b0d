"""An emulated fingerprint module behind QEMU's USB serial adapter, plugged into the machine and pulled out of it.

The adapter is an FTDI to the machine's kernel, which drives it as it drives a real one (`ftdi_sio`). Each plugging in
is a module that was just switched on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from drivers.zfm.emulated_module import EmulatedModule, ModuleSettings
from tests.machine.monitor import Monitor

VENDOR_ID, PRODUCT_ID = "0403", "6001"
_ID: Final = "reader"
_IMAGE_BEGINS: Final = 2048
"""After so many bytes of answers in a row an image is on its way: everything else is shorter."""
_LEAVE_S: Final = 5.0


class ReaderPort:
    """`plug` and `unplug` in turn; `pace_baud` sends as slowly as a line of that speed would (10 bits a byte)."""

    def __init__(self, monitor: Monitor, folder: Path, settings: ModuleSettings) -> None:
        self._monitor = monitor
        self._folder = folder
        self._settings = settings
        self._number = 0
        self._power: _Power | None = None

    def plug(self, *, serial_number: str, pace_baud: int = 0, unplug_in_image: bool = False) -> None:
        """With `unplug_in_image` it is pulled out by itself while the first image is on its way."""
        assert self._power is None
        self._number += 1
        path = self._folder / f"{_ID}-{self._number}"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(1)
        address = {"type": "unix", "data": {"path": str(path)}}
        backend = {"type": "socket", "data": {"addr": address, "server": False}}
        self._monitor.tell("chardev-add", {"id": _ID, "backend": backend})
        wire, _ = listener.accept()
        listener.close()
        surprise = self._pull_out if unplug_in_image else None
        self._power = _Power(wire, self._settings, pace_baud, surprise)
        self._monitor.tell(
            "device_add", {"driver": "usb-serial", "chardev": _ID, "id": _ID, "serial": serial_number, "bus": "usb.0"}
        )

    def unplug(self) -> None:
        """Nothing where it was pulled out already."""
        power, self._power = self._power, None
        if power is None:
            return
        if not power.pulled_out:
            self._pull_out()
        power.switch_off()
        self._monitor.tell("chardev-remove", {"id": _ID})

    def _pull_out(self) -> None:
        self._monitor.tell("device_del", {"id": _ID}, until="DEVICE_DELETED")


class _Power:
    """One module from its switching on to its switching off, answered for by a thread."""

    def __init__(
        self, wire: socket.socket, settings: ModuleSettings, pace_baud: int, surprise: Callable[[], None] | None
    ) -> None:
        self._wire = wire
        self._module = EmulatedModule(settings)
        self._pace_baud = pace_baud
        self._surprise = surprise
        self._off = threading.Event()
        self.pulled_out = False
        self._thread = threading.Thread(target=self._serve, name="reader-port", daemon=True)
        self._thread.start()

    def switch_off(self) -> None:
        self._off.set()
        self._wire.shutdown(socket.SHUT_RDWR)
        self._thread.join(_LEAVE_S)
        assert not self._thread.is_alive()
        self._wire.close()

    def _serve(self) -> None:
        try:
            while data := self._wire.recv(4096):
                sent = 0
                for pause_s, piece in self._module.feed(data):
                    if self._off.wait(pause_s + (len(piece) * 10 / self._pace_baud if self._pace_baud else 0.0)):
                        return
                    self._wire.sendall(piece)
                    sent += len(piece)
                    if self._surprise is not None and sent >= _IMAGE_BEGINS:
                        self.pulled_out = True
                        self._surprise()
                        return
        except OSError:
            return  # the machine has let go of it
