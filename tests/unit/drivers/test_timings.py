"""What the daemon leaves a driver is never less than what the driver's own waits add up to."""

from __future__ import annotations

import pytest

from appliance.devices.deadlines import Deadlines
from drivers.libfprint.driver import Options as LibfprintOptions
from drivers.opencv_camera.driver import Options as CameraOptions
from drivers.registry import BUILT_IN
from drivers.sane.driver import Options as ScannerOptions
from drivers.timings import Timings, timings_of
from drivers.zfm.driver import Options as ZfmOptions
from drivers.zfm.rates import image_transfer_s


@pytest.mark.parametrize(
    ("driver_id", "options"),
    [
        ("zfm", ZfmOptions(device="/dev/ttyUSB0")),
        ("opencv-camera", CameraOptions(device="0")),
        ("sane", ScannerOptions(device="test:0")),
        ("libfprint", LibfprintOptions()),
    ],
)
def test_the_defaults_are_the_drivers_own(driver_id: str, options: object) -> None:
    spelt_out = {name: getattr(options, name) for name in type(options).__struct_fields__}  # type: ignore[attr-defined]
    assert timings_of(driver_id, {}) == timings_of(driver_id, spelt_out)


@pytest.mark.parametrize("baud", [9600, 57600, 115200, "9600"])
@pytest.mark.parametrize("answer_timeout_s", [0.1, 3.0, 30.0])
def test_a_serial_module_may_finish_an_image_at_any_speed(baud: int | str, answer_timeout_s: float) -> None:
    """Hear out one that was interrupted, wait for its answers, and take the new image."""
    timings = timings_of("zfm", {"baud": baud, "answer_timeout_s": answer_timeout_s})
    image_s = image_transfer_s(int(baud))
    assert timings.frame_grace_s > 3 * answer_timeout_s + 2.4 * image_s
    assert timings.open_s > 2 * answer_timeout_s + 1.4 * image_s


def test_a_scanner_and_a_camera_may_use_the_timeouts_that_their_options_allow() -> None:
    assert timings_of("sane", {"open_timeout_s": 120}).open_s > 125
    camera = timings_of("opencv-camera", {"open_timeout_s": 60.0, "read_timeout_s": "60"})
    assert camera.open_s > 120
    assert camera.frame_grace_s > 120


@pytest.mark.parametrize("wrong", ["fast", None, [], "nan"])
def test_a_value_that_is_no_number_is_left_to_the_driver_to_refuse(wrong: object) -> None:
    assert timings_of("zfm", {"baud": wrong, "answer_timeout_s": wrong}) == timings_of("zfm", {})


def test_deadlines_only_grow() -> None:
    least = Deadlines()
    assert least.leaving(Timings()) == least
    longer = least.leaving(timings_of("zfm", {"baud": 9600}))
    assert longer.frame_grace_s > 100
    assert longer.stop_s == least.stop_s
    assert {least.leaving(timings_of(driver_id, {})).open_s >= least.open_s for driver_id in BUILT_IN} == {True}
