"""Between a driver that makes frames and a daemon that takes them: one frame there at most, the next waiting here.

Responsible for never overwriting what the daemon still looks at, and for who waits: a camera's frames replace one
another while they wait (the newest wins, the others are counted), every other device waits for its taker. A preview
never takes the place of a frame that may be kept: it waits behind it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from drivers.contracts import Frame, Stop
from drivers.messages import FrameReady
from drivers.shared_frames import SharedSlots, shape_of

_TURN_S = 0.1
"""How often a waiting driver looks whether it was stopped."""


class Outbox:
    """For one capture. `offer` and `drain` belong to the driver's thread, `release` to the commands' thread."""

    def __init__(
        self, capture: int, slots: SharedSlots, send: Callable[[FrameReady], None], *, newest_wins: bool
    ) -> None:
        self._capture = capture
        self._slots = slots
        self._send = send
        self._newest_wins = newest_wins
        self._changed = threading.Condition()
        self._away: int | None = None
        self._waiting: deque[FrameReady] = deque()
        self.dropped = 0

    def offer(self, frame: Frame, stop: Stop) -> None:
        """Send the frame, or keep it until its turn. Blocks, heeding `stop`, unless the newest wins."""
        if not self._newest_wins:
            self.drain(stop)
        with self._changed:
            while self._waiting and (self._waiting[-1].preview or not frame.preview):
                self._slots.give_back(self._waiting.pop().slot)
                self.dropped += 1
        message = self._message(frame)
        with self._changed:
            self._waiting.append(message)
            self._send_if_free()

    def release(self, slot: int) -> None:
        """The daemon gives `slot` back. Anything but the slot that is away is ignored."""
        with self._changed:
            if slot != self._away:
                return
            self._slots.give_back(slot)
            self._away = None
            self._send_if_free()
            self._changed.notify_all()

    def drain(self, stop: Stop) -> None:
        """Wait until no frame waits any more, or until stopped."""
        with self._changed:
            while self._waiting and not stop.is_set():
                self._changed.wait(_TURN_S)

    def _send_if_free(self) -> None:
        if self._away is None and self._waiting:
            message = self._waiting.popleft()
            self._away = message.slot
            self._send(message)

    def _message(self, frame: Frame) -> FrameReady:
        slot = self._slots.place(frame)
        height, width, channels = shape_of(frame.pixels)
        return FrameReady(
            capture=self._capture,
            slot=slot,
            height=height,
            width=width,
            channels=channels,
            sequence=frame.sequence,
            captured_monotonic_ns=frame.captured_monotonic_ns,
            resolution_ppi=frame.resolution_ppi,
            simulated=frame.simulated,
            dropped=self.dropped,
            position=frame.position,
            preview=frame.preview,
            reduced_by=frame.reduced_by,
            lossy=frame.lossy,
        )
