"""What the stand-in AIMA takes, from whom, and what it does with it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from pathlib import Path

import aiohttp
import msgspec
import pytest

from appliance.aima.receipts import receipt_from_bytes, verify_receipt
from appliance.sandbox.aima.misbehaviour import Fault
from appliance.sandbox.aima.server import StandInAima
from tests.unit.aima.post import Post
from tests.unit.sandbox.conftest import Two

TUS = {"Tus-Resumable": "1.0.0"}
PATCH = TUS | {"Content-Type": "application/offset+octet-stream"}


def sealed(post: Post, package_id: str) -> bytes:
    out = io.BytesIO()
    post.writer(package_id)(out)
    return out.getvalue()


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


async def create(session: aiohttp.ClientSession, post: Post, package_id: str, data: bytes, digest: str = "") -> str:
    digest = digest or hashlib.sha256(data).hexdigest()
    headers = TUS | {
        "Upload-Length": str(len(data)),
        "Upload-Metadata": metadata(package_id=package_id, sha256=digest),
    }
    async with session.post(f"{post.aima.url}/files", headers=headers) as response:
        assert response.status == 201
        return post.aima.url + response.headers["Location"]


async def patch(session: aiohttp.ClientSession, url: str, data: bytes, offset: int = 0) -> int:
    async with session.patch(url, headers=PATCH | {"Upload-Offset": str(offset)}, data=data) as response:
        return response.status


async def upload(session: aiohttp.ClientSession, post: Post, package_id: str, data: bytes, digest: str = "") -> None:
    url = await create(session, post, package_id, data, digest)
    assert await patch(session, url, data) == 204


async def receipt(session: aiohttp.ClientSession, post: Post, package_id: str) -> tuple[int, bytes]:
    async with session.get(f"{post.aima.url}/packages/{package_id}/receipt") as response:
        return response.status, await response.read()


async def test_a_package_arrives_is_opened_and_receipted(post: Post) -> None:
    data = sealed(post, "p1")
    await upload(post.session, post, "p1", data)
    status, body = await receipt(post.session, post, "p1")
    assert status == 200
    verify_receipt(
        receipt_from_bytes(body),
        package_id="p1",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        certificate=post.authority.receipt_certificate,
    )
    folder = post.directory / "aima" / "received" / "p1"
    assert sorted(path.name for path in folder.iterdir()) == ["package.asice", "package.p7m", "receipt.json", "sender"]
    assert (folder / "package.p7m").read_bytes() == data
    assert (folder / "package.asice").read_bytes().startswith(b"PK")


async def test_the_same_package_twice_has_the_same_receipt(post: Post) -> None:
    data = sealed(post, "p1")
    await upload(post.session, post, "p1", data)
    first = await receipt(post.session, post, "p1")
    await upload(post.session, post, "p1", data)
    await upload(post.session, post, "p1", sealed(post, "p1"))
    assert await receipt(post.session, post, "p1") == first


async def test_an_upload_comes_in_pieces(post: Post) -> None:
    data = sealed(post, "p1")
    url = await create(post.session, post, "p1", data)
    assert await patch(post.session, url, data[:100]) == 204
    assert (await receipt(post.session, post, "p1"))[0] == 404
    assert await patch(post.session, url, data[50:], offset=50) == 409
    async with post.session.head(url, headers=TUS) as response:
        assert (response.headers["Upload-Offset"], response.headers["Upload-Length"]) == ("100", str(len(data)))
    assert await patch(post.session, url, data[100:], offset=100) == 204
    assert (await receipt(post.session, post, "p1"))[0] == 200


async def test_more_than_was_promised_is_refused(post: Post) -> None:
    data = sealed(post, "p1")
    url = await create(post.session, post, "p1", data)
    assert await patch(post.session, url, data + b"more") == 413


async def test_a_box_sees_nothing_of_another(two: Two) -> None:
    post, data = two.post, sealed(two.post, "p1")
    url = await create(post.session, post, "p1", data)
    async with two.other.head(url, headers=TUS) as response:
        assert response.status == 404
    assert await patch(two.other, url, data) == 404
    assert await patch(post.session, url, data) == 204
    assert (await receipt(two.other, post, "p1"))[0] == 404


async def test_nobody_sends_in_another_boxes_name_or_way(two: Two) -> None:
    """A box that announces another's package is refused, and the other's still gets through."""
    post, data = two.post, sealed(two.post, "p1")
    await upload(two.other, post, "p1", data)
    status, body = await receipt(two.other, post, "p1")
    assert (status, msgspec.json.decode(body)["error"]) == (422, "package-other-signer")
    await upload(post.session, post, "p1", data)
    assert (await receipt(post.session, post, "p1"))[0] == 200
    await upload(two.other, post, "p1", data)
    status, body = await receipt(two.other, post, "p1")
    assert (status, msgspec.json.decode(body)["error"]) == (422, "package-id-taken")
    assert post.received() == ["p1"]


REFUSED = [
    ("announced under another id", "p2", lambda data: data, "", "package-other-id"),
    ("announced with another digest", "p1", lambda data: data, "0" * 64, "package-other-bytes"),
    ("cut", "p1", lambda data: data[:-1], "", "package-envelope-malformed"),
    ("one byte altered", "p1", lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], "", ""),
    ("not a package", "p1", lambda _: b"hello", "", ""),
]


@pytest.mark.parametrize(
    ("package_id", "change", "digest", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_is_no_honest_package_gets_no_receipt(
    post: Post, package_id: str, change: object, digest: str, code: str
) -> None:
    assert callable(change)
    data = change(sealed(post, "p1"))
    await upload(post.session, post, package_id, data, digest)
    status, body = await receipt(post.session, post, package_id)
    assert status == 422
    assert msgspec.json.decode(body)["error"].startswith("package-")
    assert code in ("", msgspec.json.decode(body)["error"])
    assert post.received() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/files"),
        ("HEAD", "/files/x"),
        ("PATCH", "/files/x"),
        ("GET", "/packages/x/receipt"),
        ("GET", "/hints"),
        ("GET", "/tuf/metadata/timestamp.json"),
    ],
)
async def test_without_a_certificate_nothing_is_answered(two: Two, method: str, path: str) -> None:
    async with two.nobody.request(method, two.post.aima.url + path, headers=PATCH) as response:
        assert response.status == 403


BAD_REQUESTS = [
    ("no version", {"Upload-Length": "5"}, 412),
    ("another version", {"Tus-Resumable": "0.2.2", "Upload-Length": "5"}, 412),
    ("no length", TUS, 400),
    ("a negative length", TUS | {"Upload-Length": "-5"}, 400),
    ("too long", TUS | {"Upload-Length": str(1 << 40)}, 413),
    ("nothing", TUS | {"Upload-Length": "0"}, 400),
    ("no metadata", TUS | {"Upload-Length": "5"}, 400),
    ("metadata that is not base64", TUS | {"Upload-Length": "5", "Upload-Metadata": "package_id ***"}, 400),
    (
        "an id that leaves the folder",
        TUS | {"Upload-Length": "5", "Upload-Metadata": metadata(package_id="../x", sha256="0" * 64)},
        400,
    ),
]


@pytest.mark.parametrize(
    ("headers", "status"), [case[1:] for case in BAD_REQUESTS], ids=[case[0] for case in BAD_REQUESTS]
)
async def test_an_upload_that_breaks_the_protocol_is_refused(post: Post, headers: dict[str, str], status: int) -> None:
    async with post.session.post(f"{post.aima.url}/files", headers=headers) as response:
        assert response.status == status


async def test_what_had_arrived_when_the_power_went_is_looked_into_at_the_start(post: Post, tmp_path: Path) -> None:
    data = sealed(post, "p1")
    url = await create(post.session, post, "p1", data)
    (part,) = (tmp_path / "aima" / "uploads").glob("*.part")
    await asyncio.to_thread(part.write_bytes, data)
    again = await StandInAima.start(tmp_path / "aima")
    try:
        assert post.received() == ["p1"]
        assert not part.exists()
        async with post.session.head(url, headers=TUS) as response:
            assert response.headers["Upload-Offset"] == str(len(data))
    finally:
        await again.close()


async def test_a_box_that_asks_again_ends_its_dead_connection(post: Post) -> None:
    """Half-open: the server still waits for the rest from a connection that the box has given up."""
    data = sealed(post, "p1")
    url = await create(post.session, post, "p1", data)
    waiting = asyncio.Event()

    async def half() -> object:
        yield data[:5000]
        waiting.set()
        await asyncio.sleep(3600)

    headers = PATCH | {"Upload-Offset": "0", "Content-Length": str(len(data))}
    dead = asyncio.create_task(_ignore(post.session.patch(url, headers=headers, data=half())))
    await waiting.wait()
    async with post.session.head(url, headers=TUS) as response:
        offset = int(response.headers["Upload-Offset"])
    assert 0 <= offset <= 5000
    assert await patch(post.session, url, data[offset:], offset) == 204
    await dead
    assert (await receipt(post.session, post, "p1"))[0] == 200


async def _ignore(request: aiohttp.client._RequestContextManager) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with request:
            pass


async def test_faults_are_told_over_the_control_port_behind_its_token(post: Post) -> None:
    headers = {"Authorization": f"Bearer {post.aima.premises.token}"}
    told = {"fault": "server-error", "path": "/packages"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{post.aima.control_url}/control/misbehave", json=told) as response:
            assert response.status == 401
        url = f"{post.aima.control_url}/control/misbehave"
        async with session.post(url, json={"fault": "unheard-of"}, headers=headers) as response:
            assert response.status == 400
        async with session.post(url, json=told, headers=headers) as response:
            assert response.status == 204
        assert (await receipt(post.session, post, "p1"))[0] == 500
        async with session.post(url, json=told, headers=headers) as response:
            assert response.status == 204
        async with session.post(f"{post.aima.control_url}/control/behave", headers=headers) as response:
            assert response.status == 204
    assert (await receipt(post.session, post, "p1"))[0] == 404


async def test_every_fault_can_be_written_as_json() -> None:
    assert {fault.value for fault in Fault} >= {"close", "hang", "lose-answer", "receipt-wrong-signature"}
