"""The key that everything at rest hangs on: 32 random bytes in a private file, one derived key a purpose."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.durable.private_file import read_private, write_private
from appliance.errors import IdentityError

KEY_BYTES = 32


class StorageKey:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def create_or_load(cls, path: Path) -> StorageKey:
        """Blocking. Raises IdentityError `storage-key-unusable`, StateError, DiskFull."""
        secret = read_private(path)
        if secret is None:
            secret = os.urandom(KEY_BYTES)
            write_private(path, secret)
        return cls._checked(secret)

    @classmethod
    def load(cls, path: Path) -> StorageKey:
        """Where there are data already: a new key would open none of them. Blocking.

        Raises IdentityError `storage-key-missing`, `storage-key-unusable`, StateError.
        """
        secret = read_private(path)
        if secret is None:
            raise IdentityError(
                "The key to this box's data is missing: ask the field engineer to bring it back, and change nothing.",
                code="storage-key-missing",
            )
        return cls._checked(secret)

    @classmethod
    def _checked(cls, secret: bytes) -> StorageKey:
        if len(secret) != KEY_BYTES:
            raise IdentityError(
                "This box's storage key is damaged: ask the field engineer, and change nothing.",
                code="storage-key-unusable",
            )
        return cls(secret)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256, RFC 5869): no two purposes share a key."""
        kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"claim-kiosk/{purpose}".encode())
        return kdf.derive(self._secret)
