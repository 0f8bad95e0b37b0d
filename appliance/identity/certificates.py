"""Certificates as values: loaded, and checked to be this box's and under AIMA's pinned CA. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.errors import IdentityError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A box's name goes into records, paths and logs on both sides."""
_E = TypeVar("_E", bound=x509.ExtensionType)


def certificates_from_pem(pem: str | bytes) -> tuple[x509.Certificate, ...]:
    """Raises IdentityError `certificate-unusable`."""
    try:
        data = pem.encode() if isinstance(pem, str) else pem
        return tuple(x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise IdentityError("A certificate cannot be read.", code="certificate-unusable") from error


def chain_to_pem(chain: Sequence[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain)


def common_name(certificate: x509.Certificate) -> str:
    """Raises IdentityError `certificate-unusable` for a subject without exactly one."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not isinstance(names[0].value, str):
        raise IdentityError("This box's certificate does not name it.", code="certificate-unusable")
    return names[0].value


def check_device_chain(
    chain: Sequence[x509.Certificate],
    public_key: ec.EllipticCurvePublicKey,
    pinned: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Leaf first. It is for our key, names us, may authenticate and sign, is valid now, and leads to a pinned CA.

    Raises IdentityError: `certificate-missing`, `certificate-other-key`, `certificate-purpose`, `certificate-name`,
    `certificate-unusable`, `certificate-expired`, `certificate-untrusted`.
    """
    if not chain:
        raise IdentityError("AIMA gave this box no certificate.", code="certificate-missing")
    leaf = chain[0]
    # 1. It certifies our key and no other.
    if leaf.public_key() != public_key:
        raise IdentityError("The certificate is not for this box's key.", code="certificate-other-key")
    # 2. It is meant for what we use it for: AIMA would refuse what another one signs, once a person is recorded.
    if not (_for_clients(leaf) and _may_sign(leaf)):
        raise IdentityError("The certificate is not meant for a box.", code="certificate-purpose")
    if not _NAME.fullmatch(common_name(leaf)):
        raise IdentityError("The certificate names this box in a way that no box is named.", code="certificate-name")
    # 3. Every certificate on the way is valid now.
    for certificate in chain:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise IdentityError(
                "This box's certificate is not valid now: check the clock, or provision it again.",
                code="certificate-expired",
            )
    # 4. A path leads from it to a pinned CA (RFC 5280 §6: signatures, CA flags, path lengths, key usages).
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(pinned)))
        .time(at)
        .extension_policies(
            # A device has no DNS name, so the web's policy for leaves, which wants one, does not fit.
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
            ee_policy=verification.ExtensionPolicy.permit_all(),
        )
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(chain[1:]))
    except (verification.VerificationError, ValueError) as error:
        raise IdentityError("The certificate does not come from AIMA.", code="certificate-untrusted") from error


def _for_clients(leaf: x509.Certificate) -> bool:
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    return usage is not None and ExtendedKeyUsageOID.CLIENT_AUTH in usage


def _may_sign(leaf: x509.Certificate) -> bool:
    """What a package's verification wants of its signer (`package/trust.py`)."""
    usage, constraints = _extension(leaf, x509.KeyUsage), _extension(leaf, x509.BasicConstraints)
    return usage is not None and usage.digital_signature and not (constraints is not None and constraints.ca)


def _extension(leaf: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return leaf.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:  # one that is not what it claims to be, or twice
        raise IdentityError("This box's certificate cannot be used.", code="certificate-unusable") from error
