"""The emulated module on a pseudo-terminal has a speed, and whoever speaks at another one hears noise or nothing."""

from __future__ import annotations

import threading

import pytest
import serial

from drivers.contracts import FingerprintRequest, PrivatePool
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.codec import Command, Packet, PacketKind
from drivers.zfm.driver import Options, create
from drivers.zfm.emulated_module import ModuleSettings, SpeedFlaw
from drivers.zfm.emulator import PtyModule

PRINT = drawn_print(192, 192)
GREETING = Packet(PacketKind.COMMAND, bytes([Command.VERIFY_PASSWORD, 0, 0, 0, 0])).to_bytes()
UPLOAD = Packet(PacketKind.COMMAND, bytes([Command.UPLOAD_IMAGE])).to_bytes()
YES = Packet(PacketKind.ACK, b"\x00").to_bytes()


@pytest.mark.parametrize("baud", [9600, 28800, 57600, 86400, 115200])
def test_it_answers_at_its_own_speed_only(baud: int) -> None:
    with PtyModule(ModuleSettings(images=[PRINT], baud_multiplier=baud // 9600)) as module:
        for tried in (9600, 28800, 57600, 86400, 115200):
            with serial.Serial(module.path, tried, timeout=1.0 if tried == baud else 0.1) as port:
                port.write(GREETING)
                assert (port.read(len(YES)) == YES) is (tried == baud)


@pytest.mark.parametrize("flaw", [SpeedFlaw.STAYS, SpeedFlaw.GARBLED])
def test_the_driver_gets_its_print_from_one_that_cannot_go_faster(flaw: SpeedFlaw) -> None:
    with PtyModule(ModuleSettings(images=[PRINT], speed_flaw=flaw)) as module:
        reader = create(Options(device=module.path, answer_timeout_s=1.0, fastest_baud=115200))
        reader.open()
        assert module.baud == 57600
        (frame,) = reader.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), threading.Event())
        reader.close()
    assert (frame.pixels == (PRINT >> 4) * 17).all()


def test_one_that_was_left_in_the_middle_of_an_image_at_another_speed_is_heard_out_and_found() -> None:
    with PtyModule(ModuleSettings(images=[PRINT], baud_multiplier=12), paced=True) as module:
        with serial.Serial(module.path, 115200, timeout=1.0) as port:
            port.write(UPLOAD)
            assert port.read(len(YES)) == YES
        reader = create(Options(device=module.path, answer_timeout_s=1.0))
        reader.open()
        (frame,) = reader.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), threading.Event())
        reader.close()
    assert (frame.pixels == (PRINT >> 4) * 17).all()
