"""Who is at the other end of a connection: the certificate that the TLS layer has verified already."""

from __future__ import annotations

import re
import ssl

from aiohttp import web
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def peer_certificate(request: web.Request) -> x509.Certificate | None:
    """The client's certificate, or None when it showed none. The context decides whom it trusts, not we."""
    tls = request.transport.get_extra_info("ssl_object") if request.transport is not None else None
    if not isinstance(tls, ssl.SSLObject):
        return None
    der = tls.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der) if der else None


def require_peer(request: web.Request) -> x509.Certificate:
    """The client's certificate. Raises HTTPForbidden when it showed none, or one that is not meant for a box."""
    certificate = peer_certificate(request)
    if certificate is None:
        raise web.HTTPForbidden(text="a client certificate is required")
    if not (_for_clients(certificate) and _NAME.fullmatch(common_name(certificate))):
        raise web.HTTPForbidden(text="the certificate is not one of a box")
    return certificate


def device_id(request: web.Request) -> str:
    """The name under which the client's certificate was issued. Raises HTTPForbidden as `require_peer`."""
    return common_name(require_peer(request))


def common_name(certificate: x509.Certificate) -> str:
    """The subject's common name; empty when there is none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _for_clients(certificate: x509.Certificate) -> bool:
    """TLS lets one without any purpose pass for a client."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage
