"""Verifying a package, as AIMA does: open the envelope, then believe nothing that the signature does not cover.

Blocking and in bounded memory. The trust that is lent (certificates, the time) is passed in. Every refusal is a
PackageRefused with its own code; nothing is returned, and no plaintext is left in place, unless all steps pass.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.errors import PackageRefused
from appliance.model.manifest import Manifest, PartRecord
from appliance.package import asice
from appliance.package.cades import SIGNATURE_LIMIT_BYTES, verify_detached
from appliance.package.canonical import MANIFEST_LIMIT_BYTES, manifest_from_bytes
from appliance.package.consistency import contradictions
from appliance.package.envelope_reader import decrypt
from appliance.package.stored_zip import Located, entry_chunks, locate, read_entry
from appliance.package.trust import check_signer


@dataclass(frozen=True)
class VerifiedPackage:
    """`signing_time` is the box's own word; `signer_serial` is the certificate's serial number."""

    manifest: Manifest
    signer_subject: str
    signer_serial: int
    signer_certificate: x509.Certificate
    signing_time: datetime
    parts: tuple[PartRecord, ...]


def open_package(
    source: Path,
    recipient_key: ec.EllipticCurvePrivateKey,
    recipient_cert: x509.Certificate | None,
    destination: Path,
) -> None:
    """Decrypts `package.p7m` to `destination` (mode 0600), which appears only once the tag is verified.

    Without a certificate every recipient in the envelope is tried with the key. Raises PackageRefused, OSError.
    """
    partial = destination.with_name(f".{destination.name}.{secrets.token_hex(8)}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with source.open("rb") as encrypted, os.fdopen(descriptor, "wb") as plain:
            decrypt(encrypted, recipient_key, recipient_cert, plain.write)
        partial.replace(destination)
    finally:
        partial.unlink(missing_ok=True)


def verify_asice(path: Path, trust: Sequence[x509.Certificate], *, at: datetime | None) -> VerifiedPackage:
    """What the package holds, once it is shown to be whole, signed, and by a box that `trust` vouches for at `at`.

    `at` None means when it was signed, by the box's own word and within its certificate's validity: only for a caller
    who knows by other means, and now, that the signer still is who it was, and who bounds that moment himself.

    Raises PackageRefused, OSError.
    """
    with path.open("rb") as file:
        # 1. The container: every byte accounted for, no name twice, the four fixed files first.
        located = _entries(file)
        fixed = {
            asice.MIMETYPE_NAME: len(asice.MIMETYPE),
            asice.ASIC_MANIFEST_NAME: asice.ASIC_MANIFEST_LIMIT_BYTES,
            asice.SIGNATURE_NAME: SIGNATURE_LIMIT_BYTES,
            asice.MANIFEST_NAME: MANIFEST_LIMIT_BYTES,
        }
        mimetype, asic_manifest, signature_bytes, document = (
            read_entry(file, entry, limit) for entry, limit in zip(located, fixed.values(), strict=False)
        )
        if mimetype != asice.MIMETYPE:
            raise PackageRefused("The file is not a signed package (ASiC-E).", code="package-malformed")
        # 2. The signature is one over the list of files, by the certificate that it carries.
        signature = verify_detached(signature_bytes, asic_manifest)
        # 3. That certificate leads to somebody we trust, and may sign.
        check_signer(signature.certificate, signature.others, trust, at or signature.signing_time)
        # 4. The list names exactly the files that are there, in order; their digests agree.
        objects = asice.asic_manifest_from_bytes(asic_manifest)
        files = located[len(asice.HEAD) - 1 :]
        if [item.name for item in objects] != [entry.entry.name for entry in files]:
            raise PackageRefused(
                "The package holds other files than the ones that were signed.", code="package-files-differ"
            )
        for item, entry in zip(objects, files, strict=True):
            if _digest(file, entry) != item.sha256:
                raise PackageRefused("A file of the package was altered.", code="package-part-altered")
    # 5. The manifest is of a version we know, in canonical form, and does not contradict itself.
    manifest = manifest_from_bytes(document)
    if contradictions(manifest):
        raise PackageRefused("The package's manifest contradicts itself.", code="package-manifest-inconsistent")
    # 6. The manifest and the signed list tell the same about every part.
    signed = [
        (item.name, item.media_type, entry.entry.size, item.sha256.hex())
        for item, entry in zip(objects[1:], files[1:], strict=True)
    ]
    if signed != [(part.name, part.media_type, part.size, part.sha256) for part in manifest.parts]:
        raise PackageRefused(
            "The package's manifest describes other parts than the ones it came with.", code="package-parts-differ"
        )
    leaf = signature.certificate
    return VerifiedPackage(
        manifest=manifest,
        signer_subject=leaf.subject.rfc4514_string(),
        signer_serial=leaf.serial_number,
        signer_certificate=leaf,
        signing_time=signature.signing_time,
        parts=manifest.parts,
    )


def _entries(file: BinaryIO) -> tuple[Located, ...]:
    located = locate(file)
    names = [entry.entry.name for entry in located]
    if len({name.lower() for name in names}) != len(names):
        raise PackageRefused("Two files of the package share a name.", code="package-malformed")
    if tuple(names[: len(asice.HEAD)]) != asice.HEAD:
        raise PackageRefused(
            "The file is not a signed package (ASiC-E) of this kiosk's form.", code="package-malformed"
        )
    if not all(asice.part_name_allowed(name) for name in names[len(asice.HEAD) :]):
        raise PackageRefused("A file of the package has a name that is not allowed.", code="package-malformed")
    return located


def _digest(file: BinaryIO, entry: Located) -> bytes:
    digest = hashlib.sha256()
    for chunk in entry_chunks(file, entry):
        digest.update(chunk)
    return digest.digest()
