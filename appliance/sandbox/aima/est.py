"""The stand-in AIMA's enrolment server: EST (RFC 7030) with a one-time password first, mutual TLS afterwards.

Responsible for the protocol; who may have which certificate is `one_time_passwords.py` and `authority.py`. Bodies are
base64 in one line: strongSwan's client rejects wrapped ones, and RFC 8951 §3.1 wants clients to take either.
"""

from __future__ import annotations

import base64
import binascii
import re

import structlog
from aiohttp import BasicAuth, web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.one_time_passwords import OneTimePasswords
from appliance.sandbox.aima.peer import common_name, require_peer

log = structlog.get_logger(__name__)

PREFIX = "/.well-known/est"
_LONGEST_REQUEST = 16 * 1024
_CSR_ATTRIBUTES = bytes.fromhex("300a06082a8648ce3d040302")
"""CsrAttrs (RFC 7030 §4.5.2): SEQUENCE { OID ecdsa-with-SHA256 }."""


def routes(authority: Authority, passwords: OneTimePasswords) -> list[web.RouteDef]:
    server = _EstServer(authority, passwords)
    return [
        web.get(f"{PREFIX}/cacerts", server.ca_certificates),
        web.get(f"{PREFIX}/csrattrs", server.csr_attributes),
        web.post(f"{PREFIX}/simpleenroll", server.enrol),
        web.post(f"{PREFIX}/simplereenroll", server.re_enrol),
    ]


class _EstServer:
    def __init__(self, authority: Authority, passwords: OneTimePasswords) -> None:
        self._authority = authority
        self._passwords = passwords

    async def ca_certificates(self, _request: web.Request) -> web.Response:
        """RFC 7030 §4.1: the root first, then what issues devices' certificates. Needs no log-in."""
        return _certificates([self._authority.root.certificate, self._authority.issuing_ca])

    async def csr_attributes(self, _request: web.Request) -> web.Response:
        return _base64(_CSR_ATTRIBUTES, "application/csrattrs")

    async def enrol(self, request: web.Request) -> web.Response:
        """RFC 7030 §4.2.1, the client known by its password (§3.2.3); the user's name in it is not looked at."""
        password = _password(request)
        csr = await _signing_request(request)
        try:
            certificate = await self._passwords.redeem(
                password, csr, lambda name: self._authority.issue_device_certificate(csr, name)[0]
            )
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if certificate is None:
            log.warning("enrolment-refused")
            raise _unauthorised()
        log.info("device-enrolled", device_id=common_name(certificate))
        return _certificates([certificate])

    async def re_enrol(self, request: web.Request) -> web.Response:
        """RFC 7030 §4.2.2: a verified client certificate, and the same subject in the request."""
        current = require_peer(request)
        csr = await _signing_request(request)
        if csr.subject != current.subject:
            raise web.HTTPForbidden(text="the request's subject differs from the certificate's")
        try:
            certificate = self._authority.issue_device_certificate(csr, common_name(current))[0]
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        log.info("device-renewed", device_id=common_name(current))
        return _certificates([certificate])


def _unauthorised() -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(
        headers={"WWW-Authenticate": 'Basic realm="estrealm"'}, text="a valid one-time password is required"
    )


def _password(request: web.Request) -> str:
    try:
        return str(BasicAuth.decode(request.headers.get("Authorization", "")).password)
    except ValueError as error:
        raise _unauthorised() from error


async def _signing_request(request: web.Request) -> x509.CertificateSigningRequest:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _LONGEST_REQUEST:
            raise web.HTTPRequestEntityTooLarge(max_size=_LONGEST_REQUEST, actual_size=len(body))
    try:
        der = base64.b64decode(re.sub(rb"\s", b"", bytes(body)), validate=True)
        csr = x509.load_der_x509_csr(der)
        valid = csr.is_signature_valid
    except (ValueError, binascii.Error) as error:
        raise web.HTTPBadRequest(text="the body is not a base64 PKCS#10 request") from error
    if not valid:
        raise web.HTTPBadRequest(text="the request is not signed by its own key")
    return csr


def _certificates(certificates: list[x509.Certificate]) -> web.Response:
    return _base64(pkcs7.serialize_certificates(certificates, Encoding.DER), "application/pkcs7-mime", "certs-only")


def _base64(data: bytes, content_type: str, smime_type: str = "") -> web.Response:
    kind = f"{content_type}; smime-type={smime_type}" if smime_type else content_type
    headers = {"Content-Type": kind, "Content-Transfer-Encoding": "base64"}
    return web.Response(body=base64.b64encode(data), headers=headers)
