"""What was captured, as small pictures for the technician: read from the vault, in memory only while it is open.

Not responsible for who may look (the page's session is) nor for the live picture (`preview`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

from appliance.attendance.commands import known_target, require_open
from appliance.attendance.image_file import pixels_of
from appliance.attendance.images import preview_jpeg
from appliance.attendance.register import Register
from appliance.attendance.target import Target
from appliance.documents.signature_image import signature_image
from appliance.errors import AttendanceError, StorageCorrupted, UsageError
from appliance.model.attendance import Signed
from appliance.model.capture import Attempt, ImagePart
from appliance.model.signature import SignatureRecord

EDGE_PX = 320
SIGNATURE = "signature"
"""Asked for as a target's name: the record drawn for people to look at."""


class ReadableVault(Protocol):
    def open(self, owner: str, name: str) -> Iterator[bytes]: ...


def shown_attempt(target: Target) -> Attempt | None:
    """The attempt whose image stands for the target: the chosen one, before that the best so far."""
    attempt = target.chosen or target.best
    return attempt if attempt is not None and attempt.part is not None else None


class Pictures:
    """Small copies are kept until their attendance is closed or erased, so that no page has them made again."""

    def __init__(self, register: Register, vault: ReadableVault) -> None:
        self._register = register
        self._vault = vault
        self._kept: dict[tuple[str, str], bytes] = {}
        # A scanned page takes a hundred megabytes while it is made small: one at a time.
        self._one_at_a_time = asyncio.Lock()
        register.watch(self._forget)

    async def jpeg(self, attendance_id: str, target_name: str) -> bytes:
        """Raises AttendanceError `attendance-unknown`, `attendance-frozen`, `target-unknown`, `picture-missing`;
        StorageCorrupted, StateError."""
        part = self._part(attendance_id, target_name)
        key = (attendance_id, part.name)
        make_small = _small_signature if target_name == SIGNATURE else _small
        async with self._one_at_a_time:
            if key in self._kept:
                return self._kept[key]
            picture = await asyncio.to_thread(lambda: make_small(b"".join(self._vault.open(attendance_id, part.name))))
            if self._part(attendance_id, target_name) == part:  # closed or erased meanwhile: nothing stays
                self._kept[key] = picture
            return picture

    def _part(self, attendance_id: str, target_name: str) -> ImagePart:
        attendance = self._register.get(attendance_id)
        require_open(attendance)
        if target_name == SIGNATURE:
            if not isinstance(attendance.signature, Signed):
                raise AttendanceError("There is no image of this yet.", code="picture-missing")
            return attendance.signature.part
        attempt = shown_attempt(known_target(attendance, target_name))
        if attempt is None or attempt.part is None:
            raise AttendanceError("There is no image of this yet.", code="picture-missing")
        return attempt.part

    def _forget(self) -> None:
        self._kept = {key: picture for key, picture in self._kept.items() if self._open(key[0])}

    def _open(self, attendance_id: str) -> bool:
        attendance = self._register.find(attendance_id)
        return attendance is not None and attendance.seal_requested is None and attendance.abandoned is None


def _small_signature(data: bytes) -> bytes:
    try:
        return preview_jpeg(signature_image(SignatureRecord.from_bytes(data)), EDGE_PX)
    except UsageError as error:
        raise StorageCorrupted("A stored signature cannot be shown: sign again.", code="image-altered") from error


def _small(data: bytes) -> bytes:
    return preview_jpeg(pixels_of(data), EDGE_PX)
