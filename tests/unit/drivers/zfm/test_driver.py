"""The ZFM driver over a line in memory, against the emulated module: what happens when the wire is bad."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from drivers.contracts import FingerprintRequest, Frame, Pixels, PrivatePool
from drivers.errors import (
    CaptureCancelled,
    DeviceAccessDenied,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
    ModelNotApproved,
)
from drivers.faults import FaultPlan
from drivers.profiles import load_profiles
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.transport.memory import Line, MemoryLink, joined
from drivers.zfm.driver import Options, ZfmReader
from drivers.zfm.emulated_module import EmulatedModule, ModuleSettings, WireClosed

PRINT = drawn_print()


@contextmanager
def reader(
    line: Line | None = None, faults: FaultPlan | None = None, image: Pixels = PRINT, **options: object
) -> Iterator[ZfmReader]:
    """An unopened reader joined to a module that a thread answers for."""
    ours, theirs = joined(line)
    module = EmulatedModule(ModuleSettings(images=[image], faults=faults or FaultPlan()))
    thread = threading.Thread(target=_answer, args=(module, theirs))
    thread.start()
    try:
        yield ZfmReader(Options(device="memory", answer_timeout_s=0.5, **options), lambda: ours)  # type: ignore[arg-type]
    finally:
        ours.close()
        thread.join(5)


def _answer(module: EmulatedModule, link: MemoryLink) -> None:
    try:
        while True:
            for _, piece in module.feed(link.read(4096)):
                link.speak_at(module.baud)
                link.write(piece)
            link.speak_at(module.baud)
    except (WireClosed, DeviceLost):
        link.close()


def acquire(device: ZfmReader, stop: threading.Event | None = None) -> list[Frame]:
    return list(device.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), stop or threading.Event()))


@pytest.mark.parametrize("line", [Line(), Line(split_bytes=1), Line(split_bytes=13, delay_s=0.01)], ids=str)
def test_the_image_arrives_whole_however_the_bytes_are_cut(line: Line) -> None:
    with reader(line) as device:
        device.open()
        (frame,) = acquire(device)
    np.testing.assert_array_equal(frame.pixels, (PRINT >> 4) * 17)
    assert frame.resolution_ppi == 500


@pytest.mark.parametrize("seed", range(4))
def test_a_line_that_alters_bytes_never_gives_an_image(seed: int) -> None:
    def whole_talk() -> None:
        with reader(Line(corruption=0.002, seed=seed)) as device:
            device.open()
            acquire(device)

    with pytest.raises(DriverError):
        whole_talk()


def test_a_dead_line_is_a_timeout() -> None:
    with reader(Line(loss=1.0)) as device, pytest.raises(DeviceTimedOut):
        device.open()


def test_the_profiles_resolution_goes_before_the_makers() -> None:
    with reader(resolution_ppi=363) as device:
        device.open()
        assert acquire(device)[0].resolution_ppi == 363


def test_a_wrong_password_is_refused_by_name() -> None:
    with reader(password=1234) as device, pytest.raises(DeviceAccessDenied):
        device.open()


def test_an_answer_under_another_address_is_refused() -> None:
    with reader(address=1) as device, pytest.raises(DeviceTimedOut):
        device.open()  # the module is deaf to other addresses


def test_after_a_stop_in_the_upload_the_next_image_is_whole() -> None:
    class StopOnceUploading(threading.Event):
        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked > 6

    with reader(Line(split_bytes=64)) as device:
        device.open()
        with pytest.raises(CaptureCancelled):
            acquire(device, StopOnceUploading())
        (frame,) = acquire(device)
    np.testing.assert_array_equal(frame.pixels, (PRINT >> 4) * 17)


def test_more_data_than_an_image_holds_is_refused() -> None:
    with reader() as device:
        device.open()
        assert acquire(device)
    big = np.zeros((400, 256), np.uint8)
    ours, theirs = joined()
    thread = threading.Thread(target=_answer, args=(EmulatedModule(ModuleSettings(images=[big])), theirs))
    thread.start()
    device = ZfmReader(Options(device="memory"), lambda: ours)
    device.open()
    with pytest.raises(DeviceProtocolError):
        acquire(device)
    device.close()
    thread.join(5)


@pytest.mark.parametrize(
    ("profile_id", "height", "width"), [("zfm-r307", 288, 256), ("zfm-r503", 192, 192)], ids=["r307", "r503"]
)
@pytest.mark.parametrize("size", [(288, 256), (192, 192)], ids=str)
def test_a_relative_of_the_profiles_model_is_told_by_its_images_size(
    profile_id: str, height: int, width: int, size: tuple[int, int]
) -> None:
    options: dict[str, Any] = load_profiles()[profile_id].driver_options()
    with reader(image=drawn_print(*size), **options) as device:
        device.open()
        if size == (height, width):
            assert acquire(device)[0].pixels.shape == size
        else:
            with pytest.raises(ModelNotApproved, match=f"its profile speaks of {width} × {height}"):
                acquire(device)
