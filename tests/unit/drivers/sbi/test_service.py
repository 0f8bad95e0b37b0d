"""The service from outside: what it refuses, and our own drivers behind it."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import FingerprintRequest, PrivatePool
from drivers.registry import build_driver
from drivers.sbi.answering import Honest
from drivers.sbi.emulator import Emulation, Kind, emulated
from drivers.sbi.messages import FACE, FINGER
from drivers.sbi.offered import DriverSensor, Offer, described
from drivers.sbi.service import SbiService, ServiceSettings
from tests.unit.drivers.sbi.makers import authority
from tests.unit.drivers.sbi.scanners import client_options, driver_id


@pytest.fixture
def service() -> Iterator[SbiService]:
    with emulated(Emulation(kind=Kind.SLAP, authority=authority())) as emulator:
        yield emulator


def _ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        said = response.read()
        return response.status, json.loads(said) if response.status == 200 else None
    finally:
        connection.close()


def _request(**changes: Any) -> dict[str, Any]:
    bio = {
        "type": "Finger",
        "count": "1",
        "bioSubType": ["Right Thumb"],
        "exception": [],
        "requestedScore": "40",
        "deviceId": "Slap-1",
        "deviceSubId": "3",
        "previousHash": "",
    }
    return {
        "env": "Developer",
        "purpose": "Registration",
        "specVersion": "0.9.5",
        "timeout": "3000",
        "captureTime": "2026-01-01T00:00:00Z",
        "transactionId": "1234",
        "bio": [bio | changes.pop("bio", {})],
    } | changes


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, "0"),
        ({"transactionId": "123"}, "112"),
        ({"transactionId": "a b c d"}, "112"),
        ({"transactionId": "x" * 51}, "112"),
        ({"bio": {"deviceId": "another"}}, "202"),
        ({"bio": {"type": "Face"}}, "109"),
        ({"bio": {"count": "2"}}, "109"),
        ({"bio": {"bioSubType": ["Right Toe"]}}, "109"),
        ({"bio": {"bioSubType": []}}, "109"),
        ({"bio": {"deviceSubId": "9"}}, "109"),
        ({"bio": {"previousHash": "none"}}, "112"),
        ({"purpose": "Auth"}, "500"),
        ({"specVersion": "9.9.9"}, "500"),
        ({"env": "Production"}, "500"),
        ({"timeout": "-5"}, "0"),
    ],
    ids=str,
)
def test_a_capture_is_answered_by_number(service: SbiService, changes: dict[str, Any], number: str) -> None:
    status, answer = _ask(service.port, "RCAPTURE", "/capture", _request(**changes))
    assert status == 200
    assert answer["biometrics"][0]["error"]["errorCode"] == number


@pytest.mark.parametrize("body", [None, [], "x", {"bio": 7}, {"bio": []}], ids=str)
def test_what_is_no_request_is_answered_by_number(service: SbiService, body: Any) -> None:
    assert _ask(service.port, "RCAPTURE", "/capture", body)[1]["biometrics"][0]["error"]["errorCode"] == "112"
    assert _ask(service.port, "STREAM", "/stream", body)[1]["error"]["errorCode"] == "202"
    assert _ask(service.port, "MOSIPDISC", "/device", body)[1][0]["error"]["errorCode"] == "202"


@pytest.mark.parametrize(("wanted", "found"), [("Biometric Device", 1), ("Finger", 1), ("Face", 0), ("Iris", 0)])
def test_only_the_kind_asked_for_is_offered(service: SbiService, wanted: str, found: int) -> None:
    offers = _ask(service.port, "MOSIPDISC", "/device", {"type": wanted})[1]
    assert sum("deviceId" in offer for offer in offers) == found


def test_captures_for_authentication_are_not_offered(service: SbiService) -> None:
    answer = _ask(service.port, "CAPTURE", "/capture", _request())[1]
    assert answer["biometrics"][0]["error"]["errorCode"] == "108"


def test_what_a_browser_or_a_stranger_would_send_is_refused(service: SbiService) -> None:
    assert _ask(service.port, "MOSIPDINFO", "/info", Host="evil.example")[0] == 421
    assert _ask(service.port, "MOSIPDINFO", "/info", Host=f"localhost:{service.port}")[0] == 200
    assert _ask(service.port, "OPTIONS", "/capture")[0] == 501
    assert _ask(service.port, "GET", "/info")[0] == 501
    assert _ask(service.port, "MOSIPDINFO", "/other")[0] == 404
    assert _ask(service.port, "RCAPTURE", "/capture", "x" * 70_000)[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.putrequest("RCAPTURE", "/capture")
    connection.putheader("Content-Length", "1e3")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@contextmanager
def offering(driver: Any, kind: str) -> Iterator[int]:
    """One of our own drivers behind the service; its port."""
    driver.open()
    digital_id = described(
        kind, "Single" if kind == FINGER else "Full face", "claim-kiosk", "Simulated", "1", "2026-01-01T00:00:00Z"
    )
    offer = Offer(digital_id, DriverSensor(driver, kind, lambda _: 61.5))
    try:
        with SbiService(ServiceSettings(offers=[offer], manner=Honest(authority().signer()))) as service:
            yield service.port
    finally:
        driver.close()


@pytest.mark.parametrize(
    ("own", "kind"), [("simulated-fingerprint", FINGER), ("simulated-camera", FACE)], ids=["finger", "face"]
)
def test_our_own_devices_can_be_offered(own: str, kind: str, tmp_path: Path) -> None:
    with offering(build_driver(own, {"seed": 7}), kind) as port:
        client: Any = build_driver(
            driver_id(Kind.FACE if kind == FACE else Kind.SINGLE), client_options(tmp_path, port)
        )
        identity = client.open()
        assert (identity.simulated, identity.certification) == (True, "L1")
        if kind == FINGER:
            taken = client.acquire(FingerprintRequest(position="right_index"), PrivatePool(), threading.Event())
            assert [(frame.position, frame.resolution_ppi) for frame in taken] == [("right_index", 500)]


def test_live_pictures_make_way_for_a_capture_and_go_on(tmp_path: Path) -> None:
    with offering(build_driver("simulated-fingerprint", {"seed": 7}), FINGER) as port:
        client: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
        client.open()
        live = client.acquire(FingerprintRequest(preview=True), PrivatePool(), threading.Event())
        assert next(live).preview
        (print_,) = client.acquire(FingerprintRequest(timeout_s=30.0), PrivatePool(), threading.Event())
        assert not print_.preview
        assert next(live).preview
        live.close()


def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    command = [sys.executable, "-m", "drivers.sbi.emulator", "--kind", "single", "--port", "0"]
    process = subprocess.Popen([*command, "--trust-out", str(root)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        options = {"port": int(process.stdout.readline()), "trust": str(root), "env": "Developer"}
        client: Any = build_driver("sbi-fingerprint", options)
        client.open()
        assert list(client.acquire(FingerprintRequest(position="left_thumb"), PrivatePool(), threading.Event()))
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout is not None
        process.stdout.close()
