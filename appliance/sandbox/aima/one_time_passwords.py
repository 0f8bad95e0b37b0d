"""One-time passwords for enrolment: each names the device it is for and serves one key.

A password is used up by the first key that shows it. The same key may ask again and gets the very same certificate,
for as long as the password itself is valid: the first answer may have been lost on the way, and possession of the
key is proved by the request's own signature. Any other key is refused. What was decided is durable before it is
answered; only digests of the passwords are kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from appliance.durable.private_file import read_private, write_private
from appliance.runtime.clock import Clock, timestamp

LIFETIME = timedelta(hours=72)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 16


class _Entry(msgspec.Struct, kw_only=True):
    device_id: str
    valid_until: str
    key_sha256: str = ""
    certificate_pem: str = ""


class OneTimePasswords:
    """`path` holds the register (JSON). One instance owns it; `redeem` is safe under concurrent requests."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = asyncio.Lock()
        data = read_private(path)
        self._entries = {} if data is None else msgspec.json.decode(data, type=dict[str, _Entry])

    @property
    def enrolled(self) -> frozenset[str]:
        """The boxes that have used theirs."""
        return frozenset(entry.device_id for entry in self._entries.values() if entry.certificate_pem)

    async def issue(self, device_id: str, *, lifetime: timedelta = LIFETIME) -> str:
        """A new password (80 bits) for `device_id`, durable before it is returned."""
        password = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        entry = _Entry(device_id=device_id, valid_until=timestamp(self._clock.now() + lifetime))
        async with self._lock:
            await self._store({**self._entries, _digest(password): entry})
        return password

    async def redeem(
        self,
        password: str,
        request: x509.CertificateSigningRequest,
        certify: Callable[[str], x509.Certificate],
    ) -> x509.Certificate | None:
        """The certificate for the request's key, or None when the password is unknown, stale or another key's."""
        key_sha256 = hashlib.sha256(
            request.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        ).hexdigest()
        digest = _digest(password)
        async with self._lock:
            entry = self._entries.get(digest)
            if entry is None or datetime.fromisoformat(entry.valid_until) < self._clock.now():
                return None
            if entry.key_sha256:
                same = secrets.compare_digest(entry.key_sha256, key_sha256)
                return x509.load_pem_x509_certificate(entry.certificate_pem.encode()) if same else None
            certificate = certify(entry.device_id)
            used = _Entry(
                device_id=entry.device_id,
                valid_until=entry.valid_until,
                key_sha256=key_sha256,
                certificate_pem=certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
            )
            await self._store({**self._entries, digest: used})
            return certificate

    async def _store(self, entries: dict[str, _Entry]) -> None:
        await asyncio.to_thread(write_private, self._path, msgspec.json.encode(entries))
        self._entries = entries


def _digest(password: str) -> str:
    return hashlib.sha256(password.strip().upper().encode()).hexdigest()
