"""Speeds and packet sizes that foreign clients set: our driver finds the module where they left it, and they ours."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import serial

from drivers.contracts import FingerprintRequest, Pixels, PrivatePool
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.codec import pack_pixels
from drivers.zfm.driver import Options, create
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule

PRINT = drawn_print(192, 192, seed=5)
"""As an R503 has it: 192 × 192 pixels, 18,432 bytes."""
BAUD, SECURITY_LEVEL, PACKET_SIZE = 4, 5, 6


@pytest.fixture
def r503() -> Iterator[PtyModule]:
    with PtyModule(ModuleSettings(images=[PRINT])) as module:
        yield module


@contextmanager
def pyfingerprint(module: PtyModule, baud: int = 57600) -> Iterator[Any]:
    from pyfingerprint.pyfingerprint import PyFingerprint

    client = PyFingerprint(module.path, baud)
    try:
        assert client.verifyPassword()
        yield client
    finally:
        client.__del__()


@contextmanager
def adafruit(module: PtyModule, baud: int = 57600, timeout_s: float = 2.0) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own type hints
        from adafruit_fingerprint import Adafruit_Fingerprint

    with serial.Serial(module.path, baud, timeout=timeout_s) as port:
        yield Adafruit_Fingerprint(port)


def ours(module: PtyModule, **options: int) -> Pixels:
    """What our driver takes from it, packed as it was sent."""
    reader = create(Options(device=module.path, answer_timeout_s=1.0, **options))  # type: ignore[arg-type]
    reader.open()
    try:
        (frame,) = reader.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), threading.Event())
    finally:
        reader.close()
    return frame.pixels


def is_the_print(pixels: Pixels) -> bool:
    return pack_pixels(pixels) == pack_pixels(PRINT)


def with_pyfingerprint(module: PtyModule, baud: int) -> None:
    with pyfingerprint(module) as client:
        client.setBaudRate(baud)


def with_adafruits(module: PtyModule, baud: int) -> None:
    with adafruit(module) as client:
        assert client.set_sysparam(BAUD, baud // 9600) == 0


def _settled(module: PtyModule, baud: int) -> bool:
    deadline = time.monotonic() + 30.0
    while module.baud != baud and time.monotonic() < deadline:
        time.sleep(0.005)
    return module.baud == baud


@pytest.mark.parametrize("change", [with_pyfingerprint, with_adafruits])
@pytest.mark.parametrize("baud", [9600, 19200, 76800, 115200])
def test_our_driver_finds_the_speed_that_a_foreign_client_left(
    r503: PtyModule, change: Callable[[PtyModule, int], None], baud: int
) -> None:
    change(r503, baud)
    assert _settled(r503, baud), "a module acknowledges a speed before it goes there"
    with pyfingerprint(r503, baud) as client:
        assert client.getBaudRate() == baud
    assert is_the_print(ours(r503))
    assert r503.baud == max(baud, 57600), "what is slower than the settings is brought up to them, the rest is left"


def test_foreign_clients_find_it_where_our_driver_left_it(r503: PtyModule) -> None:
    assert is_the_print(ours(r503, fastest_baud=115200))
    with pyfingerprint(r503, 115200) as client:
        assert client.getBaudRate() == 115200
    with adafruit(r503, 115200) as client:
        assert client.baudrate == 12
    with pytest.raises(RuntimeError, match="Failed to read data"), adafruit(r503, 57600, timeout_s=0.3):
        pass


@pytest.mark.parametrize("packet_bytes", [32, 64, 128, 256])
def test_pyfingerprint_sets_the_packets_size_and_both_get_the_whole_image(r503: PtyModule, packet_bytes: int) -> None:
    with pyfingerprint(r503) as client:
        client.setMaxPacketSize(packet_bytes)
        assert client.getMaxPacketSize() == packet_bytes
    assert is_the_print(ours(r503))


def test_adafruits_client_takes_an_r503s_image_in_the_largest_packets(r503: PtyModule) -> None:
    with adafruit(r503) as client:
        assert client.check_module()
        assert client.set_led(color=2, mode=3) == 0
        assert client.set_sysparam(PACKET_SIZE, 3) == 0
        assert client.read_sysparam() == 0
        assert client.data_packet_size == 3
        assert client.get_image() == 0
        packed = bytes(client.get_fpdata("image"))
    assert len(packed) == 18432
    assert packed == pack_pixels(PRINT)


def test_the_security_level_is_kept_and_what_does_not_exist_is_refused(r503: PtyModule) -> None:
    with pyfingerprint(r503) as client:
        client.setSystemParameter(SECURITY_LEVEL, 5)
        assert client.getSecurityLevel() == 5
    with adafruit(r503) as client:
        for number, value in ((3, 1), (BAUD, 0), (BAUD, 13), (SECURITY_LEVEL, 6), (PACKET_SIZE, 4)):
            with pytest.raises(RuntimeError, match="Command failed"):
                client.set_sysparam(number, value)
        assert client.read_sysparam() == 0
        assert (client.baudrate, client.security_level, client.data_packet_size) == (6, 5, 2)


def test_pyfingerprint_takes_the_image_at_the_raised_speed(tmp_path: Path) -> None:
    """It knows one size only, that of the ZFM-20: a module with its sensor."""
    print_ = drawn_print(seed=3)
    with PtyModule(ModuleSettings(images=[print_])) as module:
        with_pyfingerprint(module, 115200)
        assert _settled(module, 115200)
        with pyfingerprint(module, 115200) as client:
            assert client.readImage()
            client.downloadImage(str(tmp_path / "print.bmp"))
    seen = np.asarray(cv2.imread(str(tmp_path / "print.bmp"), cv2.IMREAD_GRAYSCALE), np.uint8)
    np.testing.assert_array_equal(seen >> 4, print_ >> 4)
