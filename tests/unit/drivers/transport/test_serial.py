"""The serial link on a pseudo-terminal: every way in which the port can refuse or go away."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import serial

from drivers.errors import DeviceBusy, DeviceLost, DeviceNotFound, DeviceTimedOut, DriverError, OptionInvalid
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


class Adapter(serial.Serial):
    """A pseudo-terminal takes bytes at once; this one says of itself what an adapter behind a slow line would.

    `waiting` is what it has not taken yet at each look, the last for ever. `went` is what was done to it, in order.
    """

    waiting: Sequence[int] = (0,)
    made: Adapter

    def __init__(self, *given: Any, **named: Any) -> None:
        type(self).made = self
        self.went: list[object] = []
        super().__init__(*given, **named)

    @property
    def out_waiting(self) -> int:
        first, *rest = self.waiting
        self.waiting = rest or [first]
        self.went.append(first)
        return first

    def flush(self) -> None:
        pytest.fail("tcdrain waits without end for a line that takes nothing")

    def reset_output_buffer(self) -> None:
        self.went.append("let go")
        super().reset_output_buffer()

    def _reconfigure_port(self, force_update: bool = False) -> None:
        super()._reconfigure_port(force_update)  # type: ignore[misc]  # the stubs do not have it
        self.went.append(f"at {self.baudrate}")


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> type[Adapter]:
    monkeypatch.setattr(serial, "Serial", Adapter)
    return Adapter


def test_what_was_written_goes_out_before_the_speed_changes(
    terminal: tuple[int, str], adapter: type[Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "waiting", (16, 7, 0))
    link = SerialLink(terminal[1], baud=57600, write_timeout_s=30.0)
    link.write(b"at the old speed")
    link.speak_at(9600)
    link.close()
    assert adapter.made.went == ["at 57600", 16, 7, 0, "at 9600"]


def test_a_line_that_takes_nothing_is_given_up(
    terminal: tuple[int, str], adapter: type[Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "waiting", (16,))
    link = SerialLink(terminal[1], baud=57600, write_timeout_s=0.05)
    link.write(b"at the old speed")
    with pytest.raises(DeviceTimedOut):
        link.speak_at(9600)
    link.close()
    first, *looks, last = adapter.made.went
    assert (first, set(looks), last) == ("at 57600", {16}, "let go")
