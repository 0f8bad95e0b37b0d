"""Whether a package's signer may be believed: a certification path to an anchor that the caller trusts (RFC 5280 §6).

Pure: certificates and a moment in, a verdict out. Revocation is AIMA's, on its own roads, not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from appliance.errors import PackageRefused

_CHAIN_DEPTH = 4
_PURPOSES = {
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
"""What a box's certificate is for; a server's certificate of the same root does not sign packages."""


def check_signer(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    trust: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Raises PackageRefused: `package-signer-expired` or `package-untrusted-signer`.

    Only CA certificates in `trust` are anchors, so a directory may also hold others without giving them power.
    """
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        raise PackageRefused(
            "The certificate that signed the package is not valid at this time.", code="package-signer-expired"
        )
    anchors = [certificate for certificate in trust if _is_authority(certificate)]
    if not anchors:
        raise PackageRefused(
            "There is no certification authority to check the package against.", code="package-untrusted-signer"
        )
    end_entity = (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_key_usage)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _check_basic_constraints)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _check_purpose)
    )
    verifier = (
        PolicyBuilder()
        .store(Store(anchors))
        .time(at)
        .max_chain_depth(_CHAIN_DEPTH)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=end_entity)
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(intermediates))
    except VerificationError as fault:
        raise PackageRefused(
            "The package is signed by a box that the given authorities do not vouch for.",
            code="package-untrusted-signer",
        ) from fault


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


# The verifier calls these with (policy, certificate, extension); a ValueError refuses the path.


def _check_key_usage(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("the key may not sign")


def _check_basic_constraints(
    _policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority signs no packages")


def _check_purpose(_policy: Policy, _certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not _PURPOSES & set(usage):
        raise ValueError("the certificate is for another purpose")
