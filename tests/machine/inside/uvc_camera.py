"""A USB camera's mind: what it answers to requests, what of it can be set, and the pieces of its pictures.

Like a real one it refuses a time of exposure while it chooses that by itself, and so for focus and white balance. Not
responsible for how requests come to it (`usb_socket`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels
from tests.machine.inside.uvc_descriptors import (
    CAMERA_TERMINAL,
    INTERVAL_100NS,
    MJPEG_FORMAT,
    MODES,
    PAYLOAD_MAX,
    PROCESSING_UNIT,
    STREAMING,
    DescriptorKind,
    Mode,
    configuration,
    device,
    text,
)

_SET_CUR, _GET_CUR, _GET_MIN, _GET_MAX, _GET_RES, _GET_LEN, _GET_INFO, _GET_DEF = 1, *range(0x81, 0x88)
_GET_DESCRIPTOR: Final = 6
_FROM_DEVICE, _TO_INTERFACE, _FROM_INTERFACE = 0x80, 0x21, 0xA1
END_OF_PICTURE: Final = 0x02
_END_OF_HEADER: Final = 0x80
_READ_AND_WRITTEN: Final = bytes([0x03])
_PROBE: Final = "<HBBIHHHHHII"
_MANUAL: Final = 1
"""The value of a mode with which its thing can be set: manual exposure; for the others `by itself` is 0."""


class Refused(Exception):
    """The camera stalls the request."""


@dataclass
class Setting:
    """One control; `manual` is the mode's value with which it can be set, where it has a mode."""

    name: str
    size: int
    least: int
    most: int
    step: int
    current: int
    mode: Setting | None = None
    manual: int = 0


def _settings() -> dict[tuple[int, int], Setting]:
    """By unit and selector (sections A.9.4 and A.9.5). An exposure mode's step is the set of modes that it has."""
    exposure_mode = Setting("exposure mode", 1, 1, 8, 0b1001, 8)
    focus_mode = Setting("focus by itself", 1, 0, 1, 1, 1)
    balance_mode = Setting("white balance by itself", 1, 0, 1, 1, 1)
    return {
        (CAMERA_TERMINAL, 0x02): exposure_mode,
        (CAMERA_TERMINAL, 0x04): Setting("exposure", 4, 1, 5000, 1, 157, exposure_mode, _MANUAL),
        (CAMERA_TERMINAL, 0x06): Setting("focus", 2, 0, 250, 5, 30, focus_mode),
        (CAMERA_TERMINAL, 0x08): focus_mode,
        (PROCESSING_UNIT, 0x0A): Setting("white balance", 2, 2800, 6500, 1, 4600, balance_mode),
        (PROCESSING_UNIT, 0x0B): balance_mode,
    }


@dataclass
class UvcCamera:
    """`answer` for its control endpoint, `payloads` for its pictures."""

    serial_number: str
    _settings: dict[tuple[int, int], Setting] = field(default_factory=_settings)
    _chosen: tuple[int, int] = (MJPEG_FORMAT, 1)

    def held(self) -> dict[str, int]:
        """What it is set to now."""
        return {setting.name: setting.current for setting in self._settings.values()}

    def answer(self, setup: bytes, data: bytes) -> bytes:
        """What it sends back, nothing for a request that only tells it something. Raises Refused."""
        kind, request, value, index, length = struct.unpack("<BBHHH", setup)
        if kind in (_TO_INTERFACE, _FROM_INTERFACE):
            return self._class_request(request, value >> 8, index, data)[:length]
        if kind == _FROM_DEVICE and request == _GET_DESCRIPTOR:
            return self._descriptor(value >> 8, value & 0xFF)[:length]
        # Interfaces and endpoints that are set or cleared change nothing here.
        return bytes(length) if kind & _FROM_DEVICE else b""

    def payloads(self) -> Iterator[bytes]:
        """The next picture in pieces, each with its header (section 2.4.3.3). For ever."""
        frame = 0
        while True:
            picture = self._encoded()
            room = PAYLOAD_MAX - 2
            pieces = [picture[at : at + room] for at in range(0, len(picture), room)]
            for number, piece in enumerate(pieces, start=1):
                flags = _END_OF_HEADER | (frame & 1) | (END_OF_PICTURE if number == len(pieces) else 0)
                yield bytes([2, flags]) + piece
            frame += 1

    def _descriptor(self, kind: int, index: int) -> bytes:
        match kind:
            case DescriptorKind.DEVICE:
                return device()
            case DescriptorKind.CONFIGURATION:
                return configuration()
            case DescriptorKind.TEXT:
                return text(index, ("claim-kiosk", "Emulated camera", self.serial_number))
        raise Refused

    def _class_request(self, request: int, selector: int, index: int, data: bytes) -> bytes:
        interface, unit = index & 0xFF, index >> 8
        if interface == STREAMING:
            return self._negotiate(request, data)
        setting = self._settings.get((unit, selector))
        if setting is None:
            raise Refused
        if request == _SET_CUR:
            self._set(setting, int.from_bytes(data, "little"))
            return b""
        if request == _GET_LEN:
            return struct.pack("<H", setting.size)
        if request == _GET_INFO:
            return _READ_AND_WRITTEN
        values = {
            _GET_CUR: setting.current, _GET_MIN: setting.least, _GET_MAX: setting.most, _GET_RES: setting.step,
            _GET_DEF: setting.current,
        }  # fmt: skip
        return values[request].to_bytes(setting.size, "little")

    @staticmethod
    def _set(setting: Setting, value: int) -> None:
        if not setting.least <= value <= setting.most:
            raise Refused
        if setting.mode is not None and setting.mode.current != setting.manual:
            raise Refused
        setting.current = value

    def _negotiate(self, request: int, data: bytes) -> bytes:
        """Section 4.3.1.1: it takes what it is asked for where it has that."""
        if request == _SET_CUR:
            _, picture_format, frame, *_ = struct.unpack_from(_PROBE, data)
            self._chosen = picture_format, min(max(frame, 1), len(MODES))
            return b""
        if request == _GET_LEN:
            return struct.pack("<H", struct.calcsize(_PROBE))
        if request == _GET_INFO:
            return _READ_AND_WRITTEN
        picture_format, frame = self._chosen
        size = self._mode().frame_bytes
        return struct.pack(_PROBE, 0, picture_format, frame, INTERVAL_100NS, 0, 0, 0, 0, 0, size, PAYLOAD_MAX)

    def _mode(self) -> Mode:
        return MODES[self._chosen[1] - 1]

    def _encoded(self) -> bytes:
        mode = self._mode()
        picture = colour_bars(mode.width, mode.height)
        if self._chosen[0] == MJPEG_FORMAT:
            done, encoded = cv2.imencode(".jpg", picture)
            assert done
            return encoded.tobytes()
        return cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_YUY2).tobytes()


def colour_bars(width: int, height: int) -> Pixels:
    """(height, width, 3) uint8 BGR: eight upright bars, as television's, in full colour."""
    colours = [(255 * (n >> 1 & 1), 255 * (n >> 2 & 1), 255 * (n & 1)) for n in (7, 5, 6, 4, 3, 1, 2, 0)]
    row = np.array([colours[x * 8 // width] for x in range(width)], dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row, (height, width, 3)))
