"""A read that stays in flight, over a libusb that answers as it is told: what comes, what fails, what is given back."""

from __future__ import annotations

import ctypes
import errno
from types import SimpleNamespace
from typing import Any

import pytest
import usb.core
from usb.backend import libusb1

from drivers.transport.usb_waiting import Kind, WaitingRead

COMPLETED, ERROR, CANCELLED, STALL, NO_DEVICE, OVERFLOW = 0, 1, 3, 4, 5, 6
SOON_S = 0.01


class ToldLibusb:
    """The six functions of libusb that are used. `ends_with` is how the transfer ends next: (status, data), or not."""

    def __init__(self) -> None:
        self.transfer = libusb1._libusb_transfer()
        self.ends_with: tuple[int, bytes] | None = None
        self.gives_back = True
        self.submitted = self.cancelled = self.freed = 0
        self.refusal = 0

    def libusb_alloc_transfer(self, _: int) -> Any:
        return ctypes.pointer(self.transfer)

    def libusb_submit_transfer(self, _: object) -> int:
        self.submitted += not self.refusal
        return self.refusal

    def libusb_cancel_transfer(self, _: object) -> int:
        self.cancelled += 1
        self.ends_with = (CANCELLED, b"") if self.gives_back else None
        return 0

    def libusb_free_transfer(self, _: object) -> None:
        self.freed += 1

    def libusb_handle_events_timeout_completed(self, *_: object) -> int:
        if self.ends_with is not None:
            (status, data), self.ends_with = self.ends_with, None
            ctypes.memmove(self.transfer.buffer, data, len(data))
            self.transfer.status, self.transfer.actual_length = status, len(data)
            self.transfer.callback(ctypes.pointer(self.transfer))
        return 0


@pytest.fixture
def libusb() -> ToldLibusb:
    return ToldLibusb()


def reading(libusb: ToldLibusb, size: int = 64) -> WaitingRead:
    backend = SimpleNamespace(lib=libusb, ctx=None)
    device = SimpleNamespace(_ctx=SimpleNamespace(backend=backend, handle=SimpleNamespace(handle=None)))
    return WaitingRead(device, Kind.INTERRUPT, 0x81, size)


def test_silence_leaves_the_same_read_in_flight_and_what_comes_then_is_heard(libusb: ToldLibusb) -> None:
    waiting = reading(libusb)
    waiting.submit()
    assert [waiting.heard(SOON_S) for _ in range(3)] == [None, None, None]
    libusb.ends_with = (COMPLETED, b"\x56\xaa")
    assert waiting.heard(SOON_S) == b"\x56\xaa"
    assert (libusb.submitted, libusb.cancelled) == (1, 0)


def test_it_may_be_used_again(libusb: ToldLibusb) -> None:
    waiting = reading(libusb)
    for said in (b"one", b"three", b""):
        waiting.submit()
        assert waiting.heard(SOON_S) is None
        libusb.ends_with = (COMPLETED, said)
        assert waiting.heard(SOON_S) == said


@pytest.mark.parametrize(
    ("status", "number"),
    [
        (ERROR, errno.EIO),
        (STALL, errno.EPIPE),
        (NO_DEVICE, errno.ENODEV),
        (OVERFLOW, errno.EOVERFLOW),
        (99, errno.EIO),
    ],
)
def test_what_fails_says_how(libusb: ToldLibusb, status: int, number: int) -> None:
    waiting = reading(libusb)
    waiting.submit()
    libusb.ends_with = (status, b"")
    with pytest.raises(usb.core.USBError) as caught:
        waiting.heard(SOON_S)
    assert caught.value.errno == number


def test_a_device_that_is_gone_is_said_when_it_is_asked(libusb: ToldLibusb) -> None:
    libusb.refusal = -4
    with pytest.raises(usb.core.USBError) as caught:
        reading(libusb).submit()
    assert caught.value.errno == errno.ENODEV


def test_closing_calls_off_what_is_in_flight_and_frees_it_once(libusb: ToldLibusb) -> None:
    waiting = reading(libusb)
    waiting.submit()
    waiting.close()
    waiting.close()
    assert (libusb.cancelled, libusb.freed, waiting.is_closed) == (1, 1, True)


def test_closing_what_has_ended_calls_nothing_off(libusb: ToldLibusb) -> None:
    waiting = reading(libusb)
    waiting.submit()
    libusb.ends_with = (COMPLETED, b"x")
    waiting.heard(SOON_S)
    waiting.close()
    assert (libusb.cancelled, libusb.freed) == (0, 1)


def test_what_never_comes_back_is_never_freed(libusb: ToldLibusb) -> None:
    libusb.gives_back = False
    waiting = reading(libusb)
    waiting.submit()
    waiting.close()
    assert (libusb.cancelled, libusb.freed) == (1, 0)
