"""One file on its way into a package: what is known of it beforehand, and the check that it is still so."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appliance.errors import StorageCorrupted

CHUNK_BYTES = 1 << 20
"""Nothing larger is ever handed on at once; it bounds the memory of sealing, whatever a source yields."""


@dataclass(frozen=True)
class PartSource:
    """`open` starts the part's bytes anew, in chunks of any size; it may raise KioskError or OSError."""

    name: str
    media_type: str
    size: int
    sha256: str
    crc32: int
    open: Callable[[], Iterator[bytes | memoryview]]

    @classmethod
    def from_bytes(cls, name: str, media_type: str, data: bytes) -> PartSource:
        """For small parts that are in memory anyway."""
        return cls(
            name, media_type, len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data), lambda: iter([data])
        )


def checked_chunks(part: PartSource) -> Iterator[memoryview]:
    """The part's bytes in chunks of at most `CHUNK_BYTES`.

    Raises StorageCorrupted as soon as more comes than was promised, or at the end when less came or a digest
    differs: what the technician saw and what would be signed are not the same any more.
    """
    digest, crc32, seen = hashlib.sha256(), 0, 0
    try:
        for chunk in part.open():
            view = memoryview(chunk).cast("B")
            seen += len(view)
            if seen > part.size:
                break
            digest.update(view)
            crc32 = zlib.crc32(view, crc32)
            for start in range(0, len(view), CHUNK_BYTES):
                yield view[start : start + CHUNK_BYTES]
    except OSError as fault:
        raise StorageCorrupted("A stored image cannot be read any more.", code="part-unreadable") from fault
    if seen != part.size or digest.hexdigest() != part.sha256 or crc32 != part.crc32:
        raise StorageCorrupted("A stored image is not what was captured any more.", code="part-altered")
