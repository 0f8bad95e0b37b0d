"""The one place where TLS contexts for outgoing connections are built: TLS 1.3, AIMA's pinned CA, no system trust."""

from __future__ import annotations

import ssl
from pathlib import Path

from appliance.errors import IdentityError


def client_context(
    aima_ca_pem: str, *, certificate_chain: Path | None = None, private_key: Path | None = None
) -> ssl.SSLContext:
    """A context that trusts only `aima_ca_pem`; with a chain and key it authenticates the box as well.

    Raises IdentityError `certificate-unusable` when the pinned CA or the box's own pair cannot be loaded.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(cadata=aima_ca_pem)
        if certificate_chain is not None:
            context.load_cert_chain(certificate_chain, private_key)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise IdentityError(
            "A certificate or key of this box cannot be used: provision the box again.", code="certificate-unusable"
        ) from error
    return context
