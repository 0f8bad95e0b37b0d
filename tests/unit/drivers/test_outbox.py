"""Who waits for whom: a camera never waits and loses old frames, every other device waits and loses none."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from drivers.contracts import Frame
from drivers.messages import FrameReady
from drivers.outbox import Outbox
from drivers.shared_frames import SharedSlots, create_slots


@pytest.fixture
def slots() -> Iterator[SharedSlots]:
    fds = create_slots()
    yield SharedSlots(fds)
    for fd in fds:
        os.close(fd)


def frame(number: int, *, preview: bool = False) -> Frame:
    pixels = np.full((2, 2), number, np.uint8)
    return Frame(pixels=pixels, sequence=number, captured_monotonic_ns=number, preview=preview)


def offer_in_turn(outbox: Outbox, count: int, stop: threading.Event) -> threading.Thread:
    def work() -> None:
        for number in range(count):
            outbox.offer(frame(number), stop)

    driver = threading.Thread(target=work)
    driver.start()
    return driver


def test_of_a_cameras_frames_the_newest_wins_and_the_others_are_counted(slots: SharedSlots) -> None:
    sent: list[FrameReady] = []
    outbox = Outbox(1, slots, sent.append, newest_wins=True)
    for number in range(6):
        outbox.offer(frame(number), threading.Event())
    assert [message.sequence for message in sent] == [0]
    outbox.release(sent[0].slot)
    assert [message.sequence for message in sent] == [0, 5]
    assert outbox.dropped == sent[1].dropped == 4


def test_nothing_is_sent_while_the_daemon_holds_a_frame(slots: SharedSlots) -> None:
    sent: list[FrameReady] = []
    outbox = Outbox(1, slots, sent.append, newest_wins=True)
    outbox.offer(frame(0), threading.Event())
    outbox.offer(frame(1), threading.Event())
    outbox.release(sent[0].slot + 1)
    assert [message.sequence for message in sent] == [0]


def test_every_other_device_waits_for_its_taker(slots: SharedSlots) -> None:
    sent: list[FrameReady] = []
    arrived = threading.Semaphore(0)

    def send(message: FrameReady) -> None:
        sent.append(message)
        arrived.release()

    outbox = Outbox(1, slots, send, newest_wins=False)
    stop = threading.Event()
    driver = offer_in_turn(outbox, 5, stop)
    for number in range(5):
        assert arrived.acquire(timeout=10)
        outbox.release(sent[number].slot)
    driver.join(10)
    assert [message.sequence for message in sent] == [0, 1, 2, 3, 4]
    assert outbox.dropped == 0


def test_a_waiting_driver_goes_on_when_it_is_stopped(slots: SharedSlots) -> None:
    outbox = Outbox(1, slots, lambda message: None, newest_wins=False)
    stop = threading.Event()
    driver = offer_in_turn(outbox, 3, stop)
    stop.set()
    driver.join(10)
    assert not driver.is_alive()


def test_a_still_is_lost_to_no_preview_and_goes_before_those_that_follow_it(slots: SharedSlots) -> None:
    sent: list[FrameReady] = []
    outbox, stop = Outbox(1, slots, sent.append, newest_wins=True), threading.Event()
    for number in range(9):
        pixels = slots.take(2, 2)
        pixels[...] = number
        preview = number != 3
        outbox.offer(Frame(pixels=pixels, sequence=number, captured_monotonic_ns=number, preview=preview), stop)
    for _ in range(3):
        outbox.release(sent[-1].slot)
    assert [(message.sequence, message.preview) for message in sent] == [(0, True), (3, False), (8, True)]
    assert outbox.dropped == 6


def test_of_two_stills_that_wait_the_newer_wins(slots: SharedSlots) -> None:
    sent: list[FrameReady] = []
    outbox, stop = Outbox(1, slots, sent.append, newest_wins=True), threading.Event()
    for number, preview in enumerate([True, False, True, False, True]):
        outbox.offer(frame(number, preview=preview), stop)
    for _ in range(3):
        outbox.release(sent[-1].slot)
    assert [message.sequence for message in sent] == [0, 3, 4]
