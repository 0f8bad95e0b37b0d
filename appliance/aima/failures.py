"""What a connection's failure, or a status that no request foresees, is called: no network is not the same as a
certificate that somebody does not accept. Pure.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import aiohttp

from appliance.errors import AimaError, AimaUnreachable

NOT_ADMITTED = frozenset({401, 403})
_ABOUT_A_CERTIFICATE = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")
"""TLS alerts (RFC 8446 §6.2) about what the box showed of itself, in OpenSSL's names for them."""


def unreachable(error: Exception) -> AimaError:
    """A connection's failure. With TLS 1.3 the other side's alert comes after the handshake, with the first answer."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _not_aima()
        if isinstance(cause, ssl.SSLError) and _is_alert_about_a_certificate(cause):
            return not_admitted()
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return _not_aima()
    return AimaUnreachable("AIMA cannot be reached: packages wait here and are sent later by themselves.")


def not_admitted() -> AimaError:
    """AIMA answers, but not to this box."""
    return AimaError(
        "AIMA does not accept this box's certificate: ask the field engineer to provision the box again.",
        code="box-certificate-refused",
    )


def _not_aima() -> AimaError:
    return AimaUnreachable(
        "AIMA's certificate, or this box's, is not accepted: ask the field engineer.", code="aima-certificate"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None:
            yield one
            left += [one.__cause__, getattr(one, "os_error", None)]


def _is_alert_about_a_certificate(error: ssl.SSLError) -> bool:
    reason = error.reason or ""
    return "ALERT" in reason and any(word in reason for word in _ABOUT_A_CERTIFICATE)
