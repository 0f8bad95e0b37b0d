"""Every message on the wire, of either side, by MOSIP's own schemas (compliance toolkit, MPL-2.0, in the shared data).

Their answers' schemas describe what the toolkit has decoded (`dataDecoded` and its like), so it is decoded here too;
they check the first element of an array only, so each is put first in turn.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drivers.contracts import CameraRequest, FingerprintRequest, PrivatePool
from drivers.errors import DriverError
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.registry import build_driver
from drivers.sbi.client import device_infos, discover
from drivers.sbi.emulator import Emulation, Kind, emulated
from drivers.sbi.jws import from_base64url
from tests.unit.drivers.sbi.makers import authority
from tests.unit.drivers.sbi.scanners import client_options, driver_id
from tests.unit.drivers.sbi.tap import Tap, tapped

pytestmark = pytest.mark.shared
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TIMES = {"dateTime", "timestamp", "captureTime"}


@pytest.fixture(scope="module")
def schemas(shared_data: Path) -> Path:
    return shared_data / "sbi-schemas"


def _validate(schemas: Path, name: str, message: Any) -> None:
    schema = json.loads((schemas / f"{name}Schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft201909Validator(schema).validate(message)
    for time in _times_in(message):
        assert _TIME.fullmatch(time), "the schemas' date-time is wider than what they say of it"


def _times_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (member for name, member in value.items() if name in _TIMES)
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _times_in(member)


def _payload(token: str) -> Any:
    return json.loads(from_base64url(token.split(".")[1]))


def _said(kind: Kind, directory: Path, plan: FaultPlan, *positions: tuple[str, ...]) -> Tap:
    """What was on the wire while one scanner was opened and asked."""
    with (
        emulated(Emulation(kind=kind, authority=authority(), faults=plan)) as service,
        tapped(service.port) as tap,
    ):
        driver: Any = build_driver(driver_id(kind), client_options(directory, tap.port))
        try:
            driver.open()
            stop, pool = threading.Event(), PrivatePool()
            if kind is Kind.FACE:
                list(driver.stream(CameraRequest(frame_limit=2, timeout_s=0.5), pool, stop))
            for asked in positions:
                list(driver.acquire(FingerprintRequest(positions=asked, timeout_s=0.5), pool, stop))
        except DriverError:
            assert plan is not WELL_BEHAVED
        finally:
            driver.close()
    return tap


SLAPS = (
    ("right_index", "right_middle", "right_ring", "right_little"),
    ("left_little", "left_index"),
    ("left_thumb", "right_thumb"),
)


@pytest.mark.parametrize(
    ("kind", "positions", "captures"),
    [(Kind.SLAP, SLAPS, 8), (Kind.SINGLE, (("left_ring",), ("unknown",)), 2), (Kind.FACE, (), 2)],
    ids=["slap", "single", "face"],
)
def test_a_conversation_that_goes_well(
    kind: Kind, positions: tuple[tuple[str, ...], ...], captures: int, schemas: Path, tmp_path: Path
) -> None:
    tap = _said(kind, tmp_path, WELL_BEHAVED, *positions)
    (discovery,), (information,) = tap.of("MOSIPDISC"), tap.of("MOSIPDINFO")
    _validate(schemas, "DiscoverRequest", json.loads(discovery.request))
    assert information.request == b"", "the device info has no request body"
    (found,) = json.loads(discovery.answer)
    decoded = json.loads(from_base64url(found["digitalId"]))
    _validate(schemas, "DiscoverResponse", [found])
    _validate(schemas, "DiscoverResponse", [found | {"digitalIdDecoded": decoded}])
    _validate(schemas, "DigitalIdResponse", decoded)
    _validate(schemas, "ErrorInfo", found["error"])
    (info,) = json.loads(information.answer)
    decoded = _payload(info["deviceInfo"])
    decoded["digitalIdDecoded"] = _payload(decoded["digitalId"])
    for name in ("DeviceInfoResponse", "DeviceInfoReadyResponse"):
        _validate(schemas, name, [info])
        _validate(schemas, name, [info | {"deviceInfoDecoded": decoded}])
    seen = 0
    for capture in tap.of("RCAPTURE"):
        _validate(schemas, "RegistrationCaptureRequest", json.loads(capture.request))
        for biometric in json.loads(capture.answer)["biometrics"]:
            decoded = _payload(biometric["data"])
            decoded["digitalIdDecoded"] = _payload(decoded["digitalId"])
            whole = {"biometrics": [biometric | {"dataDecoded": decoded}]}
            _validate(schemas, "RegistrationCaptureResponse", whole)
            seen += 1
    assert seen == captures


def test_a_scanner_that_is_not_registered(schemas: Path, tmp_path: Path) -> None:
    (discovery,) = _said(Kind.SLAP, tmp_path, FaultPlan(refuse=True)).of("MOSIPDISC")
    _validate(schemas, "DiscoverResponse", json.loads(discovery.answer))
    with (
        emulated(Emulation(kind=Kind.SLAP, authority=authority(), faults=FaultPlan(refuse=True))) as service,
        tapped(service.port) as tap,
    ):
        device_infos(tap.port, deadline_s=float("inf"), stop=threading.Event())
    (information,) = tap.of("MOSIPDINFO")
    _validate(schemas, "DeviceInfoNotRegisteredResponse", json.loads(information.answer))


@pytest.mark.parametrize("plan", [FaultPlan(absent_s=60.0), FaultPlan(fault=True)], ids=["nobody", "fault"])
@pytest.mark.parametrize("kind", [Kind.SLAP, Kind.FACE])
def test_a_capture_that_goes_wrong(kind: Kind, plan: FaultPlan, schemas: Path, tmp_path: Path) -> None:
    (capture,) = _said(kind, tmp_path, plan, *(() if kind is Kind.FACE else (SLAPS[0],))).of("RCAPTURE")
    _validate(schemas, "ErrorCaptureRequest", json.loads(capture.request))
    _validate(schemas, "ErrorCaptureResponse", json.loads(capture.answer))


def test_a_kind_of_device_that_is_not_there(schemas: Path) -> None:
    with (
        emulated(Emulation(kind=Kind.SLAP, authority=authority())) as service,
        tapped(service.port) as tap,
    ):
        discover(tap.port, "Face", deadline_s=float("inf"), stop=threading.Event())
    (discovery,) = tap.of("MOSIPDISC")
    _validate(schemas, "DiscoverResponseError", json.loads(discovery.answer))
