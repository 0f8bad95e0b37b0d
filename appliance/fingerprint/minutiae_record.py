"""Minutiae as other systems read them: the finger minutiae record of ISO/IEC 19794-2:2005, of one view of one finger.

Numbers are big-endian. What lies about its length or holds what the standard does not allow is refused, never mended.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appliance.errors import RecordRefused
from appliance.fingerprint.minutiae import MOST, Minutiae

PER_CM: Final = 197
"""500 ppi."""
_MAGIC: Final = b"FMR\x00 20\x00"
_HEADER: Final = struct.Struct(">8sIHHHHHBB")
_VIEW: Final = struct.Struct(">BBBB")
_MINUTIA: Final = struct.Struct(">HHBB")
_EXTENDED: Final = struct.Struct(">H")
_COORDINATE_BITS: Final = 14
_COORDINATES: Final = (1 << _COORDINATE_BITS) - 1
_LAST_POSITION, _LAST_NIBBLE, _LAST_KIND, _LAST_ANGLE, _BEST_QUALITY = 10, 15, 2, 255, 100
_LAST_SHORT: Final = 65535


class Fault(StrEnum):
    """Why a record was refused."""

    FORMAT = "another format or version"
    CUT_SHORT = "it is cut short"
    LENGTH = "it announces another length than it has"
    VIEWS = "it holds another number of views than one"
    RESERVED = "a bit is set that the standard reserves"
    RANGE = "a value lies outside what the standard allows"


class MinutiaeRecordRefused(RecordRefused):
    def __init__(self, fault: Fault) -> None:
        super().__init__(f"The record of minutiae cannot be used: {fault.value}.")
        self.fault = fault


@dataclass(frozen=True, slots=True, repr=False)
class RecordedMinutia:
    """`kind`: 0 other, 1 ridge ending, 2 bifurcation. `angle`: 256ths of a turn, counterclockwise from the right.
    `quality`: 1 to 100, or 0 for not reported."""

    kind: int
    x: int
    y: int
    angle: int
    quality: int


@dataclass(frozen=True, slots=True, repr=False)
class MinutiaeRecord:
    """`position`: 0 unknown, 1 to 10 as in ANSI/NIST-ITL. `impression`: 0 live-scan plain. `quality`: 0 to 100.
    `equipment`: certification and type of the capture device. `extended`: data blocks that are not looked into."""

    width_px: int
    height_px: int
    minutiae: tuple[RecordedMinutia, ...]
    position: int = 0
    quality: int = 0
    impression: int = 0
    view: int = 0
    per_cm: tuple[int, int] = (PER_CM, PER_CM)
    equipment: int = 0
    extended: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> MinutiaeRecord:
        """Raises MinutiaeRecordRefused."""
        if not data.startswith(_MAGIC[: len(data)]):
            raise MinutiaeRecordRefused(Fault.FORMAT)
        _, length, equipment, width, height, across, down, views, reserved = _HEADER.unpack(_taken(data, 0, _HEADER))
        if length != len(data):
            raise MinutiaeRecordRefused(Fault.CUT_SHORT if length > len(data) else Fault.LENGTH)
        if views != 1:
            raise MinutiaeRecordRefused(Fault.VIEWS)
        position, view_and_impression, quality, count = _VIEW.unpack(_taken(data, _HEADER.size, _VIEW))
        first = _HEADER.size + _VIEW.size
        end = first + count * _MINUTIA.size
        (extended_size,) = _EXTENDED.unpack(_taken(data, end, _EXTENDED))
        extended = data[end + _EXTENDED.size :]
        if extended_size != len(extended):
            raise MinutiaeRecordRefused(Fault.LENGTH)
        fields = list(_MINUTIA.iter_unpack(data[first:end]))
        if reserved or any(y > _COORDINATES for _, y, _, _ in fields):
            raise MinutiaeRecordRefused(Fault.RESERVED)
        view, impression = divmod(view_and_impression, _LAST_NIBBLE + 1)
        minutiae = tuple(
            RecordedMinutia(kind_and_x >> _COORDINATE_BITS, kind_and_x & _COORDINATES, y, angle, its_quality)
            for kind_and_x, y, angle, its_quality in fields
        )
        record = cls(width, height, minutiae, position, quality, impression, view, (across, down), equipment, extended)
        record._check()
        return record

    def to_bytes(self) -> bytes:
        """Raises MinutiaeRecordRefused for values that the standard does not allow."""
        self._check()
        body = _VIEW.pack(self.position, self.view << 4 | self.impression, self.quality, len(self.minutiae))
        body += b"".join(
            _MINUTIA.pack(one.kind << _COORDINATE_BITS | one.x, one.y, one.angle, one.quality) for one in self.minutiae
        )
        body += _EXTENDED.pack(len(self.extended)) + self.extended
        size = _HEADER.size + len(body)
        return _HEADER.pack(_MAGIC, size, self.equipment, self.width_px, self.height_px, *self.per_cm, 1, 0) + body

    def _check(self) -> None:
        limits = [
            (self.width_px, 1, _COORDINATES + 1),
            (self.height_px, 1, _COORDINATES + 1),
            (len(self.minutiae), 0, MOST),
            (self.position, 0, _LAST_POSITION),
            (self.quality, 0, _BEST_QUALITY),
            (self.impression, 0, _LAST_NIBBLE),
            (self.view, 0, _LAST_NIBBLE),
            (self.per_cm[0], 1, _LAST_SHORT),
            (self.per_cm[1], 1, _LAST_SHORT),
            (self.equipment, 0, _LAST_SHORT),
            (len(self.extended), 0, _LAST_SHORT),
        ]
        for one in self.minutiae:
            limits += [
                (one.kind, 0, _LAST_KIND),
                (one.x, 0, self.width_px - 1),
                (one.y, 0, self.height_px - 1),
                (one.angle, 0, _LAST_ANGLE),
                (one.quality, 0, _BEST_QUALITY),
            ]
        if any(not least <= value <= most for value, least, most in limits):
            raise MinutiaeRecordRefused(Fault.RANGE)


def record_of(minutiae: Minutiae, *, width_px: int, height_px: int, position: int, quality: int = 0) -> MinutiaeRecord:
    """Of an impression at 500 ppi, the clearest minutiae first; one that rounding took over the edge lies on it."""
    columns = (minutiae.kind, minutiae.x, minutiae.y, minutiae.direction, minutiae.quality)
    return MinutiaeRecord(
        width_px,
        height_px,
        tuple(
            RecordedMinutia(kind, min(x, width_px - 1), min(y, height_px - 1), angle, its_quality)
            for kind, x, y, angle, its_quality in zip(*(column.tolist() for column in columns), strict=True)
        ),
        position,
        quality,
    )


def _taken(data: bytes, at: int, layout: struct.Struct) -> bytes:
    if at + layout.size > len(data):
        raise MinutiaeRecordRefused(Fault.CUT_SHORT)
    return data[at : at + layout.size]
