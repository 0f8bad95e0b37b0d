"""A camera and the age of its pictures, both as a test says: for what the player makes of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from drivers.contracts import Pixels
from drivers.opencv_camera import player as player_module
from drivers.opencv_camera.player import Player, Seen

PATIENCE_S = 20.0
INTO = np.empty((30, 30, 3), np.uint8)
OLD_NS = 7
"""Of the monotonic clock: before whatever a test asks for."""


class Camera:
    """Gives a picture whenever it is let, as `cv2.VideoCapture` shows it; it may be opened as often as one likes."""

    def __init__(self) -> None:
        self._let, self._reads = threading.Semaphore(0), threading.Semaphore(0)
        self._ended = False
        self.opened = 0

    def give(self) -> None:
        """Returns once the picture has been dealt with: the next one is being waited for."""
        assert self._reads.acquire(timeout=PATIENCE_S)
        self._let.release()
        assert self._reads.acquire(timeout=PATIENCE_S)
        self._reads.release()

    def end(self) -> None:
        self._ended = True
        self._let.release()

    def grab(self) -> bool:
        self._reads.release()
        self._let.acquire()
        return not self._ended

    def retrieve(self, into: Pixels) -> tuple[bool, Pixels]:
        return True, into

    def get(self, _property: int) -> float:
        return 30.0

    def release(self) -> None:
        pass

    def open(self) -> Any:
        self.opened += 1
        return self


class Told:
    """In place of `Arrivals`: how old pictures are, and whether their reader keeps up, is as the test says."""

    pace_ns = None

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.since_ns, self.has_time, self.interval_ns = OLD_NS, True, 1.0
        self.begun_with: list[tuple[int, float]] = []
        monkeypatch.setattr(player_module, "Arrivals", self._begin)

    def _begin(self, opened_ns: int, usual_ns: float) -> Told:
        self.begun_with.append((opened_ns, usual_ns))
        return self

    def reading(self) -> None:
        pass

    def arrived(self, _kernel_ns: int | None) -> int:
        return self.since_ns

    def counted_from_here(self) -> None:
        pass


def playing(opens: Callable[[], Any], *, is_stamped: bool = False) -> Player:
    """A live camera that is never lost."""
    return Player(
        opens,
        is_live=True,
        is_stamped=is_stamped,
        repeat=False,
        read_timeout_s=60.0,
        silent_looks=lambda _: 1_000_000,
    )


def begin(player: Player, camera: Camera) -> None:
    """Until a picture comes: what comes at once after opening is passed over."""
    player.ask(INTO)
    while player.take(0.05) is None:
        camera.give()


def given(player: Player, camera: Camera, not_before_ns: int = 0) -> Seen | None:
    """What comes of the camera's next picture."""
    player.ask(INTO, not_before_ns)
    camera.give()
    return player.take(0.0)
