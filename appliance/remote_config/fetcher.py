"""Downloads for TUF over the TLS context it is given: blocking, bounded in time, and stoppable from another thread.

Sizes are bounded by TUF itself, which says for each file how much it will take. Trusts nothing that it fetches.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient.fetcher import FetcherInterface

CHUNK_BYTES = 64 * 1024


class MutualTlsFetcher(FetcherInterface):
    """One connection a file: what is fetched is small and seldom. No redirects, no proxies."""

    def __init__(self, context: ssl.SSLContext, *, timeout_s: float = 3.0, deadline_s: float = 20.0) -> None:
        """`timeout_s` bounds each wait for the peer, `deadline_s` a whole file, however slowly it trickles."""
        self._context = context
        self._timeout_s = timeout_s
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._closed = False

    def close(self) -> None:
        """End what is under way and refuse anything more; from any thread."""
        with self._lock:
            self._closed = True
        self._cut()

    def _fetch(self, url: str) -> Iterator[bytes]:
        # A generator of its own: `download_file` iterates it, so the wait for the body is inside the deadline too.
        return self._chunks(url)

    def _chunks(self, url: str) -> Iterator[bytes]:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname is None:
            raise DownloadError("only https addresses are fetched")
        late = threading.Event()

        def cut_late() -> None:
            late.set()
            self._cut()

        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=self._timeout_s, context=self._context
        )
        timer = threading.Timer(self._deadline_s, cut_late)
        timer.daemon = True
        timer.start()
        try:
            connection.connect()
            with self._lock:
                if self._closed:
                    raise DownloadError("stopping")
                self._socket = connection.sock
            connection.request("GET", parts.path, headers={"Accept-Encoding": "identity"})
            response = connection.getresponse()
            if response.status != 200:
                raise DownloadHTTPError(f"status {response.status}", response.status)
            while chunk := response.read1(CHUNK_BYTES):
                yield chunk
            if response.length:
                raise DownloadError("the answer ended early")
        except (OSError, http.client.HTTPException) as error:
            if late.is_set():
                raise SlowRetrievalError("the download took too long") from error
            raise DownloadError(f"no answer ({type(error).__name__})") from error
        finally:
            timer.cancel()
            with self._lock:
                self._socket = None
            connection.close()

    def _cut(self) -> None:
        with self._lock:
            if self._socket is not None:
                # Only a shutdown wakes a thread that waits in recv; a close would not.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
