"""A ZIP file of stored entries, and nothing else that ZIP allows (APPNOTE.TXT 6.3.10): sizes known before writing.

Responsible for the container's bytes, both ways. Reading is strict: every byte of the file belongs to exactly one
header or entry, in order, without compression, encryption, extra fields, comments, links or ZIP64, so two readers
cannot see two different contents. Not responsible for what the entries mean (`asice.py`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from appliance.errors import PackageRefused

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION_NEEDED = 10
_MADE_BY_UNIX = 3 << 8 | 20
_REGULAR_FILE = 0o100600 << 16
_STORED = 0

SIZE_LIMIT_BYTES = 1 << 30
"""Of the whole file; far above any attendance, far below where ZIP64 would begin."""
ENTRY_LIMIT = 1000
NAME_LIMIT_BYTES = 200
READ_BYTES = 1 << 18


@dataclass(frozen=True)
class Entry:
    """What the headers say; `name` is ASCII."""

    name: str
    size: int
    crc32: int

    @property
    def local_size(self) -> int:
        return _LOCAL.size + len(self.name)


@dataclass(frozen=True)
class Located:
    """An entry that was read, and where its bytes begin."""

    entry: Entry
    offset: int


def total_size(entries: Sequence[Entry]) -> int:
    """Bytes of the whole file."""
    return sum(e.local_size + e.size + _CENTRAL.size + len(e.name) for e in entries) + _END.size


def local_header(entry: Entry, modified: datetime) -> bytes:
    time, date = _dos_time(modified)
    name = entry.name.encode("ascii")
    sizes = (entry.crc32, entry.size, entry.size, len(name), 0)
    return _LOCAL.pack(_LOCAL_MAGIC, _VERSION_NEEDED, 0, _STORED, time, date, *sizes) + name


def directory(entries: Sequence[Entry], modified: datetime) -> bytes:
    """The central directory and its end, for entries written one after the other from the file's start."""
    time, date = _dos_time(modified)
    headers, offset = [], 0
    for entry in entries:
        name = entry.name.encode("ascii")
        fixed = (_CENTRAL_MAGIC, _MADE_BY_UNIX, _VERSION_NEEDED, 0, _STORED, time, date)
        sizes = (entry.crc32, entry.size, entry.size, len(name), 0, 0, 0, 0, _REGULAR_FILE, offset)
        headers.append(_CENTRAL.pack(*fixed, *sizes) + name)
        offset += entry.local_size + entry.size
    central = b"".join(headers)
    return central + _END.pack(_END_MAGIC, 0, 0, len(entries), len(entries), len(central), offset, 0)


def locate(file: BinaryIO) -> tuple[Located, ...]:
    """The entries of a seekable file, in order. Raises PackageRefused (`package-malformed`), OSError."""
    size = file.seek(0, 2)
    if not _END.size <= size <= SIZE_LIMIT_BYTES:
        raise _malformed("its size is impossible")
    magic, disk, start_disk, here, count, central_size, central_offset, comment = _END.unpack(
        _read(file, size - _END.size, _END.size)
    )
    if magic != _END_MAGIC or (disk, start_disk, comment) != (0, 0, 0) or here != count:
        raise _malformed("it does not end as a ZIP file without a comment does")
    if not 0 < count <= ENTRY_LIMIT or central_offset + central_size + _END.size != size:
        raise _malformed("its directory does not fill the place that it claims")
    if central_size > count * (_CENTRAL.size + NAME_LIMIT_BYTES):
        raise _malformed("its directory is too long")
    central = _read(file, central_offset, central_size)
    located: list[Located] = []
    at, offset = 0, 0
    for _ in range(count):
        entry, times, at = _central_entry(central, at, offset)
        expected = _LOCAL.pack(
            _LOCAL_MAGIC, _VERSION_NEEDED, 0, _STORED, *times, entry.crc32, entry.size, entry.size, len(entry.name), 0
        ) + entry.name.encode("ascii")
        data_offset = offset + entry.local_size
        if data_offset + entry.size > central_offset or _read(file, offset, len(expected)) != expected:
            raise _malformed("an entry and the directory disagree")
        located.append(Located(entry, data_offset))
        offset = data_offset + entry.size
    if at != central_size or offset != central_offset:
        raise _malformed("there are bytes that belong to no entry")
    return tuple(located)


def entry_chunks(file: BinaryIO, located: Located) -> Iterator[bytes]:
    """The entry's bytes. Raises PackageRefused (`package-malformed`) when its CRC-32 differs, OSError."""
    crc32, left = 0, located.entry.size
    file.seek(located.offset)
    while left:
        chunk = file.read(min(left, READ_BYTES))
        if not chunk:
            raise _malformed("it is cut short")
        crc32 = zlib.crc32(chunk, crc32)
        left -= len(chunk)
        yield chunk
    if crc32 != located.entry.crc32:
        raise PackageRefused("The package is damaged: an entry's check sum differs.", code="package-part-altered")


def read_entry(file: BinaryIO, located: Located, limit: int) -> bytes:
    """A small entry at once. Raises PackageRefused when it is longer than `limit` bytes."""
    if located.entry.size > limit:
        raise _malformed("one of its descriptions is too long")
    return b"".join(entry_chunks(file, located))


def is_zip(path: Path) -> bool:
    """Whether the file begins as a ZIP does. Raises OSError."""
    with path.open("rb") as file:
        return file.read(4) == _LOCAL_MAGIC


def _central_entry(central: bytes, at: int, offset: int) -> tuple[Entry, tuple[int, int], int]:
    """One directory header, which must describe an entry at `offset`; also its DOS time and where the next begins."""
    if at + _CENTRAL.size > len(central):
        raise _malformed("its directory is cut short")
    (magic, made_by, needed, flags, method, time, date, crc32, packed, size, name_length, *rest) = _CENTRAL.unpack_from(
        central, at
    )
    end = at + _CENTRAL.size + name_length
    if magic != _CENTRAL_MAGIC or (made_by, needed, flags, method) != (_MADE_BY_UNIX, _VERSION_NEEDED, 0, _STORED):
        raise _malformed("an entry is not simply stored")
    if packed != size or rest != [0, 0, 0, 0, _REGULAR_FILE, offset]:
        raise _malformed("an entry is not a plain file in its place")
    raw = central[at + _CENTRAL.size : end]
    if end > len(central) or not 0 < name_length <= NAME_LIMIT_BYTES or not raw.isascii():
        raise _malformed("an entry has an impossible name")
    return Entry(raw.decode("ascii"), size, crc32), (time, date), end


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise _malformed("it is cut short")
    return data


def _dos_time(moment: datetime) -> tuple[int, int]:
    """UTC in MS-DOS form, two-second steps; a clock before 1980 or after 2107 gives that format's first instant."""
    utc = moment.astimezone(UTC)
    if not 1980 <= utc.year <= 2107:
        utc = datetime(1980, 1, 1, tzinfo=UTC)
    return utc.hour << 11 | utc.minute << 5 | utc.second // 2, (utc.year - 1980) << 9 | utc.month << 5 | utc.day


def _malformed(why: str) -> PackageRefused:
    return PackageRefused(f"The file is not a package of this kiosk's form: {why}.", code="package-malformed")
