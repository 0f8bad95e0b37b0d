"""The one place where TLS contexts for incoming connections are built: TLS 1.3, client certificates of our own CA."""

from __future__ import annotations

import ssl
from pathlib import Path


def server_context(certificate_chain: Path, private_key: Path, client_ca_pem: str) -> ssl.SSLContext:
    """A client may come without a certificate (a box that enrols); each route says whether it needs one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate_chain, private_key)
    context.load_verify_locations(cadata=client_ca_pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
