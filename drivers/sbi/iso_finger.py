"""Finger image records of ISO/IEC 19794-4:2011, one image each, to values and back. Pure.

Clause 8.2 (general header), 8.3 (representation header, tables 4 to 10), 8.4 (image data).
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

MAGIC: Final = b"FIR\0"
VERSION: Final = b"020\0"
_POSITION_HIGHEST: Final = 10
_PER_INCH: Final = 1
_PER_CENTIMETRE: Final = 2
_CODINGS: Final = {
    0: Coding.RAW,
    1: Coding.RAW,  # bit-packed, which with 8 bits a pixel is the same
    2: Coding.WSQ,
    3: Coding.JPEG,
    4: Coding.JPEG_2000,
    5: Coding.JPEG_2000,
    6: Coding.PNG,
}
_CODES: Final = {Coding.RAW: 0, Coding.WSQ: 2, Coding.JPEG: 3, Coding.JPEG_2000: 5, Coding.PNG: 6}
_GENERAL_BYTES: Final = 16
_CERTIFICATION_BYTES: Final = 3


@dataclass(frozen=True, slots=True)
class FingerImage:
    """`position` is ISO's code, 0 for unknown. `resolution_ppi` is the image's, `impression` 0 a live plain scan."""

    position: int
    resolution_ppi: int
    width: int
    height: int
    coding: Coding
    data: bytes
    captured: CapturedBy = NOBODY
    qualities: tuple[Quality, ...] = ()
    impression: int = 0

    @classmethod
    def from_bytes(cls, record: bytes) -> FingerImage:
        """Raises DeviceProtocolError for what is no such record."""
        fields = Fields(record)
        read_general_header(fields, len(record), MAGIC, VERSION)
        certified = fields.number(1)
        if certified > 1 or fields.number(1) != 1:
            raise refused("it speaks of another number of fingers than one")
        if fields.number(4) != len(record) - _GENERAL_BYTES:
            raise refused("its image announces another length than it has")
        captured, qualities = read_captured_by(fields), read_qualities(fields)
        if certified:
            fields.take(fields.number(1) * _CERTIFICATION_BYTES)
        position = fields.number(1)
        fields.take(1)  # the representation's number
        units = fields.number(1)
        fields.take(4)  # the rates of the scan: those of the image are what its pixels have
        across, down, bits, code, impression, width, height = struct.unpack(">HHBBBHH", fields.take(11))
        if position > _POSITION_HIGHEST:
            raise refused("it shows something else than one finger")
        if across != down or bits != 8:
            raise refused("its pixels are not square or not of 8 bits")
        check_announced(width, height)
        data = fields.take(fields.number(4))  # what may follow are segmentation, annotation and comments
        return cls(
            position=position,
            resolution_ppi=_per_inch(across, units),
            width=width,
            height=height,
            coding=_coding(code),
            data=data,
            captured=captured,
            qualities=qualities,
            impression=impression,
        )

    def to_bytes(self) -> bytes:
        rate = self.resolution_ppi
        body = (
            captured_by_to_bytes(self.captured)
            + qualities_to_bytes(self.qualities)
            + struct.pack(">BBBHHHHBB", self.position, 1, _PER_INCH, rate, rate, rate, rate, 8, _CODES[self.coding])
            + struct.pack(">BHHI", self.impression, self.width, self.height, len(self.data))
            + self.data
        )
        length = 4 + len(body)
        return MAGIC + VERSION + struct.pack(">IHBBI", _GENERAL_BYTES + length, 1, 0, 1, length) + body


def _per_inch(rate: int, units: int) -> int:
    if rate == 0 or units not in (_PER_INCH, _PER_CENTIMETRE):
        raise refused("it does not say its resolution")
    return rate if units == _PER_INCH else round(rate * 2.54)


def _coding(code: int) -> Coding:
    if code not in _CODINGS:
        raise refused("its picture is of a format that does not exist")
    return _CODINGS[code]
