"""What ISO/IEC 19794:2011 image records have in common: big-endian fields, read within their announced bounds. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from drivers.errors import DeviceProtocolError

LARGEST_RECORD_BYTES = 64 * 1024 * 1024


class Fields:
    """Takes fields one after another; what would lie beyond the end is refused, never padded."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise refused("it is cut short")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    @property
    def left(self) -> int:
        return len(self._data) - self._at


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality block (ISO/IEC 19794-1:2011): a score of 0–100, 255 for failed, and whose algorithm gave it."""

    score: int
    vendor: int = 0
    algorithm: int = 0


@dataclass(frozen=True, slots=True)
class CapturedBy:
    """When and by what sort of device: `technology`, `vendor` and `kind` are the registered numbers, 0 for unknown."""

    at: datetime | None = None
    technology: int = 0
    vendor: int = 0
    kind: int = 0


NOBODY: Final = CapturedBy()


def read_general_header(fields: Fields, size: int, magic: bytes, version: bytes) -> None:
    """Identifier, version and the record's own length, of a record of `size` bytes with one representation."""
    if size > LARGEST_RECORD_BYTES:
        raise refused("it is too large")
    if fields.take(4) != magic or fields.take(4) != version:
        raise refused("it is of another format or version")
    if fields.number(4) != size:
        raise refused("it announces another length than it has")
    if fields.number(2) != 1:
        raise refused("it holds another number of images than one")


def read_captured_by(fields: Fields) -> CapturedBy:
    """The nine bytes of date and time, then technology, vendor and type; a date of ones or zeros is none."""
    stamp = fields.take(9)
    year, month, day, hour, minute, second, millisecond = struct.unpack(">H5BH", stamp)
    at = None
    if stamp not in (b"\xff" * 9, bytes(9)):
        try:
            at = datetime(year, month, day, hour, minute, second, millisecond * 1000, tzinfo=UTC)
        except ValueError:
            raise refused("its time of capture is none") from None
    return CapturedBy(at, fields.number(1), fields.number(2), fields.number(2))


def captured_by_to_bytes(captured: CapturedBy) -> bytes:
    at = captured.at
    stamp = (
        b"\xff" * 9
        if at is None
        else struct.pack(">H5BH", at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1000)
    )
    return stamp + struct.pack(">BHH", captured.technology, captured.vendor, captured.kind)


def read_qualities(fields: Fields) -> tuple[Quality, ...]:
    return tuple(Quality(fields.number(1), fields.number(2), fields.number(2)) for _ in range(fields.number(1)))


def qualities_to_bytes(qualities: tuple[Quality, ...]) -> bytes:
    blocks = (struct.pack(">BHH", one.score, one.vendor, one.algorithm) for one in qualities)
    return bytes([len(qualities)]) + b"".join(blocks)


def refused(why: str) -> DeviceProtocolError:
    return DeviceProtocolError(f"The scanner sent an image record that cannot be used: {why}.")
