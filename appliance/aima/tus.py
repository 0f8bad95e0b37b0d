"""A small tus 1.0 client (tus.io): creation and core, resumable across kills of either side.

It trusts HEAD's offset, never the bytes it believes it sent; it keeps its own origin and takes only the path of a
Location. Whether AIMA has the package is decided by the signed receipt, not by a 204.
"""

from __future__ import annotations

import asyncio
import base64
import re
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from appliance.aima.failures import NOT_ADMITTED, not_admitted, unreachable
from appliance.durable.private_file import named
from appliance.errors import AimaError, AimaProtocolError, AimaUnreachable, StorageCorrupted

VERSION = "1.0.0"
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{1,1000}")
"""An absolute path in RFC 3986 §3.3's characters, encoded already."""
READ_BYTES, PIECE_BYTES = 1 << 20, 1 << 16
"""Read from the disk at once, and handed to the connection at once: on a slow line a whole read takes minutes to go."""
GONE = frozenset({403, 404, 410})
ELSEWHERE = frozenset({409, 423, 460})
"""Another offset, locked by a connection that died without the server knowing, a checksum that failed on the way."""
QUICK = aiohttp.ClientTimeout(total=30.0, sock_connect=10.0)
LONG = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=120.0)
STALLED_S = 120.0
"""An upload may take as long as its line needs. What may not last is silence: neither the wait for an answer nor, as
the HTTP client watches only reading, the wait for the other side to take the next piece."""


class UploadGone(AimaError):
    """The upload that was begun is not there any more: begin a new one."""

    default_code = "upload-gone"


class UploadElsewhere(AimaError):
    """AIMA holds another part of the upload than was thought: ask again where it stands."""

    default_code = "upload-offset"


class TusClient:
    """`session` carries the TLS context; `origin` is AIMA's `https://host:port`. Every wait here is finite."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, *, stalled_s: float = STALLED_S) -> None:
        self._session = session
        self._origin = URL(origin)
        self._stalled_s = stalled_s

    async def create(self, endpoint: str, size: int, metadata: dict[str, str]) -> str:
        """The new upload's path. Raises AimaUnreachable, AimaProtocolError, AimaError `upload-too-large`."""
        encoded = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
        headers = {"Tus-Resumable": VERSION, "Upload-Length": str(size), "Upload-Metadata": encoded}
        async with self._request("POST", endpoint, headers=headers) as response:
            if response.status != 201:
                raise _refused(response.status)
            return _path(response.headers.get("Location", ""), endpoint)

    async def offset(self, path: str, size: int) -> int:
        """How many bytes AIMA has. Raises UploadGone, AimaUnreachable, AimaProtocolError."""
        async with self._request("HEAD", path, headers={"Tus-Resumable": VERSION}) as response:
            if response.status in GONE:
                raise UploadGone("AIMA does not know the upload any more: it is begun again.")
            if response.status not in (200, 204):
                raise _refused(response.status)
            return _offset(response, size)

    async def send(self, path: str, file: Path, offset: int, size: int) -> int:
        """Sends from `offset` to the end; returns AIMA's offset afterwards.

        Raises as `offset` does, UploadElsewhere, and StorageCorrupted `package-damaged`.
        """
        headers = {
            "Tus-Resumable": VERSION,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(size - offset),
        }
        source = await _Source.opened(file, offset)
        try:
            async with asyncio.timeout(self._stalled_s) as patience:
                chunks = source.chunks(lambda: patience.reschedule(_now() + self._stalled_s))
                async with self._request("PATCH", path, headers=headers, data=chunks) as response:
                    if response.status in GONE:
                        raise UploadGone("AIMA does not know the upload any more: it is begun again.")
                    if response.status in ELSEWHERE:
                        raise UploadElsewhere("AIMA has another part of the upload: it is asked again.")
                    if response.status != 204:
                        raise _refused(response.status)
                    return _offset(response, size)
        except TimeoutError as error:
            raise unreachable(error) from error
        except AimaUnreachable:
            # The connection ended because we had nothing more to send: that is this box's fault, not AIMA's.
            if source.fault is not None:
                raise named(source.fault, file) from source.fault
            raise
        finally:
            await asyncio.to_thread(source.close)

    def _request(
        self, method: str, path: str, *, headers: dict[str, str], data: AsyncIterator[bytes] | None = None
    ) -> _Request:
        return _Request(self._session, method, self._origin.with_path(path, encoded=True), headers, data)


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
        timeout = QUICK if data is None else LONG
        self._pending = session.request(method, url, headers=headers, data=data, allow_redirects=False, timeout=timeout)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            return await self._pending.__aenter__()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(error) from error

    async def __aexit__(self, *error: object) -> None:
        await self._pending.__aexit__(None, None, None)


class _Source:
    """A file read by worker threads; the lock keeps `close` from a read that a lost connection left behind."""

    def __init__(self, path: Path, offset: int) -> None:
        self._lock = threading.Lock()
        self._file = path.open("rb", buffering=0)
        self._file.seek(offset)
        self.fault: OSError | None = None

    @classmethod
    async def opened(cls, path: Path, offset: int) -> _Source:
        """Raises StateError, StorageCorrupted."""
        try:
            return await asyncio.to_thread(cls, path, offset)
        except FileNotFoundError as error:
            raise StorageCorrupted("A package is missing on this box's disk.", code="package-damaged") from error
        except OSError as error:
            raise named(error, path) from error

    def read(self) -> bytes:
        with self._lock:
            return b"" if self._file.closed else self._file.read(READ_BYTES)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    async def chunks(self, on_progress: Callable[[], None]) -> AsyncIterator[bytes]:
        """The rest of the file. A piece is asked for when the one before it was taken: that is progress."""
        while True:
            try:
                chunk = await asyncio.to_thread(self.read)
            except OSError as error:
                self.fault = error
                raise
            on_progress()
            if not chunk:
                return
            for start in range(0, len(chunk), PIECE_BYTES):
                yield chunk[start : start + PIECE_BYTES]
                on_progress()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _path(location: str, endpoint: str) -> str:
    """The path of a Location, which may be relative (RFC 9110 §10.2.2) or name the origin behind a proxy."""
    try:
        path = urlsplit(urljoin(endpoint, location)).path
    except ValueError:
        path = ""
    if not location or not _PATH.fullmatch(path) or path.startswith("//") or path.rstrip("/") == endpoint:
        raise AimaProtocolError("AIMA did not say where the upload goes.", code="upload-location")
    return path


def _offset(response: aiohttp.ClientResponse, size: int) -> int:
    text = response.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16) or int(text) > size:
        raise AimaProtocolError("AIMA's answer about the upload makes no sense.", code="upload-offset")
    return int(text)


def _refused(status: int) -> AimaError:
    if status in NOT_ADMITTED:
        return not_admitted()
    if status >= 500:
        return AimaUnreachable("AIMA's service has a fault: packages wait here and are sent later by themselves.")
    if status == 422:
        return AimaError(
            "AIMA refused the package: it is held on this box, call AIMA's support.", code="package-refused-by-aima"
        )
    if status == 413:
        return AimaError("The package is larger than AIMA takes: it is held on this box.", code="upload-too-large")
    return AimaProtocolError("AIMA answered in a way that its protocol does not have.", code="aima-protocol")
