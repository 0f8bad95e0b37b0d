"""Who can open an envelope: one content key, wrapped for a recipient's P-256 certificate (RFC 5753 §3.1, RFC 3394).

Ephemeral-static ECDH (dhSinglePass-stdDH-sha256kdf-scheme), X9.63 KDF with SHA-256, AES-256 key wrap. Responsible
for one RecipientInfo, both ways. The set of them is open: another kind of recipient (a second agency, a hybrid
post-quantum one as OtherRecipientInfo) is one more element beside this one; readers pass over what they do not know.
"""

from __future__ import annotations

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appliance.errors import PackageRefused, SealingFailed
from appliance.package.der import (
    OCTET_STRING,
    SEQUENCE,
    context,
    element,
    object_identifier,
    small_integer,
)

STDDH_SHA256KDF = "1.3.132.1.11.1"
AES256_WRAP = "2.16.840.1.101.3.4.1.45"
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_KEY_BYTES = 32
_WRAP_ALGORITHM = element(SEQUENCE, object_identifier(AES256_WRAP))


def recipient_info(content_key: bytes, recipient: x509.Certificate) -> bytes:
    """A KeyAgreeRecipientInfo (DER) for one certificate. Raises SealingFailed when its key cannot be used so."""
    public = _agreement_key(recipient)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    wrapped = aes_key_wrap(_wrapping_key(ephemeral.exchange(ec.ECDH(), public), _WRAP_ALGORITHM, None), content_key)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    # RFC 5753 §3.1.1: the curve is the recipient's, so the originator's key has no parameters.
    originator_key = element(
        context(1, constructed=True),
        element(SEQUENCE, object_identifier(_EC_PUBLIC_KEY)),
        element(0x03, b"\x00" + point),
    )
    issuer_and_serial = cms.IssuerAndSerialNumber(
        {"issuer": _name(recipient.issuer), "serial_number": recipient.serial_number}
    ).dump()
    return element(
        context(1, constructed=True),
        small_integer(3),
        element(context(0, constructed=True), originator_key),
        element(SEQUENCE, object_identifier(STDDH_SHA256KDF), _WRAP_ALGORITHM),
        element(SEQUENCE, element(SEQUENCE, issuer_and_serial, element(OCTET_STRING, wrapped))),
    )


def content_key(recipient_infos: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate | None) -> bytes:
    """The content key out of a RecipientInfos (DER or BER), 32 bytes. Without a certificate every recipient is tried.

    Raises PackageRefused: `package-not-for-us`, `package-algorithm-unsupported`, `package-envelope-malformed`.
    """
    supported = False
    try:
        for choice in cms.RecipientInfos.load(recipient_infos, strict=True):
            if choice.name != "kari":
                continue
            info: cms.KeyAgreeRecipientInfo = choice.chosen
            algorithm = info["key_encryption_algorithm"]
            if algorithm["algorithm"].dotted != STDDH_SHA256KDF:
                continue
            supported = True
            for wrapped in info["recipient_encrypted_keys"]:
                if certificate is None or _is_for(wrapped["rid"], certificate):
                    found = _unwrap(info, wrapped["encrypted_key"].native, key)
                    if found is not None:
                        return found
    except (ValueError, TypeError, LookupError, RecursionError) as fault:
        raise PackageRefused(
            "The package's list of recipients cannot be read.", code="package-envelope-malformed"
        ) from fault
    if not supported:
        raise PackageRefused(
            "The package is encrypted in a way that this program does not know.", code="package-algorithm-unsupported"
        )
    raise PackageRefused("The package is not encrypted for this key.", code="package-not-for-us")


def _unwrap(info: cms.KeyAgreeRecipientInfo, wrapped: bytes, key: ec.EllipticCurvePrivateKey) -> bytes | None:
    """None when this key does not open it (RFC 3394's integrity check fails). Raises ValueError."""
    originator = info["originator"]
    if info["version"].native != "v3" or originator.name != "originator_key":
        return None
    if originator.chosen["algorithm"]["algorithm"].native != "ec":
        return None
    wrap_algorithm = info["key_encryption_algorithm"]["parameters"].dump()
    if cms.KeyEncryptionAlgorithm.load(wrap_algorithm)["algorithm"].dotted != AES256_WRAP:
        return None
    # asn1crypto would look for curve parameters, which RFC 5753 leaves out: take the bit string as it stands.
    point_bits = originator.chosen["public_key"]
    if point_bits.contents[:1] != b"\x00":
        raise ValueError("a point that is not whole octets")
    public = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, point_bits.native)
    ukm = info["ukm"].native
    try:
        found = aes_key_unwrap(_wrapping_key(key.exchange(ec.ECDH(), public), wrap_algorithm, ukm), wrapped)
    except InvalidUnwrap:
        return None
    if len(found) != _KEY_BYTES:
        raise ValueError("a content key of the wrong length")
    return found


def _wrapping_key(shared: bytes, wrap_algorithm: bytes, ukm: bytes | None) -> bytes:
    """X9.63 KDF over ECC-CMS-SharedInfo (RFC 5753 §7.2); the length in bits is of the wrapping key."""
    shared_info = element(
        SEQUENCE,
        wrap_algorithm,
        element(context(0, constructed=True), element(OCTET_STRING, ukm)) if ukm is not None else b"",
        element(context(2, constructed=True), element(OCTET_STRING, (_KEY_BYTES * 8).to_bytes(4, "big"))),
    )
    return X963KDF(hashes.SHA256(), _KEY_BYTES, shared_info).derive(shared)


def _agreement_key(recipient: x509.Certificate) -> ec.EllipticCurvePublicKey:
    public = recipient.public_key()
    try:
        usage = recipient.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if (
        not isinstance(public, ec.EllipticCurvePublicKey)
        or not isinstance(public.curve, ec.SECP256R1)
        or not (usage is None or usage.key_agreement)
    ):
        raise SealingFailed(
            "AIMA's certificate in the configuration cannot receive packages; nothing was sealed.",
            code="recipient-unsuitable",
        )
    return public


def _is_for(rid: cms.KeyAgreementRecipientIdentifier, certificate: x509.Certificate) -> bool:
    if rid.name == "issuer_and_serial_number":
        same_serial = rid.chosen["serial_number"].native == certificate.serial_number
        return bool(same_serial and rid.chosen["issuer"].dump() == certificate.issuer.public_bytes())
    try:
        known = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return False
    return bool(rid.chosen["subject_key_identifier"].native == known)


def _name(name: x509.Name) -> cms.Name:
    return cms.Name.load(name.public_bytes())
