"""Uploading 40 MiB with our tus client against `curl` PUT of the same file to the same server, turn by turn in one run.

Both go over TLS 1.3 with a client certificate, each time over a new connection, to the same process. What is received
is written and synced either way; the plain PUT is a route that only this benchmark adds. Ours is creation, HEAD and
PATCH; theirs is the time that curl itself measures, without its start.

    python -m tests.bench.upload
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from appliance.aima.tus import TusClient
from appliance.errors import ServiceError
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.misbehaviour import Conscience
from appliance.sandbox.aima.tls import server_context
from appliance.sandbox.aima.uploads import WRITE_BYTES, Upload, Uploads
from tests.bench.row import Row
from tests.unit.aima.post import Box

UPLOAD_BYTES = 40 << 20
ROUNDS = 7
PLAIN = "/plain"


def run(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in seconds, the ratio of ours to curl's. Raises ServiceError when either does not get through."""
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-bench-") as name:
        return asyncio.run(_measured(Path(name), rounds))


async def _measured(directory: Path, rounds: int) -> dict[str, float]:
    authority = Authority.create_or_load(directory / "authority")
    box = Box.enrolled(directory, authority, "box-1")
    (directory / "ca.pem").write_text(authority.ca_pem)
    file = directory / "package.p7m"
    file.write_bytes(os.urandom(UPLOAD_BYTES))
    server = await _started(directory)
    try:
        turns: dict[str, Callable[[], Awaitable[float]]] = {
            "ours_s": lambda: _ours(server.url, authority, box, file),
            "curl_s": lambda: _curl(server.url, directory, box, file),
        }
        taken: dict[str, list[float]] = {label: [] for label in turns}
        for turn in turns.values():
            await turn()  # the first of each pays for what is kept afterwards
        for _ in range(rounds):
            for label, turn in turns.items():
                taken[label].append(await turn())
    finally:
        await server.stop()
    median = {label: statistics.median(values) for label, values in taken.items()}
    return {
        "bytes": float(UPLOAD_BYTES),
        **{label: round(value, 4) for label, value in median.items()},
        "ratio": round(median["ours_s"] / median["curl_s"], 3),
    }


async def _ours(url: str, authority: Authority, box: Box, file: Path) -> float:
    """Seconds."""
    start = time.perf_counter()
    async with box.session(authority) as session:
        client = TusClient(session, url)
        path = await client.create("/files", UPLOAD_BYTES, {"package_id": "p1", "sha256": "0" * 64})
        offset = await client.offset(path, UPLOAD_BYTES)
        if await client.send(path, file, offset, UPLOAD_BYTES) != UPLOAD_BYTES:
            raise ServiceError("The upload did not end at its end.")
    return time.perf_counter() - start


async def _curl(url: str, directory: Path, box: Box, file: Path) -> float:
    """Seconds, as curl says."""
    tls = ["--cacert", str(directory / "ca.pem"), "--cert", str(box.certificate_path), "--key", str(box.key_path)]
    command = ["curl", "--silent", "--show-error", "--fail", "--http1.1", *tls, "--upload-file", str(file)]
    command += ["--write-out", "%{time_total}", f"{url}{PLAIN}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise ServiceError("curl did not get through.")
    return float(output)


class _Server:
    """The same server for both, in a process of its own as in life."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self.url = url

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


async def _started(directory: Path) -> _Server:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "tests.bench.upload", "serve", str(directory)]
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise ServiceError("The server of the benchmark did not start.")
    return _Server(process, line.decode().strip())


async def _serve(directory: Path) -> None:
    """The stand-in's own uploads and a plain PUT beside them, until standard input ends."""
    authority = Authority.create_or_load(directory / "authority")

    async def keep(_upload: Upload, _file: Path) -> None:
        """What is done with a package afterwards is no part of the upload."""

    uploads = Uploads(directory / "uploads", Conscience(), keep)
    app = web.Application()
    app.add_routes([*uploads.routes(), web.put(PLAIN, lambda request: _plain(request, directory / "plain"))])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = server_context(authority.server_chain_path, authority.server_key_path, authority.device_ca_pem)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    sys.stdout.write(f"https://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


async def _plain(request: web.Request, path: Path) -> web.Response:
    """As `Uploads` receives: written in the same pieces, synced before it is acknowledged."""
    with path.open("wb") as file:
        pending = bytearray()
        async for chunk in request.content.iter_any():
            pending += chunk
            if len(pending) >= WRITE_BYTES:
                await asyncio.to_thread(file.write, pending)
                pending = bytearray()
        await asyncio.to_thread(file.write, pending)
        await asyncio.to_thread(file.flush)
        await asyncio.to_thread(os.fsync, file.fileno())
    return web.Response(status=204)


def rows() -> list[Row]:
    """The same as a line of the benchmark's table."""
    measured = run()
    return [
        Row(measure="upload of 40 MiB", ours=measured["ours_s"], unit="s", against="curl PUT", peer=measured["curl_s"])
    ]


def main() -> dict[str, float]:
    measured = run()
    sys.stdout.write(json.dumps(measured) + "\n")
    return measured


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_serve(Path(sys.argv[2])))
    else:
        main()
