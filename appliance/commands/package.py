"""`claim-kiosk package verify FILE --trust DIR [--key FILE]`: whether a package holds together, and what is in it.

Responsible for reading files and for the answer's form. Not for printing, nor for what makes a package valid
(`package/verify.py`).
"""

from __future__ import annotations

import errno
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from appliance.errors import DiskFull, UsageError
from appliance.package.stored_zip import is_zip
from appliance.package.verify import VerifiedPackage, open_package, verify_asice
from appliance.runtime.clock import timestamp

_PEM_LIMIT_BYTES = 1 << 20


def verify_file(file: Path, trust: Path, *, key: Path | None, at: datetime | None = None) -> dict[str, Any]:
    """A summary of a valid package, ready for JSON. Blocking.

    `file` is a signed container (`.asice`), or an encrypted one (`.p7m`) with its recipient's private key; which, is
    told from its first bytes. What is decrypted lies in a private directory and is gone when this returns. `trust` is
    a directory of `*.pem` with any number of certificates. `at` is the time of judgement, now unless given.

    Raises PackageRefused, UsageError (an unreadable file, no certificate, no key), DiskFull.
    """
    moment = at or datetime.now(UTC)
    anchors = _certificates(trust)
    try:
        if is_zip(file):
            return _summary(verify_asice(file, anchors, at=moment))
        if key is None:
            raise UsageError("The package is encrypted: give its recipient's key with --key.", code="key-missing")
        private_key = _private_key(key)
        with tempfile.TemporaryDirectory(prefix="claim-kiosk-") as private:
            opened = Path(private) / "package.asice"
            open_package(file, private_key, None, opened)
            return _summary(verify_asice(opened, anchors, at=moment))
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull("There is no room to decrypt the package for checking it.") from fault
        raise UsageError(f"The package cannot be read: {fault.strerror}.", code="file-unreadable") from fault


def _summary(package: VerifiedPackage) -> dict[str, Any]:
    manifest = package.manifest
    return {
        "valid": True,
        "package_id": manifest.package_id,
        "attendance_id": manifest.attendance_id,
        "created_at": manifest.created_at,
        "simulated": manifest.simulated,
        "signer": {
            "subject": package.signer_subject,
            "serial_number": f"{package.signer_serial:x}",
            "signing_time": timestamp(package.signing_time),
        },
        "parts": [
            {"name": part.name, "media_type": part.media_type, "size": part.size, "sha256": part.sha256}
            for part in package.parts
        ],
    }


def _certificates(directory: Path) -> list[x509.Certificate]:
    if not directory.is_dir():
        raise UsageError("--trust names no directory.", code="trust-missing")
    found: list[x509.Certificate] = []
    for path in sorted(directory.glob("*.pem")):
        pem = _read(path)
        # A directory of trust may hold keys or requests by mistake; they give nobody any trust.
        if b"-----BEGIN CERTIFICATE-----" not in pem:
            continue
        try:
            found += x509.load_pem_x509_certificates(pem)
        except ValueError as fault:
            raise UsageError(f"{path.name} holds a certificate that cannot be read.", code="trust-invalid") from fault
    if not found:
        raise UsageError("There is no certificate (*.pem) in the directory of --trust.", code="trust-missing")
    return found


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        loaded = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError) as fault:
        raise UsageError("The file of --key holds no private key without a password.", code="key-invalid") from fault
    if not isinstance(loaded, ec.EllipticCurvePrivateKey) or not isinstance(loaded.curve, ec.SECP256R1):
        raise UsageError("The key of --key is not a P-256 key.", code="key-invalid")
    return loaded


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PEM_LIMIT_BYTES)
    except OSError as fault:
        raise UsageError(f"{path.name} cannot be read: {fault.strerror}.", code="file-unreadable") from fault
