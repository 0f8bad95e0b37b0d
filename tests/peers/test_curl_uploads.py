"""A client that we did not write uploads to the stand-in AIMA over mutual TLS, and OpenSSL reads the receipt."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.aima.post import Post, a_post
from tests.unit.package.world import large_part

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs the system package curl"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the system package openssl"),
]
TUS = ("-H", "Tus-Resumable: 1.0.0")


async def run(*command: str) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output


class Curl:
    def __init__(self, post: Post, *, certificate: bool = True) -> None:
        self._url = post.aima.url
        ca = post.directory / "ca.pem"
        ca.write_text(post.authority.ca_pem)
        self._tls = ["--cacert", str(ca), "--tlsv1.3"]
        if certificate:
            self._tls += ["--cert", str(post.box.certificate_path), "--key", str(post.box.key_path)]

    async def __call__(self, path: str, *arguments: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        command = ["curl", "--silent", "--show-error", "--include", *self._tls, *arguments, f"{self._url}{path}"]
        status, output = await run(*command)
        assert status == 0, output
        head, _, body = output.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(first.split()[1]), headers, body


def sealed_file(post: Post, package_id: str) -> Path:
    path = post.directory / "package.p7m"
    with path.open("wb") as out:
        post.writer(package_id, [large_part("face.png", 3 << 20)])(out)
    return path


async def test_curl_uploads_in_two_pieces_and_openssl_believes_the_receipt(tmp_path: Path) -> None:
    async with a_post(tmp_path) as post:
        curl, package = await asyncio.to_thread(Curl, post), await asyncio.to_thread(sealed_file, post, "p1")
        data = await asyncio.to_thread(package.read_bytes)
        values = {"package_id": "p1", "sha256": hashlib.sha256(data).hexdigest()}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())
        length, about = f"Upload-Length: {len(data)}", f"Upload-Metadata: {metadata}"
        status, headers, _ = await curl("/files", "-X", "POST", *TUS, "-H", length, "-H", about)
        assert status == 201
        upload, piece = headers["location"], ("-X", "PATCH", "-H", "Content-Type: application/offset+octet-stream")
        first = tmp_path / "first"
        await asyncio.to_thread(first.write_bytes, data[: 1 << 20])
        status, headers, _ = await curl(upload, *piece, *TUS, "-H", "Upload-Offset: 0", "--data-binary", f"@{first}")
        assert (status, headers["upload-offset"]) == (204, str(1 << 20))
        status, headers, _ = await curl(upload, "--head", *TUS)
        assert (status, headers["upload-offset"]) == (200, str(1 << 20))
        rest = tmp_path / "rest"
        await asyncio.to_thread(rest.write_bytes, data[1 << 20 :])
        offset = f"Upload-Offset: {1 << 20}"
        status, _, _ = await curl(upload, *piece, *TUS, "-H", offset, "--data-binary", f"@{rest}")
        assert status == 204
        status, _, body = await curl("/packages/p1/receipt")
        assert status == 200
        await believe(tmp_path, post, json.loads(body), values["sha256"], len(data))


async def believe(directory: Path, post: Post, receipt: dict[str, object], sha256: str, size: int) -> None:
    """As README and OpenAPI say it is checked: `openssl cms -verify` over the RFC 8785 form without `signature`."""
    assert (receipt["sha256"], receipt["bytes"]) == (sha256, size)
    signature = base64.b64decode(str(receipt.pop("signature")))
    written = {
        "content.json": rfc8785.dumps(receipt),  # type: ignore[arg-type] # a JSON object of strings and one integer
        "signature.der": signature,
        "root.pem": post.authority.ca_pem.encode(),
        "signer.pem": post.authority.receipt_certificate.public_bytes(Encoding.PEM),
        "altered.json": rfc8785.dumps(receipt | {"bytes": size + 1}),  # type: ignore[arg-type] # likewise
    }
    for name, data in written.items():
        await asyncio.to_thread((directory / name).write_bytes, data)
    verify = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(directory / "signature.der")]
    verify += ["-CAfile", str(directory / "root.pem"), "-out", "/dev/null"]
    status, output = await run(*verify, "-content", str(directory / "content.json"))
    assert status == 0, output
    status, _ = await run(*verify, "-content", str(directory / "altered.json"))
    assert status != 0


async def test_curl_without_a_certificate_gets_nothing(tmp_path: Path) -> None:
    async with a_post(tmp_path) as post:
        curl = await asyncio.to_thread(lambda: Curl(post, certificate=False))
        status, _, _ = await curl("/packages/p1/receipt")
        assert status == 403


async def test_only_tls_1_3_is_spoken(tmp_path: Path) -> None:
    async with a_post(tmp_path) as post:
        command = ["curl", "--silent", "--insecure", "--tls-max", "1.2", f"{post.aima.url}/files"]
        status, _ = await run(*command)
        assert status == 35
