"""A read that stays in flight, over a libusb that answers as it is told: what comes, what fails, what is given back."""

from __future__ import annotations

import ctypes
import errno
import gc
import signal
import threading
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import usb.core
from usb.backend import libusb1

from drivers.transport import usb_waiting
from drivers.transport.usb import PyUsbLink
from drivers.transport.usb_waiting import Kind, WaitingRead

INTERRUPTED, OTHER = -10, -99
COMPLETED, ERROR, CANCELLED, STALL, NO_DEVICE, OVERFLOW = 0, 1, 3, 4, 5, 6
SOON_S = 0.01


class ToldLibusb:
    """The functions of libusb that are used. `ends_with` is how the transfer ends next: (status, data), or not.

    `answers` is what handling events answers first, each once; `always` is what it answers after that.
    """

    def __init__(self) -> None:
        self.transfer = libusb1._libusb_transfer()
        self.ends_with: tuple[int, bytes] | None = None
        self.gives_back = True
        self.submitted = self.cancelled = self.freed = 0
        self.refusal = 0
        self.answers: list[int] = []
        self.always = 0

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
        if answer := self.answers.pop(0) if self.answers else self.always:
            return answer
        if self.ends_with is not None:
            (status, data), self.ends_with = self.ends_with, None
            ctypes.memmove(self.transfer.buffer, data, len(data))
            self.transfer.status, self.transfer.actual_length = status, len(data)
            self.transfer.callback(ctypes.pointer(self.transfer))
        return 0


@pytest.fixture
def libusb() -> ToldLibusb:
    return ToldLibusb()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[WaitingRead]:
    """What is kept for ever, for as long as the test."""
    reads: list[WaitingRead] = []
    monkeypatch.setattr(usb_waiting, "_never_came_back", reads)
    return reads


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


def test_what_never_comes_back_is_never_freed(libusb: ToldLibusb, kept: list[WaitingRead]) -> None:
    libusb.gives_back = False
    waiting = reading(libusb)
    waiting.submit()
    waiting.close()
    assert (libusb.cancelled, libusb.freed, kept) == (1, 0, [waiting])


def test_a_signal_ends_no_wait(libusb: ToldLibusb) -> None:
    libusb.answers = [INTERRUPTED, INTERRUPTED]
    waiting = reading(libusb)
    waiting.submit()
    libusb.ends_with = (COMPLETED, b"x")
    assert waiting.heard(30.0) == b"x"
    waiting.submit()
    libusb.answers = [INTERRUPTED]
    waiting.close()
    assert (libusb.cancelled, libusb.freed) == (1, 1)


@pytest.mark.parametrize("answer", [INTERRUPTED, OTHER])
def test_what_libusb_will_not_speak_of_is_kept_with_its_memory(
    libusb: ToldLibusb, kept: list[WaitingRead], answer: int
) -> None:
    libusb.always = answer
    waiting = reading(libusb)
    waiting.submit()
    memory, closed = weakref.ref(waiting), waiting.close
    closed()
    closed()
    del waiting, closed
    gc.collect()
    assert (libusb.cancelled, libusb.freed) == (1, 0)
    assert memory() is not None
    assert len(kept) == 1


def test_a_failure_of_libusbs_is_told_to_whoever_waits(libusb: ToldLibusb, kept: list[WaitingRead]) -> None:
    libusb.always = OTHER
    waiting = reading(libusb)
    waiting.submit()
    with pytest.raises(usb.core.USBError):
        waiting.heard(SOON_S)
    waiting.close()
    assert kept == [waiting]


class Claimed:
    """As much of pyusb's device as a link needs, over a libusb that is told what to answer."""

    def __init__(self, libusb: ToldLibusb) -> None:
        backend = SimpleNamespace(lib=libusb, ctx=None)
        self._ctx = SimpleNamespace(backend=backend, handle=SimpleNamespace(handle=None))


@pytest.fixture
def link(libusb: ToldLibusb, monkeypatch: pytest.MonkeyPatch) -> Iterator[PyUsbLink]:
    for name in ("claim_interface", "release_interface", "dispose_resources"):
        monkeypatch.setattr(usb.util, name, lambda *_: None)
    link = PyUsbLink(Claimed(libusb), 0)
    yield link
    link.close()


def test_a_link_that_is_closed_frees_or_keeps_every_read(
    link: PyUsbLink, libusb: ToldLibusb, kept: list[WaitingRead]
) -> None:
    link.queue_read(0x81, 64)
    libusb.always = OTHER
    link.close()
    assert (libusb.cancelled, libusb.freed, len(kept)) == (1, 0, 1)


def test_a_listener_lives_through_signals(link: PyUsbLink, libusb: ToldLibusb) -> None:
    libusb.answers = [INTERRUPTED] * 3
    libusb.ends_with = (COMPLETED, b"awake")
    assert link.listen(0x81, 64).next(30.0) == b"awake"


class RealWait(ToldLibusb):
    """The waiting is libusb's own; nothing is submitted, so nothing ever comes."""

    def __init__(self, real: Any) -> None:
        super().__init__()
        self._real = real
        self.interrupted = 0

    def libusb_handle_events_timeout_completed(self, *asked: object) -> int:
        answer = int(self._real.lib.libusb_handle_events_timeout_completed(self._real.ctx, *asked[1:]))
        self.interrupted += answer == INTERRUPTED
        return answer


def test_a_real_signal_ends_no_real_wait() -> None:
    real = libusb1.get_backend()
    if real is None:
        pytest.skip("libusb is not installed")
    libusb = RealWait(real)
    waiting = reading(libusb)
    waiting.submit()
    heard: list[object] = []
    over, leave = threading.Event(), threading.Event()

    def wait() -> None:
        try:
            heard.append(waiting.heard(0.5))
        except usb.core.USBError as error:
            heard.append(error)
        over.set()
        # A signal for a thread that has ended would be for nobody.
        leave.wait(30)

    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    thread = threading.Thread(target=wait)
    try:
        thread.start()
        while not over.wait(0.02):
            assert thread.ident is not None
            signal.pthread_kill(thread.ident, signal.SIGUSR1)
    finally:
        leave.set()
        thread.join(30)
        signal.signal(signal.SIGUSR1, before)
    assert libusb.interrupted
    assert heard == [None]
