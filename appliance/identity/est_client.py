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
MOST_CERTIFICATES = 16


class EstClient:
    """`session` is bound to a TLS context that trusts only the pinned CA."""

    def __init__(self, session: aiohttp.ClientSession, aima_url: str) -> None:
        self._session = session
        self._base = aima_url.rstrip("/") + WELL_KNOWN

    async def ca_certificates(self) -> tuple[x509.Certificate, ...]:
        """/cacerts (§4.1): what issued certificates chain through. Believed only as far as it leads to the pinned CA.

        Raises AimaUnreachable, AimaProtocolError `est-answer`.
        """
        return _bag(await self._ask("GET", "/cacerts", b"", {}))

    async def enrol(self, request: x509.CertificateSigningRequest, otp: str) -> tuple[x509.Certificate, ...]:
        """/simpleenroll with the one-time code as HTTP Basic password (§3.2.3). Leaf first, then what issued it.

        Raises IdentityError `otp-refused`, AimaUnreachable, AimaProtocolError `est-answer`, `est-later`.
        """
        authorisation = aiohttp.encode_basic_auth("kiosk", otp)
        return await self._certified("/simpleenroll", request, {"Authorization": authorisation})

    async def renew(self, request: x509.CertificateSigningRequest) -> tuple[x509.Certificate, ...]:
        """/simplereenroll (§4.2.2) over mutual TLS with the certificate in force. Raises as `enrol`."""
        return await self._certified("/simplereenroll", request, {})

    async def _certified(
        self, path: str, request: x509.CertificateSigningRequest, headers: dict[str, str]
    ) -> tuple[x509.Certificate, ...]:
        # Before the one-time code is spent: an authority that we could not check afterwards is no use.
        authorities = await self.ca_certificates()
        body = base64.b64encode(request.public_bytes(serialization.Encoding.DER))
        headers = {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64", **headers}
        answered = _bag(await self._ask("POST", path, body, headers))
        return _ordered((*answered, *authorities), request)

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        try:
            async with self._session.request(
                method, self._base + path, data=body or None, headers=headers, allow_redirects=False
            ) as response:
                if response.status in (401, 403):
                    raise IdentityError(
                        "AIMA does not accept the one-time code: ask for a new one.", code="otp-refused"
                    )
                if response.status == 202:
                    raise AimaProtocolError("AIMA has not approved this box yet: try again later.", code="est-later")
                if response.status != 200:
                    raise AimaProtocolError(f"AIMA refused to enrol this box ({response.status}).", code="est-answer")
                answer = bytearray()
                async for chunk in response.content.iter_any():
                    answer += chunk
                    if len(answer) > LARGEST_ANSWER_BYTES:
                        raise _unreadable()
                return bytes(answer)
        except aiohttp.ClientConnectorCertificateError as error:
            raise AimaUnreachable(
                "What answers at that address is not the AIMA that the trust file names.", code="aima-untrusted"
            ) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AimaUnreachable("AIMA cannot be reached: check the network and the address.") from error


def _bag(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a certs-only answer (§4.1.3, §4.2.3), in no order."""
    try:
        bag = pkcs7.load_der_pkcs7_certificates(base64.b64decode(data))
    except (ValueError, binascii.Error) as error:
        raise _unreadable() from error
    if not 1 <= len(bag) <= MOST_CERTIFICATES:
        raise _unreadable()
    return tuple(bag)


def _unreadable() -> AimaProtocolError:
    return AimaProtocolError("AIMA's answer holds no certificate.", code="est-answer")


def _ordered(bag: Sequence[x509.Certificate], request: x509.CertificateSigningRequest) -> tuple[x509.Certificate, ...]:
    """The leaf is the one for our key; each issuer after it, without a self-signed root. Empty without a leaf."""
    chain = [certificate for certificate in bag if certificate.public_key() == request.public_key()][:1]
    while chain and len(chain) <= len(bag) and (issuer := _issuer(chain[-1], bag)) is not None:
        chain.append(issuer)
    return tuple(chain)


def _issuer(certificate: x509.Certificate, bag: Sequence[x509.Certificate]) -> x509.Certificate | None:
    for other in bag:
        if other.subject == certificate.issuer and other.subject != other.issuer:
            return other
    return None
