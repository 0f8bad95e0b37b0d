"""Enrolment under attack from both sides: what the server must refuse a stranger, and the box an answer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from appliance.aima.tls import client_context
from appliance.commands.provision import provision
from appliance.errors import KioskError
from appliance.identity.certificates import certificates_from_pem, check_device_chain
from appliance.identity.est_client import LARGEST_ANSWER_BYTES, EstClient
from appliance.identity.identity import KEY, Identity
from appliance.identity.keys import DeviceKey
from appliance.runtime.clock import SystemClock
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.one_time_passwords import OneTimePasswords
from tests.workflow.aima import Aima, running_aima, session_of

KEY_ONE, KEY_TWO = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "claim-kiosk")])


def _request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = KEY_ONE, name: x509.Name = NAME) -> bytes:
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return base64.b64encode(csr.public_bytes(Encoding.DER))


def _not_ours() -> bytes:
    """Somebody else's public key, without its private one: the signature does not hold."""
    der = bytearray(base64.b64decode(_request()))
    der[-1] ^= 1
    return base64.b64encode(der)


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
async def stranger(aima: Aima) -> AsyncIterator[aiohttp.ClientSession]:
    """Trusts AIMA, and has no certificate."""
    connector = aiohttp.TCPConnector(ssl=client_context(aima.server.premises.authority.ca_pem))
    async with aiohttp.ClientSession(base_url=aima.url, connector=connector) as session:
        yield session


BAD_REQUESTS = [
    ("empty", lambda: b"", 400),
    ("garbage", lambda: b"garbage", 400),
    ("not a request", lambda: base64.b64encode(b"\x30\x03\x02\x01\x01"), 400),
    ("not its own key", _not_ours, 400),
    ("P-384", lambda: _request(ec.generate_private_key(ec.SECP384R1())), 400),
    ("RSA", lambda: _request(rsa.generate_private_key(public_exponent=65537, key_size=2048)), 400),
    ("endless", lambda: b"A" * 200_000, 413),
]


@pytest.mark.parametrize(("body", "status"), [bad[1:] for bad in BAD_REQUESTS], ids=[bad[0] for bad in BAD_REQUESTS])
async def test_a_bad_request_does_not_use_up_the_password(
    aima: Aima, stranger: aiohttp.ClientSession, body: Callable[[], bytes], status: int
) -> None:
    login = {"Authorization": aiohttp.encode_basic_auth("kiosk", await aima.otp())}
    async with stranger.post("/.well-known/est/simpleenroll", data=body(), headers=login) as answer:
        assert answer.status == status
    async with stranger.post("/.well-known/est/simpleenroll", data=_request(), headers=login) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "authorisation", ["", "Basic", "Basic !!!", "Bearer x", aiohttp.encode_basic_auth("kiosk", "WRONG")]
)
async def test_without_a_valid_password_there_is_no_certificate(
    stranger: aiohttp.ClientSession, authorisation: str
) -> None:
    headers = {"Authorization": authorisation} if authorisation else {}
    async with stranger.post("/.well-known/est/simpleenroll", data=_request(), headers=headers) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_password_serves_one_key_even_when_two_ask_at_once(aima: Aima, stranger: aiohttp.ClientSession) -> None:
    login = {"Authorization": aiohttp.encode_basic_auth("kiosk", await aima.otp())}

    async def ask(key: ec.EllipticCurvePrivateKey) -> int:
        async with stranger.post("/.well-known/est/simpleenroll", data=_request(key), headers=login) as answer:
            return answer.status

    assert sorted(await asyncio.gather(ask(KEY_ONE), ask(KEY_TWO))) == [200, 401]


async def test_a_password_stays_used_after_a_restart_and_dies_of_age(tmp_path: Path) -> None:
    class Clock(SystemClock):
        ahead = timedelta()

        def now(self) -> datetime:
            return datetime.now(UTC) + self.ahead

    clock = Clock()
    authority = await asyncio.to_thread(Authority.create_or_load, tmp_path / "authority")
    csr, other = (x509.load_der_x509_csr(base64.b64decode(_request(key))) for key in (KEY_ONE, KEY_TWO))

    async def redeem(password: str, request: x509.CertificateSigningRequest) -> x509.Certificate | None:
        register = await asyncio.to_thread(OneTimePasswords, tmp_path / "register.json", clock)
        return await register.redeem(password, request, lambda n: authority.issue_device_certificate(request, n)[0])

    register = await asyncio.to_thread(OneTimePasswords, tmp_path / "register.json", clock)
    password = await register.issue("kiosk-1")
    first = await redeem(password, csr)
    assert first is not None
    assert await redeem(password, csr) == first
    assert await redeem(password, other) is None
    assert password.encode() not in (tmp_path / "register.json").read_bytes()
    clock.ahead = timedelta(hours=73)
    assert await redeem(password, csr) is None


async def test_renewal_wants_a_certificate_and_the_same_name(
    aima: Aima, stranger: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with stranger.post("/.well-known/est/simplereenroll", data=_request()) as answer:
        assert answer.status == 403
    await provision(aima.url, aima.trust_file, await aima.otp("kiosk-1"), tmp_path / "box")
    identity = await asyncio.to_thread(Identity.load, tmp_path / "box" / "identity", datetime.now(UTC))
    async with session_of(identity) as session:
        url = f"{aima.url}/.well-known/est/simplereenroll"
        async with session.post(url, data=_request(KEY_TWO, NAME)) as answer:
            assert answer.status == 403
        subject = identity.certificate_chain[0].subject
        async with session.post(url, data=_request(KEY_TWO, subject)) as answer:
            assert answer.status == 200


async def _cacerts_of(authority: Authority) -> bytes:
    certificates = [authority.root.certificate, authority.issuing_ca]
    return base64.b64encode(pkcs7.serialize_certificates(certificates, Encoding.DER))


def _certificates(*certificates: x509.Certificate) -> bytes:
    return base64.b64encode(pkcs7.serialize_certificates(list(certificates), Encoding.DER))


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    """What the box has pinned."""
    return Authority.create_or_load(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    """Another CA with the same names throughout."""
    return Authority.create_or_load(tmp_path / "theirs")


@pytest.fixture
def key(tmp_path: Path) -> DeviceKey:
    return DeviceKey.create_or_load(tmp_path / KEY)


Answer = tuple[int, bytes]
ANSWERS: list[tuple[str, Callable[[Authority, Authority, x509.CertificateSigningRequest], Answer], str]] = [
    ("refused", lambda *_: (401, b""), "otp-refused"),
    ("later", lambda *_: (202, b""), "est-later"),
    ("broken", lambda *_: (500, b""), "est-answer"),
    ("elsewhere", lambda *_: (302, b""), "est-answer"),
    ("empty", lambda *_: (200, b""), "est-answer"),
    ("garbage", lambda *_: (200, b"<html>"), "est-answer"),
    ("endless", lambda *_: (200, b"A" * (LARGEST_ANSWER_BYTES + 1)), "est-answer"),
    (
        "another key's certificate",
        lambda ours, _theirs, _csr: (200, _certificates(ours.receipt_certificate)),
        "certificate-missing",
    ),
    (
        "another CA's certificate",
        lambda _ours, theirs, csr: (200, _certificates(*theirs.issue_device_certificate(csr, "kiosk-1"))),
        "certificate-untrusted",
    ),
    (
        "one that has run out",
        lambda ours, _theirs, csr: (
            200,
            _certificates(*ours.issue_device_certificate(csr, "kiosk-1", lifetime=timedelta(hours=-1))),
        ),
        "certificate-expired",
    ),
]


@pytest.mark.parametrize(("answer", "code"), [case[1:] for case in ANSWERS], ids=[case[0] for case in ANSWERS])
async def test_a_box_takes_no_answer_but_its_own_certificate(
    ours: Authority,
    theirs: Authority,
    key: DeviceKey,
    answer: Callable[[Authority, Authority, x509.CertificateSigningRequest], Answer],
    code: str,
) -> None:
    request = key.certificate_request("kiosk")
    status, body = answer(ours, theirs, request)

    async def enrol(_request: web.Request) -> web.Response:
        headers = {"Location": "https://elsewhere.invalid/"} if status == 302 else {}
        return web.Response(status=status, body=body, headers=headers)

    async def authorities(_request: web.Request) -> web.Response:
        return web.Response(body=await _cacerts_of(ours))

    app = web.Application()
    app.router.add_get("/.well-known/est/cacerts", authorities)
    app.router.add_post("/.well-known/est/simpleenroll", enrol)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as session:
            client = EstClient(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
            with pytest.raises(KioskError) as refused:
                check_device_chain(
                    await client.enrol(request, "OTP"),
                    key.public_key,
                    certificates_from_pem(ours.ca_pem),
                    datetime.now(UTC),
                )
    finally:
        await runner.cleanup()
    assert refused.value.code == code
