"""Fingers for libfprint's own virtual reader (`FP_VIRTUAL_IMAGE`): the real library and its helper, without a device.

The reader says nothing on its socket, but takes bytes only while somebody captures. So a finger knows by its first word
being taken that a capture has begun, and by the end of the connection that its picture was. A word is two numbers: a
picture's width and height, or a negative command. Not responsible for naming the socket to the library.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import termios
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from drivers.contracts import Pixels
from drivers.faults import WELL_BEHAVED, FaultPlan

_TURN_S: Final = 0.01
_PIECE_BYTES: Final = 4096
_WORD: Final = struct.Struct("2i")
_CREDENTIALS: Final = struct.Struct("3i")
"""Process, user and group of the other end (SO_PEERCRED, unix(7))."""
_NOTICED: Final = _WORD.pack(-3, 1)
"""A picture is a finger that comes, is seen and goes."""
_UNNOTICED: Final = _WORD.pack(-3, 0)
_LIES_THERE: Final = _WORD.pack(-4, 1)
_GENERAL_ERROR: Final = _WORD.pack(-2, 0)
_PROTOCOL_ERROR: Final = _WORD.pack(-2, 5)
_REMOVED: Final = _WORD.pack(-5, 0)


class VirtualFinger:
    """Comes for every capture inside a `with` block, whichever process has the reader at `path` open.

    `wrong_size` cannot be told: the library shows a picture that breaks off as a whole one.
    """

    def __init__(self, path: Path, picture: Pixels, faults: FaultPlan = WELL_BEHAVED) -> None:
        self._path, self._picture, self._faults = path, picture, faults
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="virtual-finger", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        given = 0
        while not self._over.is_set():
            with socket.socket(socket.AF_UNIX) as reader:
                try:
                    reader.connect(str(self._path))
                    reader.settimeout(_TURN_S)
                    self._come(reader, faulty=self._faults.due(given))
                    given += 1
                except OSError:  # nobody has it open, or no longer
                    given = 0
                    self._over.wait(_TURN_S)

    def _come(self, reader: socket.socket, *, faulty: bool) -> None:
        """One finger, until its picture is taken. OSError when the reader is closed before that."""
        reader.sendall(_NOTICED)
        while _untaken(reader):
            self._stay_away(reader, _TURN_S)
        plan = self._faults if faulty else WELL_BEHAVED
        self._stay_away(reader, plan.absent_s + plan.delay_s)
        for piece in self._words(plan, _process_of(reader)):
            reader.sendall(piece)
        reader.shutdown(socket.SHUT_WR)
        while not self._over.is_set() and not _closed(reader):
            pass

    def _words(self, plan: FaultPlan, process: int) -> list[bytes]:
        """What the finger says, with the faults of the plan; `process` is the one that has the reader open."""
        if plan.crash or plan.hang:
            os.kill(process, signal.SIGKILL if plan.crash else signal.SIGSTOP)
            return []
        if plan.drop:
            return [_UNNOTICED, _LIES_THERE]
        for told, word in ((plan.corrupt, _PROTOCOL_ERROR), (plan.fault, _GENERAL_ERROR), (plan.unplug, _REMOVED)):
            if told:
                return [word]
        height, width = self._picture.shape
        data = _WORD.pack(width, height) + self._picture.tobytes()
        step = _PIECE_BYTES if plan.split else len(data)
        return [data[begin : begin + step] for begin in range(0, len(data), step)]

    def _stay_away(self, reader: socket.socket, seconds: float) -> None:
        """OSError when the reader is closed meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._over.is_set() or _closed(reader):
                raise ConnectionAbortedError


def _closed(reader: socket.socket) -> bool:
    """Whether the other end is closed; waits a turn for it. OSError when it never read what was sent."""
    try:
        return not reader.recv(1)
    except TimeoutError:
        return False


def _untaken(reader: socket.socket) -> bool:
    """Whether the other end has bytes of ours still to read (SIOCOUTQ, unix(7))."""
    return fcntl.ioctl(reader, termios.TIOCOUTQ, bytes(4)) != bytes(4)


def _process_of(reader: socket.socket) -> int:
    process: int = _CREDENTIALS.unpack(reader.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[0]
    return process
