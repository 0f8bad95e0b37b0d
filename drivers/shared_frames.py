"""Frames in memory that two processes share, so that pixels are written once and read where they lie.

A few anonymous memory files (`memfd_create(2)`: no name anywhere, gone with the last process that holds them), one
a slot, inherited by the host. A slot grows to the largest frame it ever held and is sealed against shrinking, so a
driver gone mad cannot pull memory from under the daemon (a SIGBUS). Which slot holds what is said in messages.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
from collections.abc import Sequence
from enum import Enum

import numpy as np

from drivers.contracts import Frame, Pixels
from drivers.errors import DeviceProtocolError, DriverError

SLOTS = 4
"""One that the daemon looks at, a still and a preview that wait, and one that the driver fills."""
FRAME_LIMIT_BYTES = 400 * 1024 * 1024
"""An A4 page in colour at 1200 ppi is the largest that is thought of."""
_GRANULE_BYTES = 64 * 1024


def create_slots(count: int = SLOTS) -> tuple[int, ...]:
    """New memory files for one host, close-on-exec; whoever calls this closes them. OSError where there is no room."""
    slots: list[int] = []
    try:
        for _ in range(count):
            slots.append(os.memfd_create("claim-kiosk-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
            fcntl.fcntl(slots[-1], fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    except OSError:
        for fd in slots:
            os.close(fd)
        raise
    return tuple(slots)


class _State(Enum):
    FREE = "free"
    TAKEN = "taken"
    GIVEN = "given"


class _Slot:
    """One memory file as the host sees it; `address` is where its mapping begins."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.state = _State.FREE
        self.order = 0
        self.bytes: Pixels = np.empty(0, np.uint8)

    def grow(self, size: int) -> None:
        if size <= self.bytes.size:
            return
        rounded = -(-size // _GRANULE_BYTES) * _GRANULE_BYTES
        try:
            os.ftruncate(self.fd, rounded)
            self.bytes = np.frombuffer(mmap.mmap(self.fd, rounded), np.uint8)
        except (OSError, ValueError) as error:
            raise DriverError("There is not enough memory for the device's image.") from error

    @property
    def address(self) -> int:
        return int(self.bytes.__array_interface__["data"][0])


class SharedSlots:
    """The host's side: a `FramePool` over its slots. Used by the driver's thread and by the commands' thread."""

    def __init__(self, fds: Sequence[int]) -> None:
        self._slots = [_Slot(fd) for fd in fds]
        self._lock = threading.Lock()
        self._takes = 0

    def take(self, height: int, width: int, channels: int = 1) -> Pixels:
        """See `FramePool`. Ordinary memory when no slot is free: such a frame is copied into one once, later.

        Raises DeviceProtocolError for a size that no device has.
        """
        shape = _checked_shape(height, width, channels)
        size = height * width * channels
        with self._lock:
            slot = next((slot for slot in self._slots if slot.state is _State.FREE), None)
            if slot is None:
                return np.empty(shape, np.uint8)
            slot.grow(size)
            self._takes += 1
            slot.state, slot.order = _State.TAKEN, self._takes
            return slot.bytes[:size].reshape(shape)

    def place(self, frame: Frame) -> int:
        """The slot in which the frame's pixels lie; those made elsewhere are copied in, once.

        What the driver took before this frame's memory and never gave becomes free again.
        Raises DeviceProtocolError for pixels that are no image.
        """
        pixels = frame.pixels
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
            raise DeviceProtocolError("The driver gave something that is no image.")
        height, width, channels = shape_of(pixels)
        _checked_shape(height, width, channels)
        with self._lock:
            index = self._holding(pixels)
            if index is not None:
                self._forget_taken_before(self._slots[index].order)
            else:
                self._forget_taken_before(self._takes + 1)
                index = next(i for i, slot in enumerate(self._slots) if slot.state is _State.FREE)
                slot = self._slots[index]
                slot.grow(pixels.size)
                slot.bytes[: pixels.size].reshape(pixels.shape)[...] = pixels
            self._slots[index].state = _State.GIVEN
            return index

    def give_back(self, index: int) -> None:
        with self._lock:
            if 0 <= index < len(self._slots) and self._slots[index].state is _State.GIVEN:
                self._slots[index].state = _State.FREE

    def give_back_all(self) -> None:
        with self._lock:
            for slot in self._slots:
                slot.state = _State.FREE

    def _holding(self, pixels: Pixels) -> int | None:
        if not pixels.flags.c_contiguous:
            return None
        address = pixels.__array_interface__["data"][0]
        for index, slot in enumerate(self._slots):
            if slot.state is _State.TAKEN and slot.address == address:
                return index
        return None

    def _forget_taken_before(self, order: int) -> None:
        for slot in self._slots:
            if slot.state is _State.TAKEN and slot.order < order:
                slot.state = _State.FREE


class SharedViews:
    """The daemon's side: read-only arrays over the same memory. Owns the file descriptors until `close`."""

    def __init__(self, fds: Sequence[int]) -> None:
        self._fds = list(fds)
        self._maps: list[mmap.mmap | None] = [None] * len(self._fds)

    def view(self, index: int, height: int, width: int, channels: int) -> Pixels:
        """The frame in slot `index`, not copied, (H, W) or (H, W, 3), uint8, not writeable.

        Raises DeviceProtocolError for a slot or a size that does not exist.
        """
        shape = _checked_shape(height, width, channels)
        size = height * width * channels
        if not 0 <= index < len(self._fds):
            raise DeviceProtocolError("A driver's host spoke of a slot that does not exist.")
        mapped = self._maps[index]
        if mapped is None or len(mapped) < size:
            try:
                mapped = mmap.mmap(self._fds[index], 0)
            except (OSError, ValueError) as error:
                raise DeviceProtocolError("A driver's host spoke of a frame that does not exist.") from error
            self._maps[index] = mapped
        if len(mapped) < size:
            raise DeviceProtocolError("A driver's host announced a frame larger than its memory.")
        return np.frombuffer(memoryview(mapped).toreadonly(), np.uint8, count=size).reshape(shape)

    def wipe(self) -> None:
        """Give the slots' pages back to the system: what they held reads as zeros, also in views still held."""
        for mapped in self._maps:
            if mapped is not None:
                mapped.madvise(mmap.MADV_REMOVE)

    def close(self) -> None:
        """Let go of the memory files. Views still held stay readable until their holder drops them."""
        self._maps = [None] * len(self._fds)
        while self._fds:
            os.close(self._fds.pop())


def shape_of(pixels: Pixels) -> tuple[int, int, int]:
    """(height, width, channels) of an (H, W) or (H, W, C) array."""
    return pixels.shape[0], pixels.shape[1], pixels.shape[2] if pixels.ndim == 3 else 1


def _checked_shape(height: int, width: int, channels: int) -> tuple[int, ...]:
    if height < 1 or width < 1 or channels not in (1, 3) or height * width * channels > FRAME_LIMIT_BYTES:
        raise DeviceProtocolError(f"The driver gave an image of {width} × {height} × {channels}, which none has.")
    return (height, width) if channels == 1 else (height, width, channels)
