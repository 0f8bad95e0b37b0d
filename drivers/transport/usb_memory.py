"""A USB link in memory, for emulators: what the driver sends reaches an object, what that says is read from it."""

from __future__ import annotations

import threading
import time
from typing import Final, Protocol

from drivers.contracts import Stop
from drivers.errors import CaptureCancelled, DeviceLost, DeviceTimedOut

_LOOK_S: Final = 0.005
_TRANSFER_S: Final = 1.0


class UsbPeer(Protocol):
    """The other end of the wire. It raises what the transfer would fail with: DeviceLost once it is unplugged."""

    def control_read(self, value: int, size: int) -> bytes | None:
        """None where no answer comes."""
        ...

    def control_write(self, value: int, data: bytes) -> None: ...

    def take(self, endpoint: int, data: bytes) -> None:
        """What was written to an endpoint."""
        ...

    def give(self, endpoint: int) -> bytes | None:
        """What an endpoint has ready; None when there is nothing yet."""
        ...


class MemoryUsbLink:
    """A `UsbLink` to a `UsbPeer`. Used by one thread at a time, as drivers do."""

    def __init__(self, peer: UsbPeer) -> None:
        self._peer = peer
        self._closed = threading.Event()

    def control_read(self, request: int, value: int, size: int) -> bytes:
        answer = self._opened().control_read(value, size)
        if answer is None:
            time.sleep(_LOOK_S)
            raise DeviceTimedOut
        return answer[:size]

    def control_write(self, request: int, value: int, data: bytes) -> None:
        self._opened().control_write(value, data)

    def write(self, endpoint: int, data: bytes) -> None:
        self._opened().take(endpoint, data)

    def read(self, endpoint: int, size: int, timeout_s: float, stop: Stop | None = None) -> bytes:
        deadline = time.monotonic() + timeout_s
        while (data := self._opened().give(endpoint)) is None:
            if stop is not None and stop.is_set():
                raise CaptureCancelled
            if time.monotonic() >= deadline:
                raise DeviceTimedOut
            time.sleep(_LOOK_S)
        return data[:size]

    def queue_read(self, endpoint: int, size: int) -> MemoryRead:
        return MemoryRead(self, endpoint, size)

    def listen(self, endpoint: int, size: int) -> MemoryListener:
        return MemoryListener(self, endpoint, size)

    def close(self) -> None:
        self._closed.set()

    def _opened(self) -> UsbPeer:
        if self._closed.is_set():
            raise DeviceLost
        return self._peer


class MemoryRead:
    """A `PendingRead`: nothing is lost in memory, so that it is read when it is asked for."""

    def __init__(self, link: MemoryUsbLink, endpoint: int, size: int) -> None:
        self._link, self._endpoint, self._size = link, endpoint, size

    def result(self, timeout_s: float, stop: Stop) -> bytes:
        return self._link.read(self._endpoint, self._size, timeout_s, stop)


class MemoryListener:
    """A `Listener`."""

    def __init__(self, link: MemoryUsbLink, endpoint: int, size: int) -> None:
        self._link, self._endpoint, self._size = link, endpoint, size

    def next(self, wait_s: float) -> bytes | None:
        try:
            return self._link.read(self._endpoint, self._size, wait_s)
        except DeviceTimedOut:
            return None

    def close(self) -> None:
        """Nothing is in flight in memory."""
