"""Two joined endpoints in memory, through a line that can lose, delay, split and corrupt bytes. For tests.

Each end has a speed of its own: at different ones, they hear of each other what a serial receiver would.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from drivers.errors import DeviceLost
from drivers.transport.uart import heard

READ_WAIT_S = 0.1
_BAUD = 57600


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the line does to each write: probabilities from 0 to 1, per write for loss, per byte for corruption."""

    loss: float = 0.0
    corruption: float = 0.0
    delay_s: float = 0.0
    split_bytes: int = 0
    seed: int = 0


@dataclass
class _Direction:
    """Bytes under way to one endpoint, in pieces that become readable at their time.

    `put` has them as they are heard: `sender_baud` and `hearer_baud` are the two ends' speeds.
    """

    line: Line
    chance: random.Random
    pieces: deque[tuple[float, bytes]] = field(default_factory=deque)
    changed: threading.Condition = field(default_factory=threading.Condition)
    closed: bool = False
    sender_baud: int = _BAUD
    hearer_baud: int = _BAUD

    def put(self, data: bytes) -> None:
        with self.changed:
            if self.closed:
                raise DeviceLost
            if self.chance.random() < self.line.loss:
                return
            if self.line.corruption:
                data = bytes(
                    byte ^ (1 << self.chance.randrange(8)) if self.chance.random() < self.line.corruption else byte
                    for byte in data
                )
            data = heard(data, sent_baud=self.sender_baud, heard_baud=self.hearer_baud)
            due = time.monotonic() + self.line.delay_s
            step = self.line.split_bytes or len(data) or 1
            self.pieces.extend((due, data[i : i + step]) for i in range(0, len(data), step))
            self.changed.notify_all()

    def get(self, limit: int) -> bytes:
        deadline = time.monotonic() + READ_WAIT_S
        with self.changed:
            while True:
                now = time.monotonic()
                if self.pieces and self.pieces[0][0] <= now:
                    due, piece = self.pieces.popleft()
                    if len(piece) > limit:
                        self.pieces.appendleft((due, piece[limit:]))
                    return piece[:limit]
                if self.closed and not self.pieces:
                    raise DeviceLost
                if now >= deadline:
                    return b""
                self.changed.wait(min(deadline, self.pieces[0][0] if self.pieces else deadline) - now)

    def hear_at(self, baud: int) -> None:
        with self.changed:
            if baud != self.hearer_baud:
                self.hearer_baud = baud
                self.pieces.clear()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()


class MemoryLink:
    """One end. Closing it closes both directions, like pulling the cable."""

    def __init__(self, incoming: _Direction, outgoing: _Direction) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    def read(self, limit: int) -> bytes:
        return self._incoming.get(limit)

    def write(self, data: bytes) -> None:
        self._outgoing.put(data)

    def speak_at(self, baud: int) -> None:
        self._outgoing.sender_baud = baud
        self._incoming.hear_at(baud)

    def close(self) -> None:
        self._incoming.close()
        self._outgoing.close()


def joined(line: Line | None = None) -> tuple[MemoryLink, MemoryLink]:
    """Two ends of one line; what one writes, the other reads, as the line lets it."""
    line = line or Line()
    there = _Direction(line, random.Random(line.seed))  # noqa: S311 - repeatable faults, not secrets
    back = _Direction(line, random.Random(line.seed + 1))  # noqa: S311 - likewise
    return MemoryLink(there, back), MemoryLink(back, there)
