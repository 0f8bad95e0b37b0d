"""Enrolment over secure transport (EST, RFC 7030): the box's half. The TLS context comes from who calls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from appliance.errors import AimaProtocolError, AimaUnreachable, IdentityError

WELL_KNOWN = "/.well-known/est"
LARGEST_ANSWER_BYTES = 256 * 1024


class EstClient:
    """`session` is bound to a TLS context that trusts only the pinned CA."""

    def __init__(self, session: aiohttp.ClientSession, aima_url: str) -> None:
        self._session = session
        self._base = aima_url.rstrip("/") + WELL_KNOWN

    async def enrol(self, request: x509.CertificateSigningRequest, otp: str) -> tuple[x509.Certificate, ...]:
        """/simpleenroll with the one-time code as HTTP Basic password (§3.2.3). Leaf first.

        Raises IdentityError `otp-refused`, AimaUnreachable, AimaProtocolError `est-answer`.
        """
        authorisation = aiohttp.encode_basic_auth("kiosk", otp)
        return await self._ask("/simpleenroll", request, {"Authorization": authorisation})

    async def authorities(self) -> list[x509.Certificate]:
        """/cacerts (§4.1): what a chain is made of; trust comes from the pinned CA alone."""
        try:
            async with self._session.get(self._base + "/cacerts", allow_redirects=False) as response:
                if response.status != 200:
                    raise AimaProtocolError("AIMA does not say who certifies boxes.", code="est-answer")
                return _bag(await response.content.read(LARGEST_ANSWER_BYTES))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable() from error

    async def renew(self, request: x509.CertificateSigningRequest) -> tuple[x509.Certificate, ...]:
        """/simplereenroll (§4.2.2) over mutual TLS with the certificate in force."""
        return await self._ask("/simplereenroll", request, {})

    async def _ask(
        self, path: str, request: x509.CertificateSigningRequest, headers: dict[str, str]
    ) -> tuple[x509.Certificate, ...]:
        body = base64.b64encode(request.public_bytes(serialization.Encoding.DER))
        headers = {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64", **headers}
        try:
            async with self._session.post(
                self._base + path, data=body, headers=headers, allow_redirects=False
            ) as response:
                if response.status in (401, 403):
                    raise IdentityError(
                        "AIMA does not accept the one-time code: ask for a new one.", code="otp-refused"
                    )
                if response.status != 200:
                    raise AimaProtocolError(f"AIMA refused to enrol this box ({response.status}).", code="est-answer")
                data = await response.content.read(LARGEST_ANSWER_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable() from error
        return _chain(_bag(data), await self.authorities(), request)


def _unreachable() -> AimaUnreachable:
    return AimaUnreachable("AIMA cannot be reached: check the network and the address.")


def _bag(data: bytes) -> list[x509.Certificate]:
    try:
        return pkcs7.load_der_pkcs7_certificates(base64.b64decode(data))
    except (ValueError, binascii.Error) as error:
        raise AimaProtocolError("AIMA's answer holds no certificate.", code="est-answer") from error


def _chain(
    issued: Sequence[x509.Certificate],
    authorities: Sequence[x509.Certificate],
    request: x509.CertificateSigningRequest,
) -> tuple[x509.Certificate, ...]:
    """The leaf is the one for our key; each issuer follows, as far as the answers go, without the root itself."""
    bag = [*issued, *authorities]
    chain = [certificate for certificate in issued if certificate.public_key() == request.public_key()][:1]
    while chain and (issuer := _issuer(chain[-1], bag)) is not None:
        chain.append(issuer)
    return tuple(chain)


def _issuer(certificate: x509.Certificate, bag: Sequence[x509.Certificate]) -> x509.Certificate | None:
    issuer = next((other for other in bag if other.subject == certificate.issuer), None)
    return None if issuer is None or issuer.issuer == issuer.subject else issuer
