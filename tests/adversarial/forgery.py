"""Packages as an attacker would make them: containers of any files in any order, signed or not, byte by byte."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.package import asice
from appliance.package.cades import Signer, sign_detached
from appliance.package.canonical import manifest_to_bytes
from appliance.package.stored_zip import Entry, directory, local_header
from tests.unit.package.world import NOW, manifest_for, some_parts

File = tuple[str, bytes]


@dataclass(frozen=True)
class Draft:
    """A package before it is packed; change what you like. `listed` are the files that the signature covers."""

    manifest: bytes
    parts: tuple[File, ...]
    listed: tuple[asice.DataObject, ...]

    @property
    def asic_manifest(self) -> bytes:
        return asice.asic_manifest_to_bytes(self.listed)

    def files(self, signature: bytes) -> list[File]:
        head = (asice.MIMETYPE, self.asic_manifest, signature, self.manifest)
        return [*zip(asice.HEAD, head, strict=True), *self.parts]

    def signed(self, signer: Signer) -> list[File]:
        return self.files(sign_detached(self.asic_manifest, signer, NOW))


def honest() -> Draft:
    parts = some_parts()
    return draft(manifest_to_bytes(manifest_for(parts)), [(p.name, b"".join(p.open())) for p in parts])


def draft(manifest: bytes, parts: Sequence[File], media_type: str = "image/png") -> Draft:
    listed = [asice.DataObject(asice.MANIFEST_NAME, "application/json", hashlib.sha256(manifest).digest())]
    listed += [asice.DataObject(name, media_type, hashlib.sha256(data).digest()) for name, data in parts]
    return Draft(manifest, tuple(parts), tuple(listed))


def pack(files: Sequence[File]) -> bytes:
    """Our own ZIP form, whatever the names."""
    entries = [Entry(name, len(data), zlib.crc32(data)) for name, data in files]
    body = b"".join(local_header(e, NOW) + data for e, (_, data) in zip(entries, files, strict=True))
    return body + directory(entries, NOW)


def pack_otherwise(files: Sequence[File], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Another writer's ZIP form."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as container:
        for name, data in files:
            container.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def replaced(files: Sequence[File], name: str, data: bytes) -> list[File]:
    return [(known, data if known == name else was) for known, was in files]
