"""The emulated fingerprint module, judged by two clients that others wrote and that know nothing of ours."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import serial

from drivers.contracts import Pixels
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.codec import pack_pixels
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule

PRINT = drawn_print(seed=3)
PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = 0x01020304


@pytest.fixture
def module() -> Iterator[PtyModule]:
    with PtyModule(ModuleSettings(images=[PRINT], password=PASSWORD)) as module:
        yield module


def test_pyfingerprint_logs_in_and_downloads_the_image(module: PtyModule, tmp_path: Path) -> None:
    from pyfingerprint.pyfingerprint import PyFingerprint

    client = PyFingerprint(module.path, 57600, 0xFFFFFFFF, PASSWORD)
    assert client.verifyPassword()
    assert client.getSystemParameters()[1] == 0x0009
    assert client.getBaudRate() == 57600
    assert client.getMaxPacketSize() == 128
    assert client.readImage()
    client.downloadImage(str(tmp_path / "print.bmp"))
    seen: Pixels = np.asarray(cv2.imread(str(tmp_path / "print.bmp"), cv2.IMREAD_GRAYSCALE), np.uint8)
    np.testing.assert_array_equal(seen >> 4, PRINT >> 4)
    client.__del__()


def test_pyfingerprint_is_refused_with_a_wrong_password(module: PtyModule) -> None:
    from pyfingerprint.pyfingerprint import PyFingerprint

    client = PyFingerprint(module.path, 57600, 0xFFFFFFFF, PASSWORD + 1)
    assert client.verifyPassword() is False
    client.__del__()


def test_adafruits_client_logs_in_and_takes_the_image(module: PtyModule) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own type hints
        from adafruit_fingerprint import OK, Adafruit_Fingerprint

    with serial.Serial(module.path, 57600, timeout=2) as port:
        client = Adafruit_Fingerprint(port, passwd=tuple(PASSWORD.to_bytes(4, "big")))
        assert client.system_id == 0x0009
        assert client.get_image() == OK
        assert bytes(client.get_fpdata("image")) == pack_pixels(PRINT)


def test_as_a_process_of_its_own_it_says_where_its_port_is(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "print.png"), PRINT)
    command = [sys.executable, "-m", "drivers.zfm.emulator", "--image", str(tmp_path / "print.png")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            assert process.stdout is not None
            path = process.stdout.readline().strip()
            from pyfingerprint.pyfingerprint import PyFingerprint

            client = PyFingerprint(path)
            assert client.verifyPassword()
            client.__del__()
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()
