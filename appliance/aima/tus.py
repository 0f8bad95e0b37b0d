"""A small tus 1.0 client (tus.io): creation and core, resumable across kills of either side.

It trusts HEAD's offset, never the bytes it believes it sent; it keeps its own origin and takes only the path of a
Location. Whether AIMA has the package is decided by the signed receipt, not by a 204.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from appliance.errors import AimaError, AimaProtocolError, AimaUnreachable

VERSION = "1.0.0"
CHUNK_BYTES = 1 << 20
GONE = frozenset({403, 404, 410})


class UploadGone(AimaError):
    """The upload that was begun is not there any more: begin a new one."""

    default_code = "upload-gone"


class TusClient:
    """`session` carries the TLS context and finite timeouts; `origin` is AIMA's `https://host:port`."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = URL(origin)

    async def create(self, endpoint: str, size: int, metadata: dict[str, str]) -> str:
        """The new upload's path. Raises AimaUnreachable, AimaProtocolError, and AimaError `upload-refused`."""
        encoded = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
        headers = {"Tus-Resumable": VERSION, "Upload-Length": str(size), "Upload-Metadata": encoded}
        async with self._request("POST", endpoint, headers=headers) as response:
            if response.status != 201:
                raise _refused(response.status)
            location = response.headers.get("Location", "")
        path = urlsplit(location).path
        if not path.startswith("/") or path.startswith("//") or not path.isprintable():
            raise AimaProtocolError("AIMA did not say where the upload goes.", code="upload-location")
        return path

    async def offset(self, path: str, size: int) -> int:
        """How many bytes AIMA has. Raises UploadGone, AimaUnreachable, AimaProtocolError."""
        async with self._request("HEAD", path, headers={"Tus-Resumable": VERSION}) as response:
            if response.status in GONE:
                raise UploadGone("AIMA does not know the upload any more: it is begun again.")
            if response.status not in (200, 204):
                raise _refused(response.status)
            return _offset(response, size)

    async def send(self, path: str, file: Path, offset: int, size: int) -> int:
        """Sends from `offset` to the end; returns AIMA's offset afterwards. Raises as `offset` does."""
        headers = {
            "Tus-Resumable": VERSION,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(size - offset),
        }
        async with self._request("PATCH", path, headers=headers, data=_chunks(file, offset)) as response:
            if response.status in GONE:
                raise UploadGone("AIMA does not know the upload any more: it is begun again.")
            if response.status == 409:
                raise AimaProtocolError("AIMA has another part of the upload: it is asked again.", code="upload-offset")
            if response.status != 204:
                raise _refused(response.status)
            return _offset(response, size)

    def _request(
        self, method: str, path: str, *, headers: dict[str, str], data: AsyncIterator[bytes] | None = None
    ) -> _Request:
        return _Request(self._session, method, self._origin.with_path(path), headers, data)


class _Request:
    """One request whose failures are ours."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: URL,
        headers: dict[str, str],
        data: AsyncIterator[bytes] | None,
    ) -> None:
        self._pending = session.request(method, url, headers=headers, data=data, allow_redirects=False)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            return await self._pending.__aenter__()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(error) from error

    async def __aexit__(self, *error: object) -> None:
        await self._pending.__aexit__(None, None, None)


def unreachable(error: Exception) -> AimaError:
    """A connection's failure by name: a certificate that is not AIMA's is not the same as no network."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return AimaUnreachable(
            "AIMA's certificate, or this box's, is not accepted: ask the field engineer.", code="aima-certificate"
        )
    return AimaUnreachable("AIMA cannot be reached: packages wait here and are sent later by themselves.")


async def _chunks(file: Path, offset: int) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(file.open, "rb", buffering=0)
    try:
        await asyncio.to_thread(source.seek, offset)
        while chunk := await asyncio.to_thread(source.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(source.close)


def _offset(response: aiohttp.ClientResponse, size: int) -> int:
    text = response.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit()) or int(text) > size:
        raise AimaProtocolError("AIMA's answer about the upload makes no sense.", code="upload-offset")
    return int(text)


def _refused(status: int) -> AimaError:
    if status >= 500:
        return AimaUnreachable("AIMA's service has a fault: packages wait here and are sent later by themselves.")
    if status == 422:
        return AimaError("AIMA refused the package: it is held here.", code="package-refused-by-aima")
    return AimaProtocolError("AIMA answered in a way that its protocol does not have.", code="aima-protocol")
