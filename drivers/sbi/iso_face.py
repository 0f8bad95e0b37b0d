"""Face image records of ISO/IEC 19794-5:2011, one image each, to values and back. Pure.

Clause 5.3 (facial record header), 5.4 (representation header), 5.5 (facial information), 5.6 (landmark points),
5.7 (image information), 5.8 (image data). What the record says about the person (gender, colours, pose) is neither
read nor written: the standard's "unspecified" is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from drivers.sbi.iso_bytes import (
    NOBODY,
    CapturedBy,
    Fields,
    Quality,
    captured_by_to_bytes,
    qualities_to_bytes,
    read_captured_by,
    read_general_header,
    read_qualities,
    refused,
)
from drivers.sbi.iso_picture import Coding, check_announced

MAGIC: Final = b"FAC\0"
VERSION: Final = b"030\0"
_CODINGS: Final = {0: Coding.JPEG, 1: Coding.JPEG_2000, 2: Coding.JPEG_2000, 3: Coding.PNG}
_CODES: Final = {Coding.JPEG: 0, Coding.JPEG_2000: 2, Coding.PNG: 3}
_GENERAL_BYTES: Final = 17
_LANDMARK_BYTES: Final = 8
_REST_OF_FACIAL_INFORMATION: Final = 15


@dataclass(frozen=True, slots=True)
class FaceImage:
    """`image_type` 1 is a full frontal, 0 a basic image. A face has no raw coding."""

    width: int
    height: int
    coding: Coding
    data: bytes
    captured: CapturedBy = NOBODY
    qualities: tuple[Quality, ...] = ()
    image_type: int = 1

    @classmethod
    def from_bytes(cls, record: bytes) -> FaceImage:
        """Raises DeviceProtocolError for what is no such record."""
        fields = Fields(record)
        read_general_header(fields, len(record), MAGIC, VERSION)
        fields.take(3)  # certification flag and temporal semantics
        if fields.number(4) != len(record) - _GENERAL_BYTES:
            raise refused("its image announces another length than it has")
        captured, qualities = read_captured_by(fields), read_qualities(fields)
        landmarks = fields.number(2)
        fields.take(_REST_OF_FACIAL_INFORMATION)
        fields.take(landmarks * _LANDMARK_BYTES)
        image_type, code, width, height = struct.unpack(">BBHH", fields.take(6))
        fields.take(5)  # sampling rate, processing, cross reference, colour space: the picture says its own
        check_announced(width, height)
        if code not in _CODINGS:
            raise refused("its picture is of a format that does not exist")
        data = fields.take(fields.number(4))
        return cls(width, height, _CODINGS[code], data, captured, qualities, image_type)

    def to_bytes(self) -> bytes:
        if self.coding not in _CODES:
            raise refused("a face has no raw coding")
        information = struct.pack(
            ">BBHHBHBB", self.image_type, _CODES[self.coding], self.width, self.height, 0, 0, 0, 1
        )
        body = (
            captured_by_to_bytes(self.captured)
            + qualities_to_bytes(self.qualities)
            + bytes(2 + _REST_OF_FACIAL_INFORMATION)
            + information
            + struct.pack(">I", len(self.data))
            + self.data
        )
        length = 4 + len(body)
        return MAGIC + VERSION + struct.pack(">IHBHI", _GENERAL_BYTES + length, 1, 0, 1, length) + body
