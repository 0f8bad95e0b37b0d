"""Who is at the other end of a connection: the certificate that the TLS layer has verified already."""

from __future__ import annotations

import ssl

from aiohttp import web
from cryptography import x509
from cryptography.x509.oid import NameOID


def peer_certificate(request: web.Request) -> x509.Certificate | None:
    """The client's certificate, or None when it showed none. The context decides whom it trusts, not we."""
    tls = request.transport.get_extra_info("ssl_object") if request.transport is not None else None
    if not isinstance(tls, ssl.SSLObject):
        return None
    der = tls.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der) if der else None


def require_peer(request: web.Request) -> x509.Certificate:
    """The client's certificate. Raises HTTPForbidden when it showed none."""
    certificate = peer_certificate(request)
    if certificate is None:
        raise web.HTTPForbidden(text="a client certificate is required")
    return certificate


def device_id(request: web.Request) -> str:
    """The name under which the client's certificate was issued. Raises HTTPForbidden when it showed none."""
    return common_name(require_peer(request))


def common_name(certificate: x509.Certificate) -> str:
    """The subject's common name; empty when there is none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
