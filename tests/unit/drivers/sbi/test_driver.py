"""What the driver makes of a scanner: a frame a finger, portraits, live pictures that are marked, who is believed."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import CameraRequest, DeviceIdentity, FingerprintRequest, Frame, PrivatePool, Stop
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    DeviceBusy,
    DeviceLost,
    DeviceNotFound,
    DeviceUntrusted,
    OptionInvalid,
    RequestUnsupported,
)
from drivers.faults import FaultPlan
from drivers.registry import build_driver
from drivers.sbi.answering import Honest
from drivers.sbi.client import PORTS
from drivers.sbi.emulator import Emulation, Kind, emulated
from drivers.sbi.finding import offered_scanners
from drivers.sbi.hash_chain import FIRST
from drivers.sbi.iso_picture import Coding
from drivers.sbi.messages import FINGER
from drivers.sbi.offered import DrawnSensor, Offer, Taken, described
from drivers.sbi.positions import Finger
from drivers.sbi.service import SbiService, ServiceSettings
from tests.unit.drivers.sbi.makers import authority
from tests.unit.drivers.sbi.scanners import client_options, opened
from tests.unit.drivers.sbi.tap import tapped

RIGHT = ("right_index", "right_middle", "right_ring", "right_little")


def _acquire(driver: Any, stop: threading.Event | None = None, **request: Any) -> list[Frame]:
    return list(driver.acquire(FingerprintRequest(**request), PrivatePool(), stop or threading.Event()))


@pytest.mark.parametrize("coding", list(Coding))
def test_a_placement_gives_a_frame_a_finger_in_the_order_asked_for(coding: Coding, tmp_path: Path) -> None:
    asked = RIGHT[::-1]
    with opened(tmp_path, Kind.SLAP, coding=coding) as driver:
        frames = _acquire(driver, positions=asked)
    assert [frame.position for frame in frames] == list(asked)
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    assert {(frame.pixels.shape, frame.resolution_ppi) for frame in frames} == {((400, 320), 500)}
    assert not any(frame.preview for frame in frames)
    assert len({frame.pixels.tobytes() for frame in frames}) == 4


def test_fingers_left_out_of_a_placement_are_told_to_the_scanner(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.SLAP, authority=authority())) as service, tapped(service.port) as tap:
        driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, tap.port))
        driver.open()
        _acquire(driver, positions=RIGHT[:3])
        _acquire(driver, position="right_index")
    (placement,), (finger,) = (json.loads(capture.request)["bio"] for capture in tap.of("RCAPTURE"))
    assert (placement["deviceSubId"], placement["count"]) == ("2", "3")
    assert placement["exception"] == ["Right LittleFinger"]
    assert (finger["bioSubType"], finger["exception"]) == (["Right IndexFinger"], [])


def test_captures_follow_one_another_until_the_scanner_is_opened_again(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.SINGLE, authority=authority())) as service, tapped(service.port) as tap:
        driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, tap.port))
        for _ in range(2):
            driver.open()
            _acquire(driver, position="left_thumb")
            _acquire(driver, position="left_thumb")
    captures = tap.of("RCAPTURE")
    previous = [json.loads(capture.request)["bio"][0]["previousHash"] for capture in captures]
    given = [json.loads(capture.answer)["biometrics"][0]["hash"] for capture in captures]
    assert previous == [FIRST, given[0], FIRST, given[2]]
    assert len({json.loads(capture.request)["transactionId"] for capture in captures}) == 4


@pytest.mark.parametrize("positions", [RIGHT, ("left_thumb", "right_thumb"), ("right_index", "left_index")])
def test_a_reader_of_single_fingers_refuses_several(positions: tuple[str, ...], tmp_path: Path) -> None:
    with opened(tmp_path, Kind.SINGLE) as driver, pytest.raises(RequestUnsupported):
        _acquire(driver, positions=positions)


def test_live_pictures_are_marked_and_end_on_stop(tmp_path: Path) -> None:
    stop = threading.Event()
    with opened(tmp_path, Kind.SLAP) as driver:
        request = FingerprintRequest(positions=RIGHT, preview=True)
        frames = driver.acquire(request, PrivatePool(), stop)
        for frame in itertools.islice(frames, 3):
            assert frame.preview
            assert frame.simulated
            assert frame.pixels.ndim == 2
        stop.set()
        with pytest.raises(CaptureCancelled):
            list(frames)
        assert len(_acquire(driver, positions=RIGHT)) == 4, "and then fingers can be taken"


def test_a_camera_s_live_pictures_are_marked_and_its_portraits_are_not(tmp_path: Path) -> None:
    with opened(tmp_path, Kind.FACE) as driver:
        for preview_width, shape in ((160, (200, 160, 3)), (2000, (400, 320, 3)), (0, (400, 320, 3))):
            request = CameraRequest(frame_limit=2, preview_width=preview_width)
            frames = list(driver.stream(request, PrivatePool(), threading.Event()))
            assert [(frame.preview, frame.pixels.shape) for frame in frames] == [(preview_width > 0, shape)] * 2


@pytest.mark.parametrize("plan", [FaultPlan(corrupt=True), FaultPlan(unplug=True)], ids=["corrupt", "unplug"])
def test_live_pictures_fail_by_name(plan: FaultPlan, tmp_path: Path) -> None:
    with opened(tmp_path, Kind.SLAP, faults=plan) as driver, pytest.raises(Exception) as caught:  # noqa: PT011
        _acquire(driver, preview=True)
    assert caught.value.code == ("device-protocol" if plan.corrupt else "device-lost")  # type: ignore[attr-defined]


def test_live_pictures_that_stop_coming_are_not_waited_for(tmp_path: Path) -> None:
    with opened(tmp_path, Kind.SLAP, faults=FaultPlan(hang=True)) as driver, pytest.raises(CaptureTimedOut):
        _acquire(driver, preview=True, timeout_s=0.3)


class StubbornSensor(DrawnSensor):
    """Its first capture goes on, whoever hangs up, until it is let go."""

    def __init__(self) -> None:
        self.in_use = threading.Event()
        self.let_go = threading.Event()

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        self.in_use.set()
        self.let_go.wait(30)
        return super().take(fingers, timeout_s, stop)


@pytest.fixture
def stubborn() -> Iterator[tuple[StubbornSensor, int]]:
    sensor = StubbornSensor()
    offer = Offer(described(FINGER, "Single", "claim-kiosk", "Emulated", "1", "2026-01-01T00:00:00Z"), sensor)
    with SbiService(ServiceSettings(offers=[offer], manner=Honest(authority().signer()))) as service:
        yield sensor, service.port
        sensor.let_go.set()


def test_it_waits_for_the_end_of_what_it_left_itself(stubborn: tuple[StubbornSensor, int], tmp_path: Path) -> None:
    """SBI has no word for stopping, so a scanner is busy for a while with what nobody wants any more."""
    sensor, port = stubborn
    with tapped(port) as tap:
        driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, tap.port))
        driver.open()
        stop = threading.Event()
        threading.Thread(target=_stop_once, args=(sensor.in_use, stop)).start()
        with pytest.raises(CaptureCancelled):
            _acquire(driver, stop, timeout_s=30.0)
        threading.Timer(0.5, sensor.let_go.set).start()
        assert _acquire(driver, timeout_s=30.0)
    refused = [exchange for exchange in tap.of("RCAPTURE") if b'"111"' in exchange.answer]
    assert refused


def _stop_once(begun: threading.Event, stop: threading.Event) -> None:
    begun.wait(30)
    stop.set()


def test_who_did_not_leave_it_hears_that_the_scanner_is_busy(
    stubborn: tuple[StubbornSensor, int], tmp_path: Path
) -> None:
    sensor, port = stubborn
    first: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
    second: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
    first.open()
    second.open()
    holding = threading.Thread(target=lambda: _acquire(first, timeout_s=30.0))
    holding.start()
    try:
        assert sensor.in_use.wait(30)
        with pytest.raises(DeviceBusy):
            _acquire(second)
        with pytest.raises(DeviceBusy):
            build_driver("sbi-fingerprint", client_options(tmp_path, port)).open()
    finally:
        sensor.let_go.set()
        holding.join()


def test_it_says_who_the_scanner_is_and_what_it_proved(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.SLAP, authority=authority())) as service:
        identity = build_driver("sbi-fingerprint", client_options(tmp_path, service.port)).open()
    assert identity == DeviceIdentity(
        vendor="claim-kiosk",
        model="Emulated slap scanner",
        serial_number="1",
        firmware_version="unknown",
        simulated=True,
        certification="L1",
    )


def test_a_scanner_that_is_not_certified_is_used_only_where_the_settings_say_so(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.SLAP, authority=authority(), certification="L0")) as service:
        options = client_options(tmp_path, service.port)
        with pytest.raises(DeviceUntrusted, match="the setting certification asks for 'L1'"):
            build_driver("sbi-fingerprint", options).open()
        assert build_driver("sbi-fingerprint", options | {"certification": "L0"}).open().certification == ""


def test_a_scanner_of_another_environment_is_refused(tmp_path: Path) -> None:
    said = "for the environment 'Developer', and this post for 'Production'"
    with pytest.raises(DeviceUntrusted, match=said), opened(tmp_path, Kind.SLAP, {"env": "Production"}):
        pass


@pytest.mark.parametrize(
    "options",
    [{"device": "another"}, {"device_sub_type": "Single"}, {"port": 1}],
    ids=lambda options: next(iter(options)),
)
def test_a_scanner_that_was_not_meant_is_not_found(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound), opened(tmp_path, Kind.SLAP, options):
        pass


def test_a_service_without_the_wanted_scanner_says_so(tmp_path: Path) -> None:
    single = {"device_sub_type": "Single"}
    with pytest.raises(DeviceNotFound, match="offers no single finger"), opened(tmp_path, Kind.SLAP, single):
        pass


def test_the_scanners_of_this_machine_can_be_listed_without_opening_any(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated(Emulation(kind=Kind.SLAP, authority=authority())) as service:
        monkeypatch.setattr("drivers.sbi.client.PORTS", [service.port, 1])
        ((port, offer),) = offered_scanners()
    assert (port, offer.claimed_id().device_sub_type) == (service.port, "Slap")


def test_a_face_scanner_is_no_fingerprint_reader(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.FACE, authority=authority())) as service, pytest.raises(DeviceNotFound):
        build_driver("sbi-fingerprint", client_options(tmp_path, service.port)).open()


def test_without_a_port_all_of_sbi_s_are_looked_at(tmp_path: Path) -> None:
    """Whatever else listens there; several test runs at once may."""
    for port in reversed(PORTS):
        try:
            service = emulated(Emulation(kind=Kind.SLAP, authority=authority(), port=port))
        except OSError:
            continue
        with service:
            options = client_options(tmp_path, 0) | {"device": "Slap-1"}
            assert build_driver("sbi-fingerprint", options).open().model == "Emulated slap scanner"
        return
    pytest.skip("all of SBI's ports are taken on this machine")


def test_a_trust_file_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(OptionInvalid), opened(tmp_path, Kind.SLAP, {"trust": str(tmp_path / "nothing.pem")}):
        pass


def test_not_open_it_gives_nothing(tmp_path: Path) -> None:
    driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, 1))
    for preview in (False, True):
        with pytest.raises(DeviceLost):
            _acquire(driver, preview=preview)
