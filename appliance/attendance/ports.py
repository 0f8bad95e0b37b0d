"""What the service needs of those who keep images and make packages; who they are is the composition root's to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from appliance.attendance.state import Attendance
from appliance.model.attendance import Sealed, SealRequested
from appliance.model.capture import ImagePart


class Vault(Protocol):
    """What the service needs of `durable.vault`."""

    async def store(self, owner: str, name: str, media_type: str, data: bytes) -> ImagePart: ...

    def open(self, owner: str, name: str) -> Iterator[bytes]:
        """The bytes in chunks; blocks. Raises StorageCorrupted, StateError."""
        ...

    async def erase(self, owner: str) -> None: ...


class Sealer(Protocol):
    """Turns a frozen attendance into a package that is durable in the spool; safe to repeat.

    `again` makes it anew, under the same id, of one whose file was damaged.
    """

    async def check(self, attendance: Attendance, request: SealRequested) -> None:
        """Raises SealingFailed for a record that no package may hold."""
        ...

    def holds(self, attendance_id: str) -> bool:
        """Whether the package is queued: then it is the spool's, and nothing of it is abandoned any more."""
        ...

    async def discard(self, package_id: str) -> None:
        """Erases what is left of a package that was never queued."""
        ...

    async def __call__(self, attendance: Attendance, request: SealRequested, *, again: bool = False) -> Sealed: ...
