"""The stand-in AIMA's signed repository (TUF): root and targets by two of three keys, snapshot and timestamp by one.

Everything is signed when it is published, the timestamp when it is asked for. What was published is durable before
anyone is told. `Fault` makes it misbehave; the next ordinary publication heals it. In a real AIMA the root's and the
targets' keys are offline, with people; here they lie in one directory, which is what makes this a stand-in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.runtime.clock import Clock

TARGET = "configuration.json"
_KEYS = {"root": 3, "targets": 3, "snapshot": 1, "timestamp": 1}
_THRESHOLDS = {"root": 2, "targets": 2, "snapshot": 1, "timestamp": 1}
LONG = timedelta(days=3650)
"""Nobody is there to sign a stand-in's root and targets again."""
SHORT = timedelta(days=1)
"""How long a box believes a timestamp: a replayed one is found out after this."""
_FIRST_VERSION = 2
"""So that even the first publication leaves an older version to roll back to."""


class Fault(StrEnum):
    ROLLED_BACK = "rolled-back"
    EXPIRED = "expired"
    UNDER_SIGNED = "under-signed"
    TAMPERED = "tampered"


class _Published(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    timestamp_version: int
    configuration: bytes
    targets: bytes
    snapshot: bytes


@dataclass(frozen=True, kw_only=True)
class Publication:
    version: int
    sha256: str
    bytes: int


class TufRepository:
    """`create_or_load` and `publish` block (files, fsync): call them before the loop runs or from a thread."""

    def __init__(self, directory: Path, clock: Clock, keys: dict[str, Sequence[CryptoSigner]], root: bytes) -> None:
        self._directory = directory
        self._clock = clock
        self._keys = keys
        self._root = root
        self._published: _Published | None = None
        self._fault: Fault | None = None
        self._timestamp: bytes | None = None
        stored = read_private(directory / "published.msgpack")
        if stored is not None:
            self._published = msgspec.msgpack.decode(stored, type=_Published)

    @classmethod
    def create_or_load(cls, directory: Path, clock: Clock) -> TufRepository:
        """Keys and root are made at the first start. Raises StateError, ValueError for damaged files."""
        private_directory(directory)
        keys: dict[str, Sequence[CryptoSigner]] = {
            role: [_key(directory / f"{role}-{number}.key") for number in range(1, count + 1)]
            for role, count in _KEYS.items()
        }
        root = read_private(directory / "1.root.json")
        if root is None:
            signed = Root(version=1, expires=clock.now() + LONG, consistent_snapshot=True)
            for role, signers in keys.items():
                for signer in signers:
                    signed.add_key(signer.public_key, role)
                signed.roles[role].threshold = _THRESHOLDS[role]
            root = _signed(signed, keys["root"][:2])
            write_private(directory / "1.root.json", root)
        return cls(directory, clock, keys, root)

    @property
    def root(self) -> dict[str, Any]:
        """The first root metadata, for a trust file."""
        decoded: dict[str, Any] = msgspec.json.decode(self._root)
        return decoded

    @property
    def version(self) -> int:
        """Of the newest publication; 0 before the first."""
        return self._published.version if self._published else 0

    @property
    def configuration(self) -> bytes | None:
        """What was published last."""
        return self._published.configuration if self._published else None

    def publish(self, configuration: bytes, *, fault: Fault | None = None) -> Publication:
        """Sign `configuration` as the newest, whatever it says: judging it is the box's part. Raises StateError."""
        before = self._published
        version = before.version + 1 if before else _FIRST_VERSION
        signers = self._keys["targets"][: 1 if fault is Fault.UNDER_SIGNED else 2]
        expires = self._clock.now() + LONG
        target = TargetFile.from_data(TARGET, configuration, ["sha256"])
        targets = _signed(Targets(version=version, expires=expires, targets={TARGET: target}), signers)
        meta = {"targets.json": MetaFile.from_data(version, targets, ["sha256"])}
        snapshot = _signed(Snapshot(version=version, expires=expires, meta=meta), self._keys["snapshot"])
        published = _Published(
            version=version,
            timestamp_version=(before.timestamp_version if before else _FIRST_VERSION - 1) + 1,
            configuration=configuration,
            targets=targets,
            snapshot=snapshot,
        )
        self._store(published)
        self._fault = fault
        self._timestamp = None
        digest = hashlib.sha256(configuration).hexdigest()
        return Publication(version=version, sha256=digest, bytes=len(configuration))

    def metadata(self, name: str) -> bytes | None:
        """A metadata file by its name on the wire (`1.root.json`, `timestamp.json`, `2.targets.json`); or None."""
        published = self._published
        if name == "1.root.json":
            return self._root
        if published is None:
            return None
        if name == "timestamp.json":
            return self._current_timestamp(published)
        return {
            f"{published.version}.snapshot.json": published.snapshot,
            f"{published.version}.targets.json": published.targets,
        }.get(name)

    def target(self, path: str) -> bytes | None:
        """A target by its name on the wire, `<sha256>.configuration.json`; or None."""
        published = self._published
        if published is None:
            return None
        if path != f"{hashlib.sha256(published.configuration).hexdigest()}.{TARGET}":
            return None
        if self._fault is Fault.TAMPERED:
            # Same length, and still text: only the digest can tell.
            return published.configuration[:-1] + (b" " if published.configuration[-1:] != b" " else b"\n")
        return published.configuration

    def _current_timestamp(self, published: _Published) -> bytes:
        if self._timestamp is not None and self._fresh(self._timestamp):
            return self._timestamp
        if self._timestamp is not None:
            # A box ignores a timestamp of the version it has, however newly signed.
            published = msgspec.structs.replace(published, timestamp_version=published.timestamp_version + 1)
            self._store(published)
        version, expires = published.timestamp_version, self._clock.now() + SHORT
        meta = MetaFile.from_data(published.version, published.snapshot, ["sha256"])
        if self._fault is Fault.ROLLED_BACK:
            # Older than what any box has seen: the one before the last good publication.
            version -= 2
        if self._fault is Fault.EXPIRED:
            expires = self._clock.now() - SHORT
        signed = Timestamp(version=max(version, 1), expires=expires, snapshot_meta=meta)
        self._timestamp = _signed(signed, self._keys["timestamp"])
        return self._timestamp

    def _fresh(self, timestamp: bytes) -> bool:
        if self._fault in (Fault.EXPIRED, Fault.ROLLED_BACK):
            return True
        expires = Metadata[Timestamp].from_bytes(timestamp).signed.expires
        return expires - self._clock.now() > SHORT / 2

    def _store(self, published: _Published) -> None:
        write_private(self._directory / "published.msgpack", msgspec.msgpack.encode(published))
        self._published = published


def _key(path: Path) -> CryptoSigner:
    """Ed25519; made when it is not there."""
    pem = read_private(path)
    if pem is None:
        signer = CryptoSigner.generate_ed25519()
        write_private(path, signer.private_bytes)
        return signer
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key")  # noqa: TRY004 (a damaged file)
    return CryptoSigner(key)


_Role = TypeVar("_Role", Root, Timestamp, Snapshot, Targets)


def _signed(content: _Role, signers: Sequence[CryptoSigner]) -> bytes:
    content.expires = content.expires.replace(microsecond=0)
    metadata = Metadata(content)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes()
