"""Real drivers under a real kernel: cameras at /dev/video, a reader on a ttyUSB, pulled out and plugged in again.

Debian's own kernel runs in QEMU (`machine`). Times are measured inside it; it may be ten times slower than a box.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.codec import pack_pixels, unpack_pixels
from drivers.zfm.emulated_module import ModuleSettings
from tests.machine.ingredients import gathered, missing
from tests.machine.machine import BOOT_S, Machine
from tests.machine.reader_port import PRODUCT_ID, VENDOR_ID, ReaderPort

PART_S: Final = 180.0
NOTICED_S: Final = {"kvm": 1.0}
COMPUTED_NOTICED_S: Final = 4.0
"""How soon a lost device has to be noticed. A machine that is only computed is as slow as whatever else runs beside it
makes it; there the figure that matters is the one that is measured, and this only tells a pause from a time-out."""
CAMERA: Final = "/dev/video0"
SERIAL: Final = "ZFM7"
READER: Final = {"device": f"usb:{VENDOR_ID}:{PRODUCT_ID}:{SERIAL}", "serial_number": SERIAL}
PRINT: Final = drawn_print(192, 192)
WHITE, YELLOW, CYAN, GREEN = (1, 1, 1), (0, 1, 1), (1, 1, 0), (0, 1, 0)
MAGENTA, RED, BLUE, BLACK = (1, 0, 1), (0, 0, 1), (1, 0, 0), (0, 0, 0)
TEST_PICTURE: Final = [WHITE, YELLOW, CYAN, GREEN, MAGENTA, RED, BLUE, BLACK]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.timeout(BOOT_S + PART_S + 30.0),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    with Machine(gathered(), folder) as machine:
        port = ReaderPort(machine.monitor, folder, ModuleSettings(images=[PRINT]))
        machine.answers["plug"] = lambda details: port.plug(**details)
        machine.answers["unplug"] = lambda _: port.unplug()
        yield machine


def as_sent(print_shown: Any = PRINT) -> str:
    """What is left of the print after the wire's four bits a pixel."""
    shown = print_shown.copy()
    unpack_pixels(pack_pixels(print_shown), shown)
    return hashlib.sha256(shown.tobytes()).hexdigest()


def colours(bars: list[list[int]]) -> list[tuple[int, ...]]:
    """Which of blue, green and red each bar has."""
    return [tuple(int(value > 90) for value in bar) for bar in bars]


def noticed_limit_s(machine: Machine) -> float:
    return NOTICED_S.get(machine.accelerator, COMPUTED_NOTICED_S)


def test_the_doctor_finds_the_camera_and_the_reader_each_once(machine: Machine, record_property: Record) -> None:
    record_property("booted_s", round(machine.boot_s, 1))
    record_property("accelerator", machine.accelerator)
    report = machine.run("doctor", PART_S, serial_number=SERIAL)
    assert report["exit_status"] == 0
    found = {(row["kind"], row["device"]): row for row in report["rows"] if "device" in row}
    camera, reader = found["camera", CAMERA], found["serial-port", "/dev/ttyUSB0"]
    assert (camera["status"], camera["profiles"]) == ("matched", ["opencv-camera"])
    assert (reader["status"], reader["usb"], reader["serial_number"]) == ("matched", "0403:6001", SERIAL)
    assert {kind for kind, _ in found} == {"camera", "serial-port"}


def test_the_daemon_hears_through_udev_what_comes_and_goes_and_who_it_is(machine: Machine) -> None:
    report = machine.run("plug-events", PART_S, reader=SERIAL, camera="CAM1")
    heard = {
        (event["change"], event["subsystem"], event["vendor_id"], event["product_id"], event["serial_number"])
        for event in report["events"]
    }
    assert heard == {
        ("add", "tty", VENDOR_ID, PRODUCT_ID, SERIAL),
        ("remove", "tty", VENDOR_ID, PRODUCT_ID, SERIAL),
        ("add", "video4linux", "1209", "0001", "CAM1"),
        ("remove", "video4linux", "1209", "0001", "CAM1"),
    }


@pytest.mark.parametrize("hears_udev", [True, False], ids=["told by udev", "by itself"])
def test_a_reader_pulled_out_in_the_middle_of_an_image_comes_back_at_another_port(
    machine: Machine, record_property: Record, hears_udev: bool
) -> None:
    report = machine.run("reader-pulled-out-in-an-image", PART_S, **READER, pace_baud=57600, hears_udev=hears_udev)
    record_property("noticed_s", report["noticed_s"])
    record_property("back_s", report["back_s"])
    assert report["code"] == "device-lost"
    assert report["noticed_s"] <= noticed_limit_s(machine)
    assert report["ports"] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]
    assert (report["state"], report["restarts"]) == ("ready", 0)
    assert report["sha256"] == as_sent()


def test_plugging_a_reader_again_and_again_leaves_nothing_open(machine: Machine) -> None:
    report = machine.run("reader-cycles", PART_S, **READER, count=5)
    assert report["taken"] == [as_sent()] * 5
    assert report["last"] == report["first"]
    assert report["hosts"] == 1, "to be unplugged is no reason to start a new process"


def test_a_camera_gives_the_sizes_that_it_has_and_says_so_of_others(machine: Machine) -> None:
    sizes = [(0, 0), (640, 360), (1280, 720), (333, 200)]
    report = machine.run("camera-pictures", PART_S, device=CAMERA, options={}, sizes=sizes)
    assert (report["model"], report["simulated"]) == ("vivid-000-vid-cap", False)
    *pictures, refused = report["pictures"]
    assert [picture["shape"] for picture in pictures] == [[480, 640, 3], [360, 640, 3], [720, 1280, 3]]
    assert all(colours(picture["bars"]) == TEST_PICTURE for picture in pictures)
    assert refused["code"] == "request-unsupported"


def test_a_camera_in_a_format_of_its_own_is_turned_upright(machine: Machine) -> None:
    options = {"fourcc": "YUYV", "orientation_deg": 90}
    report = machine.run("camera-pictures", PART_S, device=CAMERA, options=options, sizes=[(640, 480)])
    (picture,) = report["pictures"]
    assert picture["shape"] == [640, 480, 3]
    # Turned clockwise, what was on the left is on top.
    assert colours(picture["bars"]) == TEST_PICTURE


@pytest.mark.parametrize(
    ("device", "options", "said"),
    [
        (CAMERA, {"fourcc": "MJPG"}, "MJPG"),
        (CAMERA, {"exposure_ms": 10.0}, "exposure"),
        ("/dev/video2", {}, "no pictures"),
    ],
    ids=["format", "control", "node of metadata"],
)
def test_what_a_camera_does_not_have_is_refused_by_name(
    machine: Machine, device: str, options: dict[str, object], said: str
) -> None:
    report = machine.run("camera-refused", PART_S, device=device, options=options)
    assert report["code"] == "option-invalid"
    assert said in report["sentence"]


def test_a_camera_in_which_somebody_else_looks_is_busy(machine: Machine) -> None:
    assert machine.run("camera-busy", PART_S, device=CAMERA)["code"] == "device-busy"


def test_a_camera_that_the_kernel_loses_is_noticed_by_its_driver_alone(
    machine: Machine, record_property: Record
) -> None:
    report = machine.run("camera-lost-and-back", PART_S, device=CAMERA, count=2)
    check_lost_and_back(report, noticed_limit_s(machine), record_property)


@pytest.mark.parametrize("hears_udev", [True, False], ids=["told by udev", "by itself"])
def test_a_usb_camera_pulled_out_in_its_stream_comes_back(
    machine: Machine, record_property: Record, hears_udev: bool
) -> None:
    report = machine.run("usb-camera-unplugged", PART_S, hears_udev=hears_udev, count=2)
    check_lost_and_back(report, noticed_limit_s(machine), record_property)


def check_lost_and_back(report: dict[str, Any], limit_s: float, record_property: Record) -> None:
    for times in report["rounds"]:
        record_property("noticed_s", times["noticed_s"])
        record_property("back_s", times["back_s"])
    assert {(times["code"], *times["again"]) for times in report["rounds"]} == {("device-lost", 480, 640, 3)}
    assert max(times["noticed_s"] for times in report["rounds"]) <= limit_s
    assert report["last"] == report["first"]
    assert (report["state"], report["restarts"]) == ("ready", 0)


def test_a_usb_camera_is_set_to_what_is_asked_for(machine: Machine) -> None:
    options = {"fourcc": "MJPG", "exposure_ms": 20.0, "focus": 100, "white_balance_k": 5000}
    report = machine.run("usb-camera-picture", PART_S, options=options, width=1280, height=720)
    assert report["shape"] == [720, 1280, 3]
    assert colours(report["bars"]) == TEST_PICTURE
    assert report["held"] == {
        "exposure mode": 1,
        "exposure": 200,
        "focus by itself": 0,
        "focus": 100,
        "white balance by itself": 0,
        "white balance": 5000,
    }


def test_a_value_that_the_kernel_would_bring_inside_a_cameras_range_is_refused(machine: Machine) -> None:
    report = machine.run("usb-camera-refused", PART_S, options={"focus": 1000})
    assert report["code"] == "option-invalid"
    assert "makes 250 of the focus 1000" in report["sentence"]


def test_a_usb_camera_that_sends_nothing_any_more_is_lost_long_before_its_own_timeout_and_taken_again(
    machine: Machine, record_property: Record
) -> None:
    report = machine.run("usb-camera-hanging", PART_S, read_timeout_s=20.0)
    record_property("noticed_s", report["noticed_s"])
    assert (report["code"], report["again"]) == ("device-lost", [480, 640, 3])
    assert report["noticed_s"] <= noticed_limit_s(machine)
