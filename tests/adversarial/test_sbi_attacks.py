"""What a scanner's service may try, and the name by which each is refused. Nothing that it said is kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import CameraRequest, FingerprintRequest, PrivatePool
from drivers.errors import DeviceLost, DeviceProtocolError, DeviceTimedOut, DeviceUntrusted, DriverError
from drivers.registry import build_driver
from drivers.sbi.emulator import Kind
from drivers.sbi.iso_picture import Coding
from drivers.sbi.lies import Lie
from drivers.sbi.service import Flood
from tests.unit.drivers.sbi.scanners import client_options, opened

SLAP = FingerprintRequest(positions=("right_index", "right_middle", "right_ring", "right_little"))

SIGNED_BY_NOBODY = (
    Lie.WRONG_SIGNATURE,
    Lie.UNTRUSTED_CERTIFICATE,
    Lie.EXPIRED_CERTIFICATE,
    Lie.UNSIGNED,
    Lie.SYMMETRIC,
    Lie.NO_CERTIFICATE,
    Lie.FOREIGN_CERTIFICATE,
    Lie.CRITICAL_HEADER,
)
IN_A_CAPTURE: list[tuple[Lie, type[DriverError], str]] = [
    *((lie, DeviceUntrusted, "signed is not believed") for lie in SIGNED_BY_NOBODY),
    (Lie.CLOCK_BEHIND, DeviceUntrusted, "five minutes"),
    (Lie.CLOCK_AHEAD, DeviceUntrusted, "five minutes"),
    (Lie.OTHER_TRANSACTION, DeviceUntrusted, "another request"),
    (Lie.OTHER_PURPOSE, DeviceUntrusted, "another purpose"),
    (Lie.OTHER_ENVIRONMENT, DeviceUntrusted, "another scanner"),
    (Lie.OTHER_DEVICE, DeviceUntrusted, "another scanner"),
    (Lie.OTHER_SPEC_VERSION, DeviceProtocolError, "another version"),
    (Lie.OTHER_FINGER, DeviceProtocolError, "another finger"),
    (Lie.MISSING_SCORE, DeviceProtocolError, "quality score"),
    (Lie.IMPOSSIBLE_SCORE, DeviceProtocolError, "quality score"),
    (Lie.BROKEN_CHAIN, DeviceUntrusted, "do not follow"),
    (Lie.NO_HASH, DeviceUntrusted, "do not follow"),
]
AT_OPENING: list[tuple[Lie, str]] = [
    *((lie, "signed is not believed") for lie in SIGNED_BY_NOBODY),
    (Lie.LESSER_LEVEL, "its level is 'L0' and 'L1'"),
    (Lie.CALLBACK_ELSEWHERE, "leads away"),
]


def _take(driver: Any, kind: Kind, *, preview: bool = False) -> list[Any]:
    stop, pool = threading.Event(), PrivatePool()
    if kind is Kind.FACE:
        return list(driver.stream(CameraRequest(frame_limit=1, preview_width=320 * preview), pool, stop))
    return list(driver.acquire(FingerprintRequest(preview=True) if preview else SLAP, pool, stop))


@pytest.mark.parametrize("kind", [Kind.SLAP, Kind.FACE])
@pytest.mark.parametrize(("lie", "error", "why"), IN_A_CAPTURE, ids=[lie for lie, *_ in IN_A_CAPTURE])
def test_a_lie_in_a_capture_is_refused(
    lie: Lie, error: type[DriverError], why: str, kind: Kind, tmp_path: Path
) -> None:
    with opened(tmp_path, kind, lie=lie, coding=Coding.RAW) as driver, pytest.raises(error, match=why) as caught:
        _take(driver, kind)
    assert type(caught.value) is error


@pytest.mark.parametrize(("lie", "why"), AT_OPENING, ids=[lie for lie, _ in AT_OPENING])
def test_a_lie_about_itself_is_refused_at_opening(lie: Lie, why: str, tmp_path: Path) -> None:
    with (
        pytest.raises(DeviceUntrusted, match=why),
        opened(tmp_path, Kind.SLAP, lie=lie, while_opening=True),
    ):
        pass


def test_who_trusts_nobody_believes_nobody(tmp_path: Path) -> None:
    with pytest.raises(DeviceUntrusted, match="trusts nobody"), opened(tmp_path, Kind.SLAP, {"trust": ""}):
        pass


@pytest.mark.parametrize("flood", [Flood.HUGE_BODY, Flood.ENDLESS_BODY, Flood.NESTED_BODY])
def test_a_flood_in_place_of_an_answer_is_refused(flood: Flood, tmp_path: Path) -> None:
    with opened(tmp_path, Kind.SLAP, flood=flood) as driver, pytest.raises(DeviceProtocolError):
        _take(driver, Kind.SLAP)


@pytest.mark.parametrize("kind", [Kind.SLAP, Kind.FACE])
def test_live_pictures_that_never_begin_are_refused(kind: Kind, tmp_path: Path) -> None:
    with opened(tmp_path, kind, flood=Flood.ENDLESS_STREAM) as driver, pytest.raises(DeviceProtocolError):
        _take(driver, kind, preview=True)


@contextmanager
def saying(said: bytes, *, endlessly: bytes = b"", then_silent: bool = False) -> Iterator[int]:
    """A service that says these bytes whatever it is asked; its port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            server.settimeout(0.1)
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5.0)
                        # To the end of its body: what is left unread would reset the connection under the answer.
                        heard = b""
                        while not heard.endswith(b"}") and (more := connection.recv(65536)):
                            heard += more
                        connection.sendall(said)
                        while endlessly and not over.is_set():
                            connection.sendall(endlessly)
                        if then_silent:
                            over.wait()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


OK = b"HTTP/1.1 200 OK\r\n"
NO_SERVICE: list[tuple[str, dict[str, Any], type[DriverError]]] = [
    ("no HTTP", {"said": b"SSH-2.0-OpenSSH_9.2\r\n"}, DeviceProtocolError),
    ("nothing", {"said": b""}, DeviceLost),
    ("half a status", {"said": b"HTTP/1.1 20"}, DeviceProtocolError),
    ("a redirection", {"said": b"HTTP/1.1 302 Found\r\nLocation: http://198.51.100.7/\r\n\r\n"}, DeviceProtocolError),
    ("a refusal", {"said": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}, DeviceProtocolError),
    ("half a body", {"said": OK + b"Content-Length: 50\r\n\r\n[{"}, DeviceLost),
    ("a negative length", {"said": OK + b"Content-Length: -5\r\n\r\n[{"}, DeviceProtocolError),
    ("no JSON", {"said": OK + b"\r\n<html>"}, DeviceProtocolError),
    ("no UTF-8", {"said": OK + b'\r\n["\xff\xfe"]'}, DeviceProtocolError),
    ("no array", {"said": OK + b"\r\n{}"}, DeviceProtocolError),
    ("no devices in it", {"said": OK + b"\r\n[7, null]"}, DeviceProtocolError),
    ("a bad chunk", {"said": OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"}, DeviceLost),
    ("an endless header", {"said": OK, "endlessly": b"X" * 65536}, DeviceProtocolError),
    ("endless headers", {"said": OK, "endlessly": b"A: b\r\n" * 1000}, DeviceProtocolError),
    ("an endless body", {"said": OK + b"\r\n", "endlessly": b"[" * 65536}, DeviceProtocolError),
]


@pytest.mark.parametrize(("what", "service", "error"), NO_SERVICE, ids=[what for what, *_ in NO_SERVICE])
def test_what_is_no_service_is_refused(
    what: str, service: dict[str, Any], error: type[DriverError], tmp_path: Path
) -> None:
    with saying(**service) as port:
        driver = build_driver("sbi-fingerprint", client_options(tmp_path, port))
        with pytest.raises(error) as caught:
            driver.open()
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "service",
    [
        {"said": OK + b"Content-Length: 5\r\n\r\n[", "then_silent": True},
        {"said": b"HTTP/1.1 100 Continue\r\n\r\n", "endlessly": b"HTTP/1.1 100 Continue\r\n\r\n"},
    ],
    ids=["half an answer, then silence", "never the answer itself"],
)
def test_who_keeps_us_waiting_is_left_at_the_deadline(service: dict[str, Any], tmp_path: Path) -> None:
    with saying(**service) as port:
        driver = build_driver("sbi-fingerprint", client_options(tmp_path, port))
        with pytest.raises(DeviceTimedOut):
            driver.open()
