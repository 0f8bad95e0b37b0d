"""What a USB camera says of itself when it is plugged in: the descriptors of the USB Video Class 1.0. Pure.

Section numbers are those of the class's specification. Its pictures come over a bulk endpoint, so that they need no
share of the bus to be set aside.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final, NamedTuple

VENDOR_ID, PRODUCT_ID = 0x1209, 0x0001
"""The pair that is set aside for tests, and that no product has."""
CONTROL, STREAMING = 0, 1
"""Its two interfaces."""
CAMERA_TERMINAL, PROCESSING_UNIT, OUTPUT_TERMINAL = 1, 2, 3
PICTURES_ENDPOINT: Final = 1
PAYLOAD_MAX: Final = 16384
"""The kernel's longest transfer of 32 packets of 512 bytes: each payload is then one transfer."""
INTERVAL_100NS: Final = 1_000_000
_CLASS: Final = 0x0E
_YUY2: Final = b"YUY2\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
_SELF_POWERED: Final = 0xC0


class DescriptorKind(IntEnum):
    DEVICE = 1
    CONFIGURATION = 2
    TEXT = 3


class Mode(NamedTuple):
    """A picture that can be asked for."""

    width: int
    height: int

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * 2


MJPEG_FORMAT, YUYV_FORMAT = 1, 2
MODES: Final = (Mode(640, 480), Mode(320, 240), Mode(1280, 720))
"""Of both formats, numbered from 1; the first is the camera's own choice."""


def device() -> bytes:
    return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0xEF, 2, 1, 64, VENDOR_ID, PRODUCT_ID, 0x0100, 1, 2, 3, 1)


def configuration() -> bytes:
    association = struct.pack("<BBBBBBBB", 8, 11, CONTROL, 2, _CLASS, 3, 0, 0)
    body = association + _control_interface() + _streaming_interface()
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, _SELF_POWERED, 0) + body


def text(index: int, strings: tuple[str, ...]) -> bytes:
    """Number 0 is the list of languages."""
    content = struct.pack("<H", 0x0409) if index == 0 else strings[index - 1].encode("utf-16-le")
    return struct.pack("<BB", 2 + len(content), 3) + content


def _interface(number: int, endpoints: int, subclass: int) -> bytes:
    return struct.pack("<BBBBBBBBB", 9, 4, number, 0, endpoints, _CLASS, subclass, 0, 0)


def _control_interface() -> bytes:
    """Section 3.7: what can be set, and how the picture goes from the lens to the wire."""
    terminal_controls = (1 << 1 | 1 << 3 | 1 << 5 | 1 << 17).to_bytes(3, "little")  # exposure mode and time, focus
    camera = struct.pack("<BBBBHBBHHHB", 18, 0x24, 2, CAMERA_TERMINAL, 0x0201, 0, 0, 0, 0, 0, 3) + terminal_controls
    unit_controls = (1 << 6 | 1 << 12).to_bytes(2, "little")  # white balance temperature, and by itself
    unit = struct.pack("<BBBBBHB", 11, 0x24, 5, PROCESSING_UNIT, CAMERA_TERMINAL, 0, 2) + unit_controls + b"\0"
    output = struct.pack("<BBBBHBBB", 9, 0x24, 3, OUTPUT_TERMINAL, 0x0101, 0, PROCESSING_UNIT, 0)
    parts = camera + unit + output
    header = struct.pack("<BBBHHIBB", 13, 0x24, 1, 0x0100, 13 + len(parts), 48_000_000, 1, STREAMING)
    return _interface(CONTROL, 0, 1) + header + parts


def _streaming_interface() -> bytes:
    """Section 3.9: the formats and their sizes."""
    mjpeg = struct.pack("<BBBBBBBBBBB", 11, 0x24, 6, MJPEG_FORMAT, len(MODES), 1, 1, 0, 0, 0, 0)
    yuyv = (
        struct.pack("<BBBBB", 27, 0x24, 4, YUYV_FORMAT, len(MODES)) + _YUY2 + struct.pack("<BBBBBB", 16, 1, 0, 0, 0, 0)
    )
    formats = mjpeg + _frames(7) + yuyv + _frames(5)
    endpoint = 0x80 | PICTURES_ENDPOINT
    header = struct.pack(
        "<BBBBHBBBBBBBBB", 15, 0x24, 1, 2, 15 + len(formats), endpoint, 0, OUTPUT_TERMINAL, 0, 0, 0, 1, 0, 0
    )
    bulk = struct.pack("<BBBBHB", 7, 5, endpoint, 2, 512, 0)
    return _interface(STREAMING, 1, 2) + header + formats + bulk


def _frames(subtype: int) -> bytes:
    return b"".join(
        struct.pack(
            "<BBBBBHHIIIIBI",
            30, 0x24, subtype, number, 0, mode.width, mode.height,
            mode.frame_bytes * 80, mode.frame_bytes * 80, mode.frame_bytes, INTERVAL_100NS, 1, INTERVAL_100NS,
        )
        for number, mode in enumerate(MODES, start=1)
    )  # fmt: skip
