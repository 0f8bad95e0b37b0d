"""The one place where TLS contexts for incoming connections are built: TLS 1.3, clients of the device CA alone."""

from __future__ import annotations

import ssl
from pathlib import Path


def server_context(certificate_chain: Path, private_key: Path, device_ca_pem: str) -> ssl.SSLContext:
    """A client may come without a certificate (a box that enrols); each route says whether it needs one.

    One that shows a certificate shows a box's: what else the same root certified (servers, receipts) is nobody here.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate_chain, private_key)
    context.load_verify_locations(cadata=device_ca_pem)
    # The device CA is an anchor of its own, although another one certified it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
