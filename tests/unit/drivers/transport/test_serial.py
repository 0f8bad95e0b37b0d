"""The serial link on a pseudo-terminal: every way in which the port can refuse or go away."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import DeviceBusy, DeviceLost, DeviceNotFound, DriverError, OptionInvalid
from drivers.transport.serial import SerialLink


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The far end's descriptor and the near end's path."""
    far, near = os.openpty()
    tty.setraw(near)
    path = os.ttyname(near)
    os.close(near)
    yield far, path
    try:
        os.close(far)
    except OSError:
        return  # the test has pulled it


def test_bytes_go_both_ways(terminal: tuple[int, str]) -> None:
    far, path = terminal
    link = SerialLink(path, baud=57600)
    link.write(b"ask")
    assert os.read(far, 10) == b"ask"
    os.write(far, b"answer")
    assert link.read(100) == b"answer"
    link.close()


def test_silence_is_an_empty_read(terminal: tuple[int, str]) -> None:
    link = SerialLink(terminal[1], baud=57600)
    assert link.read(100) == b""
    link.close()


def test_a_second_driver_finds_it_busy(terminal: tuple[int, str]) -> None:
    link = SerialLink(terminal[1], baud=57600)
    with pytest.raises(DeviceBusy):
        SerialLink(terminal[1], baud=57600)
    link.close()


def test_a_pulled_plug_is_lost_for_reading_and_writing(terminal: tuple[int, str]) -> None:
    far, path = terminal
    link = SerialLink(path, baud=57600)
    os.close(far)
    with pytest.raises(DeviceLost):
        link.read(1)
    with pytest.raises(DeviceLost):
        link.write(b"x")
    link.close()
    link.close()
    with pytest.raises(DeviceNotFound):
        SerialLink(path, baud=57600)


def test_a_closed_link_is_lost(terminal: tuple[int, str]) -> None:
    link = SerialLink(terminal[1], baud=57600)
    link.close()
    with pytest.raises(DeviceLost):
        link.read(1)
    with pytest.raises(DeviceLost):
        link.write(b"x")


def test_no_such_port(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound):
        SerialLink(str(tmp_path / "ttyUSB9"), baud=57600)


def test_a_file_is_not_a_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DriverError, match="not a serial port"):
        SerialLink(str(tmp_path / "file"), baud=57600)


def test_a_speed_that_cannot_be_is_a_wrong_option(terminal: tuple[int, str]) -> None:
    with pytest.raises(OptionInvalid):
        SerialLink(terminal[1], baud=-1)


def test_another_speed_drops_what_came_at_the_old_one(terminal: tuple[int, str]) -> None:
    far, path = terminal
    link = SerialLink(path, baud=57600)
    os.write(far, b"noise")
    assert link.read(1) == b"n"
    link.speak_at(86400)
    os.write(far, b"answer")
    assert link.read(100) == b"answer"
    link.close()


def test_another_speed_is_refused_where_there_is_none_or_no_port(terminal: tuple[int, str]) -> None:
    link = SerialLink(terminal[1], baud=57600)
    with pytest.raises(OptionInvalid):
        link.speak_at(-1)
    os.close(terminal[0])
    with pytest.raises(DeviceLost):
        link.speak_at(9600)
    link.close()
    with pytest.raises(DeviceLost):
        link.speak_at(19200)
