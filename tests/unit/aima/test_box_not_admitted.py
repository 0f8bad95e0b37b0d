"""AIMA answers, but does not accept the box's certificate: that is not the same as no network, and has its name."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from appliance.aima.receipt_client import ReceiptClient
from appliance.aima.tls import client_context
from appliance.aima.tus import TusClient
from appliance.errors import AimaError
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.tls import server_context
from tests.unit.aima.post import Box, Post

PATIENCE_S = 60.0


@contextmanager
def strict_server(authority: Authority) -> Iterator[str]:
    """Refuses certificates by a TLS alert, as OpenSSL's servers do; asyncio's own, and so the stand-in, hang up."""
    context = server_context(authority.server_chain_path, authority.server_key_path, authority.ca_pem)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENCE_S)
                _refuse(connection, context)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _refuse(connection: socket.socket, context: ssl.SSLContext) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    try:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                data = connection.recv(65536)
                if not data:
                    return
                incoming.write(data)
    except ssl.SSLError:
        pass  # the alert is in what goes out now
    try:
        connection.sendall(outgoing.read())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    except OSError:
        return


@pytest.mark.parametrize("shown", ["another CA's certificate", "no certificate"])
@pytest.mark.parametrize("what", ["receipt", "upload"])
async def test_a_certificate_that_aima_refuses_is_named(tmp_path: Path, shown: str, what: str) -> None:
    authority = await asyncio.to_thread(Authority.create_or_load, tmp_path / "aima")
    stranger = await asyncio.to_thread(Authority.create_or_load, tmp_path / "stranger")
    box = await asyncio.to_thread(Box.enrolled, tmp_path, stranger, "box-1")
    context = client_context(authority.ca_pem)
    if shown != "no certificate":
        context.load_cert_chain(box.certificate_path, box.key_path)
    with strict_server(authority) as url:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
            asking: Awaitable[object] = (
                ReceiptClient(session, url).fetch("p1")
                if what == "receipt"
                else TusClient(session, url).create("/files", 1, {"package_id": "p1"})
            )
            with pytest.raises(AimaError) as refused:
                await asking
    assert refused.value.code == "box-certificate-refused"
    assert refused.value.sentence.endswith(".")


async def test_a_box_that_shows_no_certificate_is_told_so_by_status(post: Post) -> None:
    context = client_context(post.authority.ca_pem)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        for asking in (
            ReceiptClient(session, post.aima.url).fetch("p1"),
            TusClient(session, post.aima.url).create("/files", 1, {"package_id": "p1"}),
        ):
            with pytest.raises(AimaError) as refused:
                await asking
            assert refused.value.code == "box-certificate-refused"


async def test_a_server_that_is_not_aima_is_another_matter(post: Post, tmp_path: Path) -> None:
    stranger = await asyncio.to_thread(Authority.create_or_load, tmp_path / "stranger")
    context = client_context(stranger.ca_pem)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        with pytest.raises(AimaError) as refused:
            await ReceiptClient(session, post.aima.url).fetch("p1")
    assert refused.value.code == "aima-certificate"
