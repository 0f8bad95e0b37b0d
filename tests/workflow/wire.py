"""A wire between a box and AIMA that can go dead without a word: nothing is closed, nothing comes through."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

_PIECE_BYTES = 65536


class Wire:
    """Forwards connections to `url`; after `cut_in_silence` those there are carry nothing, and new ones do."""

    def __init__(self, url: str) -> None:
        self._host, _, port = url.removeprefix("https://").rpartition(":")
        self._port = int(port)
        self._server: asyncio.Server | None = None
        self._ways: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    def cut_in_silence(self) -> None:
        for way in self._ways:
            way.cancel()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut_in_silence()
        if self._ways:
            await asyncio.wait(self._ways)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, to_them = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, to_them]
        for source, sink in ((reader, to_them), (theirs, writer)):
            way = asyncio.create_task(_carry(source, sink))
            self._ways.add(way)
            way.add_done_callback(self._ways.discard)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_PIECE_BYTES):
            sink.write(data)
            await sink.drain()
        sink.close()
