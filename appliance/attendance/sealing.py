"""A frozen attendance becomes a package that is durable in the spool; repeating it finds the package made before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from cryptography import x509

from appliance.attendance.recording import Recorded, recorded
from appliance.attendance.state import Attendance
from appliance.errors import ConfigurationError, StorageCorrupted, StoredPartDamaged
from appliance.model.attendance import Sealed, SealRequested
from appliance.model.capture import ImagePart
from appliance.model.configuration import Configuration
from appliance.model.manifest import SoftwareRecord
from appliance.package.cades import Signer
from appliance.package.part import PartSource
from appliance.package.seal import SealedPackage, checked_record, seal
from appliance.runtime.clock import Clock, timestamp


class ReadableVault(Protocol):
    def open(self, owner: str, name: str) -> Iterator[bytes]:
        """Blocks; read in the spool's thread. Raises StorageCorrupted."""
        ...


class Entry(Protocol):
    @property
    def package_id(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def bytes(self) -> int: ...


class PackageQueue(Protocol):
    """What sealing needs of `spool.spool`: at most one package an attendance, durable before it answers."""

    async def enqueue(
        self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], SealedPackage]
    ) -> Entry: ...

    def holds(self, attendance_id: str) -> bool: ...

    async def discard(self, package_id: str) -> None: ...

    async def replace(self, package_id: str, write: Callable[[BinaryIO], SealedPackage]) -> Entry:
        """A package whose file was damaged, before AIMA had it."""
        ...


_DAMAGED = frozenset({"image-altered", "image-missing", "part-altered"})
"""Of one part, whatever is done again; a disk that cannot be read at all is another matter."""


@dataclass(slots=True)
class _Reading:
    """Which part is being read: its name in the package and in the vault."""

    name: str = ""
    stored: str = ""

    @property
    def label(self) -> str:
        return PurePosixPath(self.name).stem.replace("_", " ")


class SpoolSealer:
    def __init__(
        self,
        *,
        queue: PackageQueue,
        vault: ReadableVault,
        signer: Callable[[], Signer],
        configuration: Callable[[], Configuration | None],
        software: SoftwareRecord,
        clock: Clock,
        sandbox: bool,
    ) -> None:
        """What a `sandbox` seals says that it is simulated, also where nothing was captured."""
        self._queue = queue
        self._vault = vault
        self._signer = signer
        self._configuration = configuration
        self._software = software
        self._clock = clock
        self._sandbox = sandbox

    async def check(self, attendance: Attendance, request: SealRequested) -> None:
        """Whether its record keeps the rules of every package. Raises SealingFailed; no image is looked at."""
        manifest = self._recorded(attendance, request).manifest
        await asyncio.to_thread(checked_record, manifest)

    def holds(self, attendance_id: str) -> bool:
        """Whether its package is queued: from then on it is the spool's."""
        return self._queue.holds(attendance_id)

    async def discard(self, package_id: str) -> None:
        """Erases what an interrupted sealing left of a package that was never queued."""
        await self._queue.discard(package_id)

    async def __call__(self, attendance: Attendance, request: SealRequested, *, again: bool = False) -> Sealed:
        """`again`: the package that there is was damaged, and is replaced under its id.

        Raises SealingFailed, StoredPartDamaged, StorageCorrupted, DiskFull, ConfigurationError. Nothing is queued,
        or replaced, then.
        """
        configuration = self._configuration()
        if configuration is None:
            raise ConfigurationError("This box has no valid configuration from AIMA yet.", code="configuration-missing")
        record = self._recorded(attendance, request)
        reading = _Reading()
        parts = [
            self._source(attendance.attendance_id, part.name, stored, reading)
            for part, stored in zip(record.manifest.parts, record.stored, strict=True)
        ]
        recipient = x509.load_pem_x509_certificate(configuration.aima.encryption_certificate.encode())
        signer, signing_time = self._signer(), self._clock.now()

        def write(out: BinaryIO) -> SealedPackage:
            return seal(record.manifest, parts, signer, recipient, out, signing_time=signing_time)

        try:
            if again:
                entry = await self._queue.replace(request.package_id, write)
            else:
                entry = await self._queue.enqueue(request.package_id, attendance.attendance_id, write)
        except StorageCorrupted as error:
            if error.code not in _DAMAGED or not reading.stored:
                raise
            raise StoredPartDamaged(
                f"The {reading.label} was damaged on this box's disk: it is asked for again, then seal once more.",
                code=error.code,
                part=reading.stored,
            ) from error
        return Sealed(
            at=timestamp(self._clock.now()),
            technician_id=request.technician_id,
            package_id=entry.package_id,
            sha256=entry.sha256,
            bytes=entry.bytes,
        )

    def _recorded(self, attendance: Attendance, request: SealRequested) -> Recorded:
        return recorded(
            attendance,
            package_id=request.package_id,
            created_at=request.at,
            software=self._software,
            sandbox=self._sandbox,
        )

    def _source(self, owner: str, name: str, stored: ImagePart, reading: _Reading) -> PartSource:
        def opened() -> Iterator[bytes]:
            reading.name, reading.stored = name, stored.name
            return self._vault.open(owner, stored.name)

        return PartSource(
            name=name,
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            crc32=stored.crc32,
            open=opened,
        )
