"""The other end of the wire: an emulated fingerprint module on a pseudo-terminal, for the real driver and its peers.

    python -m drivers.zfm.emulator --image print.png --faults '{"absent_s": 3}'

prints the path of its serial port on the first line and runs until it is ended. What the module answers is in
`emulated_module`.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
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
from drivers.zfm.emulated_module import EmulatedModule, ModuleSettings, WireClosed

_WAIT_S: Final = 0.1
_SPLIT_BYTES: Final = 61


class PtyModule:
    """A module on a pseudo-terminal, answered for by a thread; `path` is its serial port.

    `pace_baud` sends as slowly as a line of that speed would (10 bits a byte); 0 as fast as it is read.
    """

    def __init__(self, settings: ModuleSettings, *, pace_baud: int = 0) -> None:
        self._module = EmulatedModule(settings)
        self._split = settings.faults.split
        self._pace_baud = pace_baud
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.path = os.ttyname(theirs)
        # Held open, so that the port outlives a client that closes it; given up when the module is unplugged.
        self._theirs = theirs
        self._ending = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="zfm-emulator", daemon=True)
        self._thread.start()

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
                for pause_s, piece in self._module.feed(os.read(self._ours, 4096)):
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

    def _send(self, piece: bytes) -> None:
        step = _SPLIT_BYTES if self._split else len(piece)
        for at in range(0, len(piece), step):
            rest = piece[at : at + step]
            while rest and not self._ending.is_set():
                if select.select([], [self._ours], [], _WAIT_S)[1]:
                    sent = os.write(self._ours, rest)
                    rest = rest[sent:]
            if self._split:
                time.sleep(0.0002)
        if self._pace_baud:
            self._ending.wait(len(piece) * 10 / self._pace_baud)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.zfm.emulator", description="An emulated ZFM module.")
    parser.add_argument("--image", type=Path, action="append", default=[], help="shown in turn; drawn without any")
    parser.add_argument("--r503", action="store_true", help="192 x 192 pixels in place of 256 x 288")
    parser.add_argument("--faults", default="{}", help="a fault plan as JSON")
    parser.add_argument("--password", type=lambda text: int(text, 0), default=0)
    parser.add_argument("--pace-baud", type=int, default=0, help="send as slowly as a line of this speed")
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
    settings = ModuleSettings(images=images or [drawn_print(*size)], faults=faults, password=chosen.password)
    with PtyModule(settings, pace_baud=chosen.pace_baud) as module:
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
