"""Who may send what: a box's own packages, from where it stands, by a certificate that was good when it signed."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.aima.tls import client_context
from appliance.model.manifest import CentreRecord
from appliance.package.seal import seal
from appliance.sandbox.aima.authority import Authority, Pair
from appliance.sandbox.aima.devices import DeviceRecords
from tests.unit.aima.post import CONFIGURATION, Post
from tests.unit.package.world import KeySigner, manifest_for, some_parts
from tests.unit.sandbox.test_receiving import receipt, upload

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


def earlier_signer(post: Post, device_id: str, lifetime: timedelta) -> KeySigner:
    """A certificate from a day ago, good for `lifetime` from now on: negative for one that has run out."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return KeySigner(key, post.authority.issue_device_certificate(request, device_id, lifetime=lifetime))


async def sent(post: Post, signer: KeySigner, ago: timedelta, **centre: str) -> str:
    """The refusal's code for a package signed so long ago; empty when there is a receipt."""
    parts = some_parts()
    manifest = manifest_for(parts, package_id="p1")
    record: CentreRecord = msgspec.structs.replace(manifest.centre, **centre)
    manifest = msgspec.structs.replace(manifest, centre=record)
    out, signed_at = io.BytesIO(), datetime.now(UTC) - ago
    seal(manifest, parts, signer, post.authority.encryption_certificate, out, signing_time=signed_at)
    await upload(post.session, post, "p1", out.getvalue())
    status, body = await receipt(post.session, post, "p1")
    if status == 200:
        return ""
    assert status == 422
    return str(msgspec.json.decode(body)["error"])


SIGNED = [
    ("before its certificate ran out", "box-1", -2 * HOUR, 3 * HOUR, ""),
    ("after it ran out", "box-1", -2 * HOUR, HOUR, "package-signer-expired"),
    ("before it began", "box-1", 2 * HOUR, 2 * DAY, "package-signer-expired"),
    ("by another box's old certificate", "box-2", -2 * HOUR, 3 * HOUR, "package-other-signer"),
    ("a little ahead, by a clock that is wrong", "box-1", 30 * DAY, -HOUR, ""),
    ("far ahead", "box-1", 30 * DAY, -2 * DAY, "package-signing-time"),
]


@pytest.mark.parametrize(
    ("device_id", "lifetime", "ago", "code"), [case[1:] for case in SIGNED], ids=[case[0] for case in SIGNED]
)
async def test_a_package_is_judged_at_its_signing(
    post: Post, device_id: str, lifetime: timedelta, ago: timedelta, code: str
) -> None:
    assert await sent(post, earlier_signer(post, device_id, lifetime), ago) == code


@pytest.mark.parametrize("centre", [{"centre_id": "claim-other"}, {"post_id": "post-2"}], ids=["centre", "post"])
async def test_a_package_that_names_another_place_gets_no_receipt(post: Post, centre: dict[str, str]) -> None:
    assert await sent(post, post.box.signer, timedelta(), **centre) == "package-place"
    assert post.received() == []


def test_a_box_that_moved_may_still_send_what_it_took_before(tmp_path: Path) -> None:
    records = DeviceRecords(tmp_path / "devices.json")
    assert not records.stands_at("box-1", ("claim-example", "post-1"))
    records.given("box-1", CONFIGURATION)
    records.given("box-1", CONFIGURATION.replace(b"post-1", b"post-2"))
    for published_badly in (b"", b"[]", b'{"centre": 1}', b"\xff"):
        records.given("box-1", published_badly)
    again = DeviceRecords(tmp_path / "devices.json")
    for post_id, stands in (("post-1", True), ("post-2", True), ("post-3", False)):
        assert again.stands_at("box-1", ("claim-example", post_id)) is stands
        assert not again.stands_at("box-2", ("claim-example", post_id))


def certified(issuer: Pair, name: str, purpose: x509.ObjectIdentifier | None) -> Pair:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return dataclasses.replace(issuer, certificate=builder.sign(issuer.key, hashes.SHA256()), key=key)


async def answered(post: Post, tmp_path: Path, shown: Pair) -> int:
    """The status of a request under that certificate; 0 when the handshake ends it."""
    certificate, key = tmp_path / "shown.pem", tmp_path / "shown-key.pem"
    certificate.write_bytes(shown.certificate.public_bytes(Encoding.PEM))
    key.write_bytes(shown.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = client_context(post.authority.ca_pem, certificate_chain=certificate, private_key=key)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        try:
            async with session.get(f"{post.aima.url}/packages/p1/receipt") as response:
                return response.status
        except (aiohttp.ClientError, OSError):
            return 0


SHOWN: list[tuple[str, Callable[[Authority], Pair], int]] = [
    ("a box", lambda authority: certified(authority.issuing, "box-1", CLIENT), 404),
    ("a client of the root", lambda authority: certified(authority.root, "box-1", CLIENT), 0),
    ("AIMA's server", lambda authority: authority.server, 0),
    ("who signs receipts", lambda authority: authority.receipt, 0),
    ("a server of the device CA", lambda authority: certified(authority.issuing, "box-1", SERVER), 0),
    ("without a purpose", lambda authority: certified(authority.issuing, "box-1", None), 403),
    ("named as a path", lambda authority: certified(authority.issuing, "../box-1", CLIENT), 403),
]


@pytest.mark.parametrize(("shown", "status"), [case[1:] for case in SHOWN], ids=[case[0] for case in SHOWN])
async def test_only_a_box_is_answered(
    post: Post, tmp_path: Path, shown: Callable[[Authority], Pair], status: int
) -> None:
    assert await answered(post, tmp_path, shown(post.authority)) == status


async def test_what_was_renewed_is_received_with_its_first_digest(post: Post) -> None:
    """The receipt is for the very bytes that were sealed under the earlier certificate."""
    assert await sent(post, earlier_signer(post, "box-1", -HOUR), 2 * HOUR) == ""
    data = (post.directory / "aima" / "received" / "p1" / "package.p7m").read_bytes()
    assert (
        msgspec.json.decode((await receipt(post.session, post, "p1"))[1])["sha256"] == hashlib.sha256(data).hexdigest()
    )
