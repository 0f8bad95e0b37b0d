"""A read that stays with the device until it is answered: pyusb has only reads that end by their time-out.

A read that times out is taken back from the device and given to it again. What the device says in between may go with
the one that was taken back, and a reader says only once that it is awake or that a finger has come; an image on which
the time-out falls comes in two halves.

libusb is called through the handle that pyusb holds. Not responsible for what is heard, nor for threads.
"""

from __future__ import annotations

import ctypes
import errno
import time
from contextlib import suppress
from enum import IntEnum
from typing import Any, Final

import usb.core
from usb.backend import libusb1

_COMPLETED, _CANCELLED = 0, 3
_ERRNO_BY_STATUS: Final = {1: errno.EIO, 2: errno.ETIMEDOUT, 4: errno.EPIPE, 5: errno.ENODEV, 6: errno.EOVERFLOW}
"""libusb's enum libusb_transfer_status; what is in neither is an input/output error."""
_INTERRUPTED: Final = -10
"""libusb's LIBUSB_ERROR_INTERRUPTED: a signal came while it waited. Python has it handled; the wait is not over."""
_CALLED_OFF_S: Final = 0.5
_never_came_back: list[WaitingRead] = []
"""Kept as long as the process lives, with the memory that libusb may still write into."""


class Kind(IntEnum):
    """libusb's enum libusb_transfer_type."""

    BULK = 2
    INTERRUPT = 3


class _TimeVal(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_usec", ctypes.c_long))


class WaitingRead:
    """One transfer, which may be used again and again; for one thread at a time. The device must be claimed.

    Raises nothing but `usb.core.USBError`; closing raises nothing.
    """

    def __init__(self, device: usb.core.Device, kind: Kind, endpoint: int, size: int) -> None:
        # pyusb gives nobody its handle, and a second one could not read from an interface that the first has claimed.
        backend, handle = device._ctx.backend, device._ctx.handle  # noqa: SLF001
        self._lib, self._ctx = backend.lib, backend.ctx
        self._buffer = ctypes.create_string_buffer(size)
        self._over = ctypes.c_int(0)
        # Kept here: libusb calls it for as long as the transfer lives.
        self._callback = libusb1._libusb_transfer_cb_fn_p(self._note)  # noqa: SLF001
        self._transfer: Any = self._lib.libusb_alloc_transfer(0)
        if not self._transfer:
            raise usb.core.USBError("no memory for a transfer", errno=errno.ENOMEM)
        self._fill(handle.handle, kind, endpoint, size)
        self._in_flight = False

    @property
    def is_closed(self) -> bool:
        return self._transfer is None

    def submit(self) -> None:
        """From now on the device may answer. Once it has, it is to be submitted again."""
        self._over.value = 0
        _check(self._lib.libusb_submit_transfer(self._transfer))
        self._in_flight = True

    def heard(self, wait_s: float) -> bytes | None:
        """What the device said; None if it said nothing within `wait_s`, and the read goes on."""
        if not self._is_over(wait_s):
            return None
        self._in_flight = False
        status = int(self._transfer.contents.status)
        if status == _COMPLETED:
            return self._buffer.raw[: self._transfer.contents.actual_length]
        if status == _CANCELLED:
            return None
        raise usb.core.USBError("a read failed", errno=_ERRNO_BY_STATUS.get(status, errno.EIO))

    def close(self) -> None:
        """Called off and given back; may be called twice. What is not known to be over is kept, and not freed."""
        if self._transfer is None:
            return
        try:
            if self._in_flight:
                self._call_off()
        finally:
            # Also when libusb refuses to say: it may still write into what nobody else would hold.
            if self._in_flight:
                _never_came_back.append(self)
            else:
                self._lib.libusb_free_transfer(self._transfer)
            self._transfer = None

    def _call_off(self) -> None:
        self._lib.libusb_cancel_transfer(self._transfer)
        with suppress(usb.core.USBError):
            self._in_flight = not self._is_over(_CALLED_OFF_S)

    def _fill(self, handle: object, kind: Kind, endpoint: int, size: int) -> None:
        transfer = self._transfer.contents
        transfer.dev_handle = handle
        transfer.flags = 0
        transfer.endpoint = endpoint
        transfer.type = kind
        transfer.timeout = 0
        transfer.length = size
        transfer.callback = self._callback
        transfer.buffer = ctypes.addressof(self._buffer)

    def _note(self, _transfer: object) -> None:
        """From whichever thread libusb is in."""
        self._over.value = 1

    def _is_over(self, wait_s: float) -> bool:
        deadline = time.monotonic() + wait_s
        while not self._over.value and (left_s := deadline - time.monotonic()) > 0:
            # It returns early for whatever else libusb has in flight.
            wait, over = _TimeVal(int(left_s), int(left_s % 1 * 1e6)), ctypes.byref(self._over)
            answer = self._lib.libusb_handle_events_timeout_completed(self._ctx, ctypes.byref(wait), over)
            if answer != _INTERRUPTED:
                _check(answer)
        return bool(self._over.value)


def _check(answer: int) -> None:
    if answer < 0:
        raise usb.core.USBError("libusb refused", answer, libusb1._libusb_errno.get(answer, errno.EIO))  # noqa: SLF001
