"""What an upload server may answer that it should not: each answer, and what the box makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from appliance.aima.tus import TusClient, UploadElsewhere, UploadGone
from appliance.errors import AimaError, AimaProtocolError, AimaUnreachable, StateError

SIZE = 1000


class Answering:
    """A server without TLS that gives one prepared answer to everything and remembers where it was asked."""

    def __init__(self) -> None:
        self.status = 204
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.raw_path}")
        await request.read()
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Answering, TusClient]]:
    answering = Answering()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answering.answer)
    async with TestServer(app) as running, aiohttp.ClientSession() as session:
        yield answering, TusClient(session, str(running.make_url("")).rstrip("/"))


Server = tuple[Answering, TusClient]

LOCATIONS = [
    ("/files/abc", "/files/abc"),
    ("https://aima.example/files/abc", "/files/abc"),
    ("http://10.0.0.1:8080/files/abc", "/files/abc"),
    ("//elsewhere.example/files/abc", "/files/abc"),
    ("abc", "/abc"),
    ("files/abc", "/files/abc"),
    ("/files/abc?key=1#part", "/files/abc"),
    ("/files/a%20b", "/files/a%20b"),
    ("/files/../abc", "/abc"),
]
NO_LOCATIONS = [
    "",
    "/files",
    "/files/",
    "https://aima.example",
    "https://aima.example//elsewhere",
    "https://[broken/files/abc",
    "/files/a b",
    "/files/é",
    "/files/" + "a" * 2000,
    'javascript:"x"',
]


@pytest.mark.parametrize(("location", "path"), LOCATIONS)
async def test_only_the_path_of_a_location_counts(server: Server, location: str, path: str) -> None:
    answering, client = server
    answering.status, answering.headers = 201, {"Location": location}
    assert await client.create("/files", SIZE, {"package_id": "p"}) == path


@pytest.mark.parametrize("location", NO_LOCATIONS)
async def test_a_location_that_leads_nowhere_is_named(server: Server, location: str) -> None:
    answering, client = server
    answering.status, answering.headers = 201, {"Location": location} if location else {}
    with pytest.raises(AimaProtocolError) as refused:
        await client.create("/files", SIZE, {})
    assert refused.value.code == "upload-location"


@pytest.mark.parametrize("offset", [None, "", "-1", "1.0", "0x10", "١٢", "1001", "9" * 40, "12 13"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH"])
async def test_an_offset_that_cannot_be_is_named(
    server: Server, tmp_path: Path, method: str, offset: str | None
) -> None:
    answering, client = server
    answering.headers = {} if offset is None else {"Upload-Offset": offset}
    with pytest.raises(AimaProtocolError) as refused:
        await ask(client, method, tmp_path)
    assert refused.value.code == "upload-offset"


STATUSES: list[tuple[str, int, type[AimaError], str]] = [
    ("POST", 200, AimaProtocolError, "aima-protocol"),
    ("POST", 302, AimaProtocolError, "aima-protocol"),
    ("POST", 401, AimaError, "box-certificate-refused"),
    ("POST", 403, AimaError, "box-certificate-refused"),
    ("POST", 413, AimaError, "upload-too-large"),
    ("POST", 422, AimaError, "package-refused-by-aima"),
    ("POST", 500, AimaUnreachable, "aima-unreachable"),
    ("POST", 503, AimaUnreachable, "aima-unreachable"),
    ("HEAD", 302, AimaProtocolError, "aima-protocol"),
    ("HEAD", 403, UploadGone, "upload-gone"),
    ("HEAD", 404, UploadGone, "upload-gone"),
    ("HEAD", 410, UploadGone, "upload-gone"),
    ("HEAD", 502, AimaUnreachable, "aima-unreachable"),
    ("PATCH", 200, AimaProtocolError, "aima-protocol"),
    ("PATCH", 308, AimaProtocolError, "aima-protocol"),
    ("PATCH", 404, UploadGone, "upload-gone"),
    ("PATCH", 409, UploadElsewhere, "upload-offset"),
    ("PATCH", 423, UploadElsewhere, "upload-offset"),
    ("PATCH", 460, UploadElsewhere, "upload-offset"),
    ("PATCH", 507, AimaUnreachable, "aima-unreachable"),
]


@pytest.mark.parametrize(("method", "status", "kind", "code"), STATUSES)
async def test_every_status_has_its_name(
    server: Server, tmp_path: Path, method: str, status: int, kind: type[AimaError], code: str
) -> None:
    answering, client = server
    answering.status = status
    answering.headers = {"Location": "http://elsewhere.invalid/files/abc"} if status in (302, 308) else {}
    with pytest.raises(AimaError) as refused:
        await ask(client, method, tmp_path)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert len(answering.asked) == 1


async def test_nobody_there_is_named(tmp_path: Path, loopback_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        for method in ("POST", "HEAD", "PATCH"):
            with pytest.raises(AimaUnreachable):
                await ask(TusClient(session, f"http://127.0.0.1:{loopback_port}"), method, tmp_path)


@pytest.mark.parametrize("answer", [b"", b"\x00" * 100, b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 204 OK\r\nUpload-"])
async def test_bytes_that_are_no_http_are_named(tmp_path: Path, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with listening, aiohttp.ClientSession() as session:
        host, port = listening.sockets[0].getsockname()[:2]
        with pytest.raises(AimaUnreachable):
            await ask(TusClient(session, f"http://{host}:{port}"), "HEAD", tmp_path)


async def ask(client: TusClient, method: str, directory: Path) -> None:
    if method == "POST":
        await client.create("/files", SIZE, {"package_id": "p"})
    elif method == "HEAD":
        await client.offset("/files/abc", SIZE)
    else:
        file = directory / "package.p7m"
        await asyncio.to_thread(file.write_bytes, bytes(SIZE))
        await client.send("/files/abc", file, 0, SIZE)


async def test_a_server_that_stops_reading_does_not_stop_the_queue_for_ever(tmp_path: Path) -> None:
    """It takes the head of the request and then nothing: no answer is due, so only progress can be watched."""
    heard, done = asyncio.Event(), asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a socket's transport reads too
        heard.set()
        await done.wait()
        writer.transport.abort()

    file = tmp_path / "package.p7m"
    await asyncio.to_thread(file.write_bytes, bytes(32 << 20))
    listening = await asyncio.start_server(deaf, "127.0.0.1", 0)
    async with listening, aiohttp.ClientSession() as session:
        host, port = listening.sockets[0].getsockname()[:2]
        client = TusClient(session, f"http://{host}:{port}", stalled_s=0.3)
        with pytest.raises(AimaUnreachable):
            await client.send("/files/abc", file, 0, 32 << 20)
        assert heard.is_set()
        done.set()


async def test_a_slow_server_that_goes_on_reading_is_waited_for(tmp_path: Path) -> None:
    """Longer in all than silence may last: what counts is that it gets on."""
    stalled_s = 0.4

    async def slow(request: web.Request) -> web.Response:
        came = 0
        async for chunk in request.content.iter_chunked(1 << 20):
            came += len(chunk)
            await asyncio.sleep(stalled_s / 10)
        return web.Response(status=204, headers={"Upload-Offset": str(came)})

    size = 24 << 20
    file = tmp_path / "package.p7m"
    await asyncio.to_thread(file.write_bytes, bytes(size))
    app = web.Application(client_max_size=size)
    app.router.add_patch("/files/abc", slow)
    async with TestServer(app) as running, aiohttp.ClientSession() as session:
        client = TusClient(session, str(running.make_url("")).rstrip("/"), stalled_s=stalled_s)
        assert await client.send("/files/abc", file, 0, size) == size


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("nowhere", "package-damaged"),
        (".", "state-unusable"),
        ("/proc/self/mem", "disk-faulty"),  # opens well, and every read of it is an input/output error
    ],
)
async def test_a_fault_of_the_boxs_own_disk_is_not_put_down_to_aima(
    server: Server, tmp_path: Path, file: str, code: str
) -> None:
    with pytest.raises(StateError) as refused:
        await server[1].send("/files/abc", tmp_path / file, 0, SIZE)
    assert refused.value.code == code
