"""One device and whoever wants it at once: a capture, a client that reads no more, and the end of the service."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from drivers.contracts import (
    Contract,
    DeviceIdentity,
    FingerprintReader,
    FingerprintRequest,
    Frame,
    FramePool,
    Stop,
)
from drivers.errors import CaptureCancelled, DeviceBusy
from drivers.sbi import offered, service
from drivers.sbi.answering import Honest
from drivers.sbi.messages import FINGER
from drivers.sbi.offered import DriverSensor, Offer, Taken, offer_of
from drivers.sbi.positions import finger_named
from drivers.sbi.service import SbiService, ServiceSettings
from tests.unit.drivers.sbi.makers import authority, noise

SOON_S = 0.2
LONG_S = 60.0
THUMB = finger_named("Right Thumb")


class Reader:
    """Previews are endless, `shows` or not; a capture waits until `placed`, then is inside for one step more.

    `misused` is what must never happen: closed, or asked for something, while something else was going on.
    """

    def __init__(self, *, shows: bool = True, placed: bool = True) -> None:
        self.shows = shows
        self.placed = threading.Event()
        self.last_step: Callable[[], object] = lambda: None
        self.inside, self.shown = threading.Event(), threading.Event()
        self.closed = 0
        self.misused: list[str] = []
        self._open = 0
        if placed:
            self.placed.set()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        if self._open:
            self.misused.append("asked while it was at something else")
        self._open += 1
        try:
            yield from self._previews(stop) if request.preview else self._print(stop)
        finally:
            self._open -= 1
            self.inside.clear()

    def close(self) -> None:
        self.closed += 1
        if self._open:
            self.misused.append("closed while it was in use")

    def _previews(self, stop: Stop) -> Iterator[Frame]:
        while not stop.wait(0.01):
            if self.shows:
                self.shown.set()
                yield Frame(pixels=noise(1000, 1000), sequence=0, captured_monotonic_ns=0, preview=True)
        raise CaptureCancelled

    def _print(self, stop: Stop) -> Iterator[Frame]:
        self.inside.set()
        while not self.placed.is_set():
            if stop.wait(0.01):
                self.last_step()
                raise CaptureCancelled
        yield Frame(pixels=noise(200, 200), sequence=0, captured_monotonic_ns=0, resolution_ppi=500)


def sensor_of(reader: Reader) -> DriverSensor:
    return DriverSensor(cast("FingerprintReader", reader), FINGER, lambda _: 61.5)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def take(sensor: DriverSensor, timeout_s: float, stop: Stop) -> list[Taken]:
    assert THUMB is not None
    return sensor.take([THUMB], timeout_s, stop)


@pytest.mark.parametrize("timeout_s", [0.0, LONG_S])
def test_whoever_takes_no_more_pictures_holds_up_no_capture(executor: ThreadPoolExecutor, timeout_s: float) -> None:
    reader, stop = Reader(), threading.Event()
    sensor = sensor_of(reader)
    pictures = sensor.look(stop)
    next(pictures)
    taking = executor.submit(take, sensor, timeout_s, stop)
    try:
        assert len(taking.result(30)) == 1
        assert next(pictures).shape == (1000, 1000), "and then they go on"
    finally:
        pictures.close()
    assert take(sensor, timeout_s, stop)
    assert reader.misused == []


def test_live_pictures_that_wait_for_a_finger_give_way(executor: ThreadPoolExecutor) -> None:
    reader, stop = Reader(shows=False), threading.Event()
    sensor = sensor_of(reader)
    pictures = sensor.look(stop)
    looking = executor.submit(next, pictures, None)
    with pytest.raises(NotYet):
        looking.result(SOON_S)
    try:
        assert executor.submit(take, sensor, LONG_S, stop).result(30)
    finally:
        stop.set()
    assert looking.result(30) is None
    assert reader.misused == []


def test_a_second_one_who_looks_waits_until_the_first_has_left(executor: ThreadPoolExecutor) -> None:
    reader, stop = Reader(), threading.Event()
    sensor = sensor_of(reader)
    first, second = sensor.look(stop), sensor.look(stop)
    next(first)
    looking = executor.submit(next, second)
    try:
        with pytest.raises(NotYet):
            looking.result(SOON_S)
        first.close()
        assert looking.result(30).shape == (1000, 1000)
    finally:
        stop.set()
    second.close()
    assert reader.misused == []


def test_a_capture_waits_for_another_no_longer_than_it_may(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offered, "_GIVES_WAY_S", SOON_S)
    reader, stop, second_stop = Reader(placed=False), threading.Event(), threading.Event()
    sensor = sensor_of(reader)
    first = executor.submit(take, sensor, LONG_S, stop)
    try:
        assert reader.inside.wait(30)
        with pytest.raises(DeviceBusy):
            executor.submit(take, sensor, SOON_S, second_stop).result(30)
        second = executor.submit(take, sensor, LONG_S, second_stop)
        with pytest.raises(NotYet):
            second.result(SOON_S)
        second_stop.set()
        with pytest.raises(CaptureCancelled):
            second.result(30)
        assert not first.done()
    finally:
        reader.placed.set()
    assert first.result(30)
    assert reader.misused == []


def test_letting_go_ends_what_was_shown_and_nothing_that_hangs(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offered, "_LETS_GO_S", SOON_S)
    reader, stop = Reader(placed=False), threading.Event()
    sensor = sensor_of(reader)
    taking = executor.submit(take, sensor, LONG_S, stop)
    assert reader.inside.wait(30)
    sensor.close()
    assert reader.closed == 0
    reader.placed.set()
    assert taking.result(30)
    pictures = sensor.look(stop)
    next(pictures)
    sensor.close()
    assert (reader.closed, reader.misused) == (1, [])


def served(reader: Reader) -> tuple[Offer, SbiService]:
    own = cast("FingerprintReader", reader)
    identity = DeviceIdentity(vendor="claim-kiosk", model="Reader", serial_number="1")
    offer = offer_of(own, identity, Contract.FINGERPRINT_READER, lambda _: 61.5, datetime.now(UTC))
    return offer, SbiService(ServiceSettings(offers=[offer], manner=Honest(authority().signer())))


def asked(port: int, method: str, path: str, body: dict[str, Any]) -> socket.socket:
    """The connection, on which nothing has been read yet."""
    connection = socket.socket()
    # Small, so that a client that does not read is soon felt.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", port))
    said = json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(said)}\r\n\r\n"
    connection.sendall(head.encode() + said)
    return connection


def asked_to_show(offer: Offer, port: int) -> socket.socket:
    size = {"width": 1, "height": 1}
    wanted = {"deviceId": offer.device_id, "deviceSubId": 0, "timeout": 10000, "dimensions": size}
    return asked(port, "STREAM", "/stream", wanted)


def asked_to_take(offer: Offer, port: int) -> socket.socket:
    bio = {
        "type": "Finger",
        "count": "1",
        "bioSubType": ["Right Thumb"],
        "exception": [],
        "requestedScore": "40",
        "deviceId": offer.device_id,
        "deviceSubId": "0",
        "previousHash": "",
    }
    request = {
        "env": "Developer",
        "purpose": "Registration",
        "specVersion": "0.9.5",
        "timeout": "60000",
        "captureTime": "2026-01-01T00:00:00Z",
        "transactionId": "1234",
        "bio": [bio],
    }
    return asked(port, "RCAPTURE", "/capture", request)


def all_of(connection: socket.socket) -> bytes:
    said = bytearray()
    while piece := connection.recv(65536):
        said += piece
    return bytes(said)


def test_a_client_that_reads_no_more_holds_up_no_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    # However long a client is waited for, and not by that wait's end.
    monkeypatch.setattr(service._Handler, "timeout", LONG_S)
    reader = Reader()
    offer, serving = served(reader)
    with serving, asked_to_show(offer, serving.port) as stalled:
        assert stalled.recv(1)
        assert reader.shown.wait(30)
        while reader.shown.wait(SOON_S):
            reader.shown.clear()
        with asked_to_take(offer, serving.port) as taking:
            assert b'"errorCode":"0"' in all_of(taking).replace(b" ", b"")
    assert reader.misused == []


def test_the_service_ends_once_nobody_is_inside_the_driver() -> None:
    reader, leaves = Reader(placed=False), threading.Event()
    # What a driver does between two looks at its stop.
    reader.last_step = lambda: leaves.wait(SOON_S)
    offer, serving = served(reader)
    with serving, asked_to_take(offer, serving.port):
        assert reader.inside.wait(30)
        serving.close()
        reader.close()
    assert reader.misused == []


def test_the_service_does_not_wait_for_ever_and_a_driver_that_hangs_is_not_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "_ENDING_S", SOON_S)
    monkeypatch.setattr(offered, "_LETS_GO_S", SOON_S)
    reader, leaves = Reader(placed=False), threading.Event()
    reader.last_step = lambda: leaves.wait(LONG_S)
    offer, serving = served(reader)
    try:
        with serving, asked_to_take(offer, serving.port):
            assert reader.inside.wait(30)
            serving.close()
            offer.sensor.close()
            assert reader.closed == 0
    finally:
        leaves.set()


def test_whoever_says_nothing_or_reads_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service._Handler, "timeout", LONG_S)
    reader = Reader()
    offer, serving = served(reader)
    with socket.create_connection(("127.0.0.1", serving.port)), asked_to_show(offer, serving.port) as stalled:
        assert stalled.recv(1)
        serving.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "sbi-answer"]
    offer.sensor.close()
    assert (reader.closed, reader.misused) == (1, [])
