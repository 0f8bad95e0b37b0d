"""Sealing: manifest and parts become one signed and encrypted file, streamed, in bounded memory.

Blocking, so it runs in a worker thread. Responsible for the order of things; the formats are `asice.py`, `cades.py`
and `envelope.py`. Not responsible for making the output durable (the spool syncs and renames) nor for keys.
"""

from __future__ import annotations

import errno
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from cryptography import x509

from appliance.errors import DiskFull, SealingFailed
from appliance.model.manifest import Manifest, PartRecord
from appliance.package import asice
from appliance.package.cades import Signer, sign_detached
from appliance.package.canonical import manifest_to_bytes
from appliance.package.consistency import contradictions
from appliance.package.envelope import encrypt
from appliance.package.part import PartSource, checked_chunks
from appliance.package.stored_zip import ENTRY_LIMIT, SIZE_LIMIT_BYTES, Entry, directory, local_header, total_size

__all__ = ["PartSource", "SealedPackage", "Signer", "checked_record", "seal"]


@dataclass(frozen=True)
class SealedPackage:
    """`sha256` (lower-case hex) and `bytes` are of the encrypted file; `manifest_sha256` is of `manifest.json`."""

    package_id: str
    sha256: str
    bytes: int
    manifest_sha256: str


def seal(
    manifest: Manifest,
    parts: Sequence[PartSource],
    signer: Signer,
    recipient: x509.Certificate,
    out: BinaryIO,
    *,
    signing_time: datetime,
) -> SealedPackage:
    """Writes the package to `out`, from where it stands. The same attendance sealed twice differs: keys are fresh.

    Every part is hashed again on its way. When anything raises, `out` lacks its authentication tag and opens for
    nobody; the caller throws it away. Raises SealingFailed, StorageCorrupted (a part is not what was captured),
    DiskFull, and whatever the signer raises.
    """
    document = _checked_manifest(manifest, parts)
    objects = [asice.DataObject(asice.MANIFEST_NAME, "application/json", hashlib.sha256(document).digest())]
    objects += [asice.DataObject(part.name, part.media_type, bytes.fromhex(part.sha256)) for part in parts]
    asic_manifest = asice.asic_manifest_to_bytes(objects)
    signature = sign_detached(asic_manifest, signer, signing_time)
    head = dict(zip(asice.HEAD, (asice.MIMETYPE, asic_manifest, signature, document), strict=True))
    entries = [Entry(name, len(data), zlib.crc32(data)) for name, data in head.items()]
    entries += [Entry(part.name, part.size, part.crc32) for part in parts]
    size = total_size(entries)
    if size > SIZE_LIMIT_BYTES or len(entries) > ENTRY_LIMIT:
        raise SealingFailed("The attendance is too large to be sent as one package.", code="package-too-large")
    output = _Digested(out)
    encrypt(_plaintext(head, parts, entries, signing_time), size, recipient, output.write)
    return SealedPackage(manifest.package_id, output.sha256.hexdigest(), output.bytes, objects[0].sha256.hex())


def checked_record(manifest: Manifest, *, fits: bool = True) -> bytes:
    """The canonical bytes of a record that keeps its own rules. Raises SealingFailed; needs none of the images."""
    if not fits or contradictions(manifest):
        raise SealingFailed(
            "The attendance's record does not fit its images and cannot be sealed; report this to support.",
            code="manifest-inconsistent",
        )
    return manifest_to_bytes(manifest)


def _checked_manifest(manifest: Manifest, parts: Sequence[PartSource]) -> bytes:
    """Its canonical bytes, once it says what the parts are and nothing in it contradicts itself."""
    records = tuple(PartRecord(name=p.name, media_type=p.media_type, size=p.size, sha256=p.sha256) for p in parts)
    return checked_record(manifest, fits=records == manifest.parts)


def _plaintext(
    head: dict[str, bytes], parts: Sequence[PartSource], entries: Sequence[Entry], modified: datetime
) -> Iterator[bytes | memoryview]:
    """The ASiC-E container's bytes, in order."""
    for data, entry in zip(head.values(), entries, strict=False):
        yield local_header(entry, modified) + data
    for part, entry in zip(parts, entries[len(head) :], strict=True):
        yield local_header(entry, modified)
        yield from checked_chunks(part)
    yield directory(entries, modified)


class _Digested:
    """What goes to `out`, counted and hashed on the way; short writes of raw files are finished."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes | memoryview) -> None:
        self.sha256.update(data)
        self.bytes += len(data)
        view = memoryview(data)
        try:
            while view:
                view = view[self._out.write(view) :]
        except OSError as fault:
            if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFull("There is no room left for the package; nothing was lost.") from fault
            raise SealingFailed("The package could not be written.", code="sealing-failed") from fault
