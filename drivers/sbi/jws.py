"""Compact JSON Web Signatures as SBI uses them: RS256, the signer's certificate in the header. Pure; the time is given.

RFC 7515 §3.1 and §5.2 (compact serialization, validation), §4.1.6 (`x5c`), §4.1.11 (`crit`); RFC 7518 §3.3 (RS256);
RFC 5280 §6 (certification paths). No other algorithm is known here, so none can be talked into.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from drivers.errors import DeviceUntrusted, OptionInvalid

_ALGORITHM: Final = "RS256"
_CHAIN_DEPTH: Final = 4
_KEY_BITS_LEAST: Final = 2048
_UNREADABLE: Final = (
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises of a certificate beside ValueError."""
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")


class _Header(msgspec.Struct, frozen=True):
    alg: str
    x5c: tuple[str, ...] = ()
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def to_base64url(data: bytes) -> str:
    """RFC 7515 §2: without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Padding is let pass, anything else outside the alphabet is not. Raises ValueError."""
    bare = text.rstrip("=")
    if not _BASE64URL.fullmatch(bare) or len(bare) % 4 == 1:
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def sign(payload: bytes, key: rsa.RSAPrivateKey, chain: Sequence[x509.Certificate]) -> str:
    """`chain` begins with the key's own certificate (`x5c` is base64, not base64url: RFC 7515 §4.1.6)."""
    x5c = [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in chain]
    header = msgspec.json.encode({"alg": _ALGORITHM, "typ": "JWT", "x5c": x5c})
    signed = f"{to_base64url(header)}.{to_base64url(payload)}"
    return f"{signed}.{to_base64url(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def verify(token: str, trust: Sequence[x509.Certificate], at: datetime) -> bytes:
    """The payload of a token whose signer `trust` vouches for at that moment. Raises DeviceUntrusted, for anything."""
    try:
        # 1. Three parts of base64url, and a header that we know all of.
        parts = token.split(".")
        if len(parts) != 3:
            raise _refused("it is no compact JWS")
        header = msgspec.json.decode(from_base64url(parts[0]), type=_Header)
        if header.alg != _ALGORITHM or header.crit is not msgspec.UNSET:
            raise _refused("it uses another algorithm than RS256")
        payload, signature = from_base64url(parts[1]), from_base64url(parts[2])
        # 2. The first certificate signed it.
        if not 1 <= len(header.x5c) <= _CHAIN_DEPTH:
            raise _refused("it does not name its signer")
        chain = [_certificate(base64.b64decode(one, validate=True)) for one in header.x5c]
        key = chain[0].public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _KEY_BITS_LEAST:
            raise _refused("its signer's key is none that RS256 may use")
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode(), padding.PKCS1v15(), hashes.SHA256())
        # 3. A trusted authority vouches for that certificate, now.
        _check_path(chain, trust, at)
    except InvalidSignature:
        raise _refused("its signature is wrong") from None
    except (msgspec.DecodeError, ValueError, binascii.Error, RecursionError, *_UNREADABLE):
        raise _refused("it cannot be read") from None
    return payload


def _certificate(der: bytes) -> x509.Certificate:
    """Raises ValueError, also for a serial number that RFC 5280 §4.1.2.2 forbids: the library only warns of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        certificate = x509.load_der_x509_certificate(der)
        if certificate.serial_number <= 0:
            raise ValueError("a serial number is positive")
    return certificate


def authorities_from_pem(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certification authorities in a PEM file. Raises OptionInvalid when it holds none or cannot be read."""
    try:
        authorities = tuple(one for one in x509.load_pem_x509_certificates(data) if is_authority(one))
    except ValueError:
        authorities = ()
    if not authorities:
        raise OptionInvalid("The scanner's trust file holds no certification authority in PEM form.")
    return authorities


def _check_path(chain: Sequence[x509.Certificate], trust: Sequence[x509.Certificate], at: datetime) -> None:
    if not trust:
        raise _refused("this post trusts nobody: its setting `trust` names no file")
    if not chain[0].not_valid_before_utc <= at <= chain[0].not_valid_after_utc:
        raise _refused("its signer's certificate is not valid at this time")
    end_entity = (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_key_usage)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _check_basic_constraints)
    )
    verifier = (
        PolicyBuilder()
        .store(Store(list(trust)))
        .time(at)
        .max_chain_depth(_CHAIN_DEPTH)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=end_entity)
        .build_client_verifier()
    )
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except VerificationError:
        raise _refused("no authority that this post trusts vouches for its signer") from None


def is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


# The verifier calls these with (policy, certificate, extension); a ValueError refuses the path.


def _check_key_usage(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.digital_signature:
        raise ValueError("the key may not sign")


def _check_basic_constraints(
    _policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority signs no captures")


def _refused(why: str) -> DeviceUntrusted:
    return DeviceUntrusted(f"What the scanner signed is not believed: {why}.")
