"""The receiving half of tus 1.0 (core and creation): bytes are synced before they are acknowledged."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

import msgspec
from aiohttp import web

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.sandbox.aima.misbehaviour import Conscience, Fault
from appliance.sandbox.aima.peer import device_id

VERSION = "1.0.0"
WRITE_BYTES = 1 << 20
LARGEST_UPLOAD_BYTES = 256 << 20
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
HEADERS = {"Tus-Resumable": VERSION, "Tus-Version": VERSION, "Cache-Control": "no-store"}


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised. How much came is the data file's size, one truth on the disk, until `finished`: it is gone."""

    upload_id: str
    device_id: str
    package_id: str
    sha256: str
    length: int
    finished: bool = False


class Uploads:
    """`on_complete` is called with the upload and its file once all bytes are durable; again after a power cut."""

    def __init__(
        self,
        directory: Path,
        conscience: Conscience,
        on_complete: Callable[[Upload, Path], Awaitable[None]],
    ) -> None:
        self._directory = directory
        self._conscience = conscience
        self._on_complete = on_complete
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._receiving: dict[str, asyncio.Transport] = {}
        private_directory(directory)

    async def recover(self) -> None:
        """Finishes what was whole when the power went. Call it before the first request."""
        for upload in await asyncio.to_thread(self._unfinished):
            await self._settle(upload)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.options("/files", self.options),
            web.post("/files", self.create),
            web.head("/files/{upload_id}", self.head),
            web.patch("/files/{upload_id}", self.patch),
        ]

    async def options(self, _request: web.Request) -> web.Response:
        extra = {"Tus-Extension": "creation", "Tus-Max-Size": str(LARGEST_UPLOAD_BYTES)}
        return web.Response(status=204, headers=HEADERS | extra)

    async def create(self, request: web.Request) -> web.Response:
        sender = device_id(request)
        _require_version(request)
        length = _number(request.headers.get("Upload-Length", ""))
        if length > LARGEST_UPLOAD_BYTES:
            raise web.HTTPRequestEntityTooLarge(LARGEST_UPLOAD_BYTES, length, headers=HEADERS)
        if length == 0:
            raise web.HTTPBadRequest(text="an upload without a byte is no package", headers=HEADERS)
        metadata = _metadata(request.headers.get("Upload-Metadata", ""))
        package_id, digest = metadata.get("package_id", ""), metadata.get("sha256", "")
        if not (_IDENTIFIER.fullmatch(package_id) and _DIGEST.fullmatch(digest)):
            raise web.HTTPBadRequest(text="Upload-Metadata needs package_id and sha256", headers=HEADERS)
        upload = Upload(
            upload_id=secrets.token_hex(16), device_id=sender, package_id=package_id, sha256=digest, length=length
        )
        await asyncio.to_thread(self._begin, upload)
        location = f"/files/{upload.upload_id}"
        if self._conscience.take("POST", "/files", Fault.HTTP_LOCATION) is not None:
            location = f"http://files.invalid{location}"
        return web.Response(status=201, headers=HEADERS | {"Location": location})

    async def head(self, request: web.Request) -> web.Response:
        upload = await self._find(request)
        if upload.upload_id in self._receiving:
            # The box asks again, so the connection that was sending is dead, whether we have noticed or not.
            self._receiving[upload.upload_id].abort()
        async with self._lock(upload):
            offset = await asyncio.to_thread(self._offset, upload)
        return web.Response(headers=HEADERS | {"Upload-Offset": str(offset), "Upload-Length": str(upload.length)})

    async def patch(self, request: web.Request) -> web.Response:
        upload = await self._find(request)
        _require_version(request)
        if request.content_type != "application/offset+octet-stream":
            raise web.HTTPUnsupportedMediaType(headers=HEADERS)
        if self._lock(upload).locked() or request.transport is None:
            raise web.HTTPConflict(headers=HEADERS)
        async with self._lock(upload):
            self._receiving[upload.upload_id] = request.transport
            try:
                offset = await self._append(request, upload)
            finally:
                del self._receiving[upload.upload_id]
        return web.Response(status=204, headers=HEADERS | {"Upload-Offset": str(offset)})

    async def _append(self, request: web.Request, upload: Upload) -> int:
        offset = await asyncio.to_thread(self._offset, upload)
        if _number(request.headers.get("Upload-Offset", "")) != offset:
            raise web.HTTPConflict(headers=HEADERS)
        if offset < upload.length:
            offset = await self._receive(request, upload, offset)
        if offset == upload.length:
            await self._settle(upload)
        return offset

    async def _receive(self, request: web.Request, upload: Upload, offset: int) -> int:
        cut = self._conscience.take("PATCH", request.path, Fault.CUT_UPLOAD)
        came, pending = 0, bytearray()
        file = await asyncio.to_thread(self._data(upload.upload_id).open, "ab")
        try:
            async for chunk in request.content.iter_any():
                if offset + len(chunk) > upload.length:
                    raise web.HTTPRequestEntityTooLarge(upload.length, offset + len(chunk), headers=HEADERS)
                pending += chunk
                offset += len(chunk)
                came += len(chunk)
                cutting = cut is not None and came >= cut.bytes
                if len(pending) >= WRITE_BYTES or cutting:
                    await asyncio.to_thread(file.write, pending)
                    pending = bytearray()
                if cutting and request.transport is not None:
                    request.transport.abort()
                    break
        finally:
            # What came before a connection broke is kept: the box goes on from there.
            await asyncio.to_thread(_sync, file, pending)
        return offset

    async def _settle(self, upload: Upload) -> None:
        """The whole upload is looked into once; then its bytes are kept by whoever took them."""
        if not upload.finished:
            await self._on_complete(upload, self._data(upload.upload_id))
            await asyncio.to_thread(self._finish, upload)

    def _finish(self, upload: Upload) -> None:
        self._promise(msgspec.structs.replace(upload, finished=True))
        self._data(upload.upload_id).unlink(missing_ok=True)

    def _unfinished(self) -> list[Upload]:
        promises = (msgspec.json.decode(path.read_bytes(), type=Upload) for path in self._directory.glob("*.json"))
        return [one for one in promises if not one.finished and self._offset(one) == one.length]

    async def _find(self, request: web.Request) -> Upload:
        """An upload of this very box: another box's does not exist for it."""
        sender, upload_id = device_id(request), request.match_info["upload_id"]
        data = None
        if _IDENTIFIER.fullmatch(upload_id):
            data = await asyncio.to_thread(read_private, self._directory / f"{upload_id}.json")
        upload = msgspec.json.decode(data, type=Upload) if data is not None else None
        if upload is None or upload.device_id != sender:
            raise web.HTTPNotFound(headers=HEADERS)
        return upload

    def _lock(self, upload: Upload) -> asyncio.Lock:
        return self._locks.setdefault(upload.upload_id, asyncio.Lock())

    def _begin(self, upload: Upload) -> None:
        write_private(self._data(upload.upload_id), b"")
        self._promise(upload)

    def _promise(self, upload: Upload) -> None:
        write_private(self._directory / f"{upload.upload_id}.json", msgspec.json.encode(upload))

    def _offset(self, upload: Upload) -> int:
        try:
            return self._data(upload.upload_id).stat().st_size
        except FileNotFoundError:
            return upload.length  # finished, perhaps since it was looked up

    def _data(self, upload_id: str) -> Path:
        return self._directory / f"{upload_id}.part"


def _sync(file: BinaryIO, rest: bytearray) -> None:
    with file:
        file.write(rest)
        file.flush()
        os.fsync(file.fileno())


def _require_version(request: web.Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise web.HTTPPreconditionFailed(headers=HEADERS)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise web.HTTPBadRequest(text="a length or offset is missing", headers=HEADERS)
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """tus's `name base64,name base64`. Raises web.HTTPBadRequest."""
    pairs: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = item.partition(" ")
        try:
            pairs[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise web.HTTPBadRequest(text="Upload-Metadata is malformed", headers=HEADERS) from None
    return pairs
