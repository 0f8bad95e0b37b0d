"""Images at rest: each owner (an attendance) has a key of its own; forgetting it erases them, whatever a disk keeps.

A blob is one file: nonce (12 B), AES-256-GCM ciphertext, tag (16 B), with the owner's and its own name as associated
data, so that no file can stand in for another. The owner's data key is wrapped (RFC 3394) by the box's
key-encryption key and lies in the encrypted database.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from appliance.durable.database import Connection, Database
from appliance.durable.private_file import named, private_directory, sync_directory, write_private
from appliance.errors import StateError, StorageCorrupted
from appliance.model.capture import ImagePart

T = TypeVar("T")

SCHEMA = ("CREATE TABLE IF NOT EXISTS vault_keys (owner TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID",)

NONCE_BYTES = 12
TAG_BYTES = 16
CHUNK_BYTES = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Vault:
    """`directory` holds one folder an owner. Blocking work runs in the vault's own thread."""

    def __init__(self, directory: Path, database: Database, key_encryption_key: bytes) -> None:
        self._directory = directory
        self._database = database
        self._kek = key_encryption_key
        self._keys: dict[str, bytes] = {}
        self._first_image = asyncio.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault")

    async def recover(self) -> None:
        """Loads the keys, and finishes every erasure that a power cut interrupted: a folder without a key goes."""

        def select(connection: Connection) -> list[tuple[str, bytes]]:
            rows = connection.execute("SELECT owner, wrapped FROM vault_keys").fetchall()
            return [(str(owner), bytes(wrapped)) for owner, wrapped in rows]

        for owner, wrapped in await self._database.run(select):
            try:
                self._keys[owner] = aes_key_unwrap(self._kek, wrapped)
            except (InvalidUnwrap, ValueError) as error:
                raise StorageCorrupted(
                    "The box's storage key does not fit its data: ask the field engineer.", code="storage-key"
                ) from error
        known = set(self._keys)
        await self._run(lambda: self._sweep(known))

    async def store(self, owner: str, name: str, media_type: str, data: bytes) -> ImagePart:
        """Encrypted and durable when it returns; a blob of the same name is replaced, whole or not at all.

        Raises DiskFull, StateError.
        """
        key = await self._key(owner)
        return await self._run(lambda: self._write(key, owner, name, media_type, data))

    def open(self, owner: str, name: str) -> Iterator[bytes]:
        """The blob's bytes in chunks; blocks, so it belongs into a worker thread.

        Authenticity is known only at the end, where it raises StorageCorrupted `image-altered`: whoever uses what
        came before must be able to throw it away. Raises StorageCorrupted `image-missing`.
        """
        key = self._keys.get(owner)
        path = self._path(owner, name)
        if key is None or not path.is_file():
            raise StorageCorrupted("An image of this attendance is missing: capture it again.", code="image-missing")
        try:
            yield from _decrypted(path, key, _associated(owner, name))
        except OSError as error:
            raise named(error, path) from error

    async def erase(self, owner: str) -> None:
        """The key first, then the files. Erasing twice is as good as once."""
        self._keys.pop(owner, None)

        def delete(connection: Connection) -> None:
            connection.execute("DELETE FROM vault_keys WHERE owner = ?", (owner,))

        await self._database.run(delete)
        await self._database.checkpoint()
        await self._run(lambda: self._remove(owner))

    async def close(self) -> None:
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    async def _key(self, owner: str) -> bytes:
        """The owner's key, made with the first image; two first images at once share it."""
        async with self._first_image:
            return self._keys.get(owner) or await self._new_key(owner)

    async def _new_key(self, owner: str) -> bytes:
        key = os.urandom(32)
        wrapped = aes_key_wrap(self._kek, key)

        def insert(connection: Connection) -> None:
            connection.execute("INSERT INTO vault_keys VALUES (?, ?)", (owner, wrapped))

        await self._database.run(insert)
        self._keys[owner] = key
        return key

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._worker, work))

    def _path(self, owner: str, name: str) -> Path:
        if not (_NAME.fullmatch(owner) and _NAME.fullmatch(name)):
            raise StateError("A name in the box's storage is not allowed.", code="storage-name")
        return self._directory / owner / name

    def _write(self, key: bytes, owner: str, name: str, media_type: str, data: bytes) -> ImagePart:
        path = self._path(owner, name)
        private_directory(path.parent)
        nonce = os.urandom(NONCE_BYTES)
        encryptor = Cipher(algorithms.AES256(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_associated(owner, name))
        ciphertext = encryptor.update(data) + encryptor.finalize()
        write_private(path, b"".join((nonce, ciphertext, encryptor.tag)))
        return ImagePart(
            name=name,
            media_type=media_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            crc32=zlib.crc32(data),
        )

    def _remove(self, owner: str) -> None:
        folder = self._path(owner, "x").parent
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
                sync_directory(self._directory)
        except OSError as error:
            raise named(error, folder) from error

    def _sweep(self, known: set[str]) -> None:
        private_directory(self._directory)
        for folder in self._directory.iterdir():
            if folder.name not in known and _NAME.fullmatch(folder.name):
                self._remove(folder.name)


def _decrypted(path: Path, key: bytes, associated: bytes) -> Iterator[bytes]:
    with path.open("rb") as file:
        nonce = file.read(NONCE_BYTES)
        left = path.stat().st_size - NONCE_BYTES - TAG_BYTES
        if left < 0:
            raise _altered()
        decryptor = Cipher(algorithms.AES256(key), modes.GCM(nonce)).decryptor()
        decryptor.authenticate_additional_data(associated)
        while left:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise _altered()
            left -= len(chunk)
            yield decryptor.update(chunk)
        try:
            decryptor.finalize_with_tag(file.read(TAG_BYTES))
        except (InvalidTag, ValueError) as error:
            raise _altered() from error


def _associated(owner: str, name: str) -> bytes:
    return f"{owner}/{name}".encode()


def _altered() -> StorageCorrupted:
    return StorageCorrupted("A stored image was altered or damaged: capture it again.", code="image-altered")
