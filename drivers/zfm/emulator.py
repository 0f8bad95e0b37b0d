"""The other end of the wire: an emulated fingerprint module on a pseudo-terminal, for the real driver and its peers.

    python -m drivers.zfm.emulator --image print.png --faults '{"absent_s": 3}'

prints the path of its serial port on the first line and runs until it is ended. What the module answers is in
`emulated_module`. A pseudo-terminal carries bytes at whatever speed it was set to; here a client that set another
speed than the module's is heard, and hears, as over a real line: noise, or nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import signal
import struct
import sys
import threading
import time
import tty
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import cv2
import msgspec
import numpy as np

from drivers.contracts import Pixels
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.drawn.plain_print import drawn_print, fitted
from drivers.transport.uart import BITS_A_BYTE, heard
from drivers.zfm.codec import BAUD_STEP, FASTEST_BAUD
from drivers.zfm.emulated_module import EmulatedModule, ModuleSettings, SpeedFlaw, WireClosed

_WAIT_S: Final = 0.1
_TCGETS2: Final = 0x802C542A
_TERMIOS2: Final = struct.Struct("4I B19s 2I")
"""Flags of input, output, control and line; discipline and control characters; speeds in and out, in plain numbers.

The C library's tcgetattr knows only speeds that have names, and the modules have others too.
"""
_SPLIT_BYTES: Final = 61


class PtyModule:
    """A module on a pseudo-terminal, answered for by a thread; `path` is its serial port.

    `paced`: it sends no faster than a line of its speed would, 6.95 s for an image at 57600 baud and 3.48 s at 115200;
    otherwise as fast as it is read.
    """

    def __init__(self, settings: ModuleSettings, *, paced: bool = False) -> None:
        self._module = EmulatedModule(settings)
        self._split = settings.faults.split
        self._paced = paced
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.path = os.ttyname(theirs)
        # Held open, so that the port outlives a client that closes it; given up when the module is unplugged.
        self._theirs = theirs
        self._ending = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="zfm-emulator", daemon=True)
        self._thread.start()

    @property
    def baud(self) -> int:
        """The speed that the module has now."""
        return self._module.baud

    def close(self) -> None:
        self._ending.set()
        self._thread.join(timeout=5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self) -> None:
        os.set_blocking(self._ours, False)
        try:
            while not self._ending.is_set():
                if not select.select([self._ours], [], [], _WAIT_S)[0]:
                    continue
                said = heard(os.read(self._ours, 4096), sent_baud=self._client_baud(), heard_baud=self.baud)
                for pause_s, piece in self._module.feed(said):
                    if self._ending.wait(pause_s):
                        return
                    self._send(piece)
        except (WireClosed, OSError):
            # Unplugged by its plan, or the terminal is gone: either way there is nobody to answer.
            return
        finally:
            os.close(self._ours)
            os.close(self._theirs)
            self.ended.set()

    def _client_baud(self) -> int:
        """The speed that whoever opened the port last has set it to."""
        return int(_TERMIOS2.unpack(fcntl.ioctl(self._theirs, _TCGETS2, bytes(_TERMIOS2.size)))[-1])

    def _send(self, piece: bytes) -> None:
        on_line_s = len(piece) * BITS_A_BYTE / self.baud
        piece = heard(piece, sent_baud=self.baud, heard_baud=self._client_baud())
        step = _SPLIT_BYTES if self._split else max(1, len(piece))
        for at in range(0, len(piece), step):
            rest = piece[at : at + step]
            while rest and not self._ending.is_set():
                if select.select([], [self._ours], [], _WAIT_S)[1]:
                    sent = os.write(self._ours, rest)
                    rest = rest[sent:]
            if self._split:
                time.sleep(0.0002)
        if self._paced:
            self._ending.wait(on_line_s)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.zfm.emulator", description="An emulated ZFM module.")
    parser.add_argument("--image", type=Path, action="append", default=[], help="shown in turn; drawn without any")
    parser.add_argument("--r503", action="store_true", help="192 x 192 pixels in place of 256 x 288")
    parser.add_argument("--faults", default="{}", help="a fault plan as JSON")
    parser.add_argument("--password", type=lambda text: int(text, 0), default=0)
    speeds = range(BAUD_STEP, FASTEST_BAUD + 1, BAUD_STEP)
    parser.add_argument("--baud", type=int, default=57600, choices=speeds, help="the speed that it has at first")
    parser.add_argument("--paced", action="store_true", help="send no faster than a line of its speed would")
    parser.add_argument("--speed-flaw", type=SpeedFlaw, default=SpeedFlaw.NONE, choices=list(SpeedFlaw))
    chosen = parser.parse_args(arguments)
    size = (192, 192) if chosen.r503 else (288, 256)
    try:
        faults = msgspec.json.decode(chosen.faults, type=FaultPlan) if chosen.faults else WELL_BEHAVED
    except msgspec.DecodeError as error:
        parser.error(f"--faults: {error}")
    images: list[Pixels] = []
    for path in chosen.image:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None:
            parser.error(f"{path} is not an image")
        images.append(fitted(image.astype(np.uint8, copy=False), *size))
    settings = ModuleSettings(
        images=images or [drawn_print(*size)],
        faults=faults,
        password=chosen.password,
        baud_multiplier=chosen.baud // BAUD_STEP,
        speed_flaw=chosen.speed_flaw,
    )
    with PtyModule(settings, paced=chosen.paced) as module:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sys.stdout.write(f"{module.path}\n")
        sys.stdout.flush()
        while not stop.wait(_WAIT_S) and not module.ended.is_set():
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
