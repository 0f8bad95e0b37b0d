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

import msgspec
from aiohttp import web

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.sandbox.aima.misbehaviour import Conscience, Fault
from appliance.sandbox.aima.peer import device_id

VERSION = "1.0.0"
LARGEST_UPLOAD_BYTES = 256 << 20
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
HEADERS = {"Tus-Resumable": VERSION, "Tus-Version": VERSION, "Cache-Control": "no-store"}


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised. How much came is the data file's size: one truth, on the disk."""

    upload_id: str
    device_id: str
    package_id: str
    sha256: str
    length: int


class Uploads:
    """`on_complete` is called with the upload and its file once all bytes are durable; it may be called again."""

    def __init__(
        self,
        directory: Path,
        conscience: Conscience,
        on_complete: Callable[[Upload, Path], Awaitable[None]],
    ) -> None:
        self._directory = directory
        self._conscience = conscience
        self._on_complete = on_complete
        self._locks: dict[str, asyncio.Lock] = {}
        private_directory(directory)

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
        offset = await asyncio.to_thread(self._offset, upload)
        if offset == upload.length:
            # Whole, but perhaps this server was killed before it looked into it.
            await self._on_complete(upload, self._data(upload.upload_id))
        return web.Response(headers=HEADERS | {"Upload-Offset": str(offset), "Upload-Length": str(upload.length)})

    async def patch(self, request: web.Request) -> web.Response:
        upload = await self._find(request)
        _require_version(request)
        if request.content_type != "application/offset+octet-stream":
            raise web.HTTPUnsupportedMediaType(headers=HEADERS)
        lock = self._locks.setdefault(upload.upload_id, asyncio.Lock())
        if lock.locked():
            raise web.HTTPConflict(headers=HEADERS)
        async with lock:
            offset = await asyncio.to_thread(self._offset, upload)
            if _number(request.headers.get("Upload-Offset", "")) != offset:
                raise web.HTTPConflict(headers=HEADERS)
            offset = await self._receive(request, upload, offset)
            if offset == upload.length:
                await self._on_complete(upload, self._data(upload.upload_id))
        return web.Response(status=204, headers=HEADERS | {"Upload-Offset": str(offset)})

    async def _receive(self, request: web.Request, upload: Upload, offset: int) -> int:
        cut = self._conscience.take("PATCH", request.path, Fault.CUT_UPLOAD)
        came = 0
        file = await asyncio.to_thread(self._data(upload.upload_id).open, "ab", buffering=0)
        try:
            async for chunk in request.content.iter_any():
                if offset + len(chunk) > upload.length:
                    raise web.HTTPRequestEntityTooLarge(upload.length, offset + len(chunk), headers=HEADERS)
                await asyncio.to_thread(file.write, chunk)
                offset += len(chunk)
                came += len(chunk)
                if cut is not None and came >= cut.bytes and request.transport is not None:
                    request.transport.abort()
                    break
        finally:
            await asyncio.to_thread(os.fsync, file.fileno())
            await asyncio.to_thread(file.close)
        return offset

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

    def _begin(self, upload: Upload) -> None:
        write_private(self._data(upload.upload_id), b"")
        write_private(self._directory / f"{upload.upload_id}.json", msgspec.json.encode(upload))

    def _offset(self, upload: Upload) -> int:
        return self._data(upload.upload_id).stat().st_size

    def _data(self, upload_id: str) -> Path:
        return self._directory / f"{upload_id}.part"


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
