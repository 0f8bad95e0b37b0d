"""AIMA's receipts: fetched as bytes, believed only when every word of them is right. Pure.

The signature is CMS SignedData (RFC 5652), detached, DER, ECDSA or RSA with SHA-256, over the RFC 8785 form of the
receipt without its `signature`; its signer is exactly the certificate that the signed configuration names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import rfc8785
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from appliance.errors import AimaProtocolError, ReceiptRefused
from appliance.model.receipt import Receipt

LARGEST_RECEIPT_BYTES = 64 * 1024


def receipt_from_bytes(data: bytes) -> Receipt:
    """Raises AimaProtocolError `receipt-malformed`."""
    try:
        return msgspec.json.decode(data, type=Receipt)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise AimaProtocolError("AIMA answered something that is not a receipt.", code="receipt-malformed") from error


def signed_bytes(receipt: Receipt) -> bytes:
    """What the signature covers."""
    unsigned = msgspec.to_builtins(receipt)
    del unsigned["signature"]
    return rfc8785.dumps(unsigned)


def verify_receipt(receipt: Receipt, *, package_id: str, sha256: str, size: int, certificate: x509.Certificate) -> None:
    """Step by step: for this package, of these bytes, signed by that certificate over exactly these words.

    Raises ReceiptRefused: `receipt-other-package`, `receipt-other-bytes`, `receipt-wrong-signer`,
    `receipt-signature-invalid`.
    """
    # 1. It speaks of this package, not of another one.
    if receipt.package_id != package_id:
        raise ReceiptRefused("AIMA's receipt is for another package.", code="receipt-other-package")
    # 2. What arrived is what was sent.
    if receipt.sha256 != sha256 or receipt.bytes != size:
        raise ReceiptRefused("AIMA received other bytes than were sent.", code="receipt-other-bytes")
    try:
        # 3. The signature names the certificate of the configuration as its signer.
        signature = _signature(base64.b64decode(receipt.signature, validate=True))
        if (signature.issuer, signature.serial_number) != (
            certificate.issuer.public_bytes(),
            certificate.serial_number,
        ):
            raise ReceiptRefused("The receipt is signed by someone else than AIMA.", code="receipt-wrong-signer")
        # 4. It covers exactly these words.
        if signature.message_digest != hashlib.sha256(signed_bytes(receipt)).digest():
            raise _invalid()
        # 5. And the certificate's key made it.
        _verify(certificate, signature)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # What asn1crypto, rfc8785 and base64 raise, some of it lazily, for bytes that are not what they claim to be.
        raise _invalid() from error


def verify_by_one_of(
    receipt: Receipt, *, package_id: str, sha256: str, size: int, certificates: Sequence[x509.Certificate]
) -> None:
    """Signed by any of `certificates`, of which there is at least one. Raises as `verify_receipt`."""
    for certificate in certificates[:-1]:
        try:
            return verify_receipt(receipt, package_id=package_id, sha256=sha256, size=size, certificate=certificate)
        except ReceiptRefused as error:
            if error.code != "receipt-wrong-signer":
                raise
    return verify_receipt(receipt, package_id=package_id, sha256=sha256, size=size, certificate=certificates[-1])


@dataclass(frozen=True)
class _Signature:
    """The one signer of a detached signature over data, with SHA-256; `attributes` are the bytes it signed."""

    issuer: bytes
    serial_number: int
    message_digest: bytes
    attributes: bytes
    value: bytes
    algorithm: str


def _signature(der: bytes) -> _Signature:
    """Raises ValueError and its kin for anything else."""
    outer = cms.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise ValueError("another kind of message")
    signed = outer["content"]
    if len(signed["signer_infos"]) != 1 or signed["encap_content_info"]["content"].native is not None:
        raise ValueError("not exactly one signer over content that is elsewhere")
    signer = signed["signer_infos"][0]
    if signer["sid"].name != "issuer_and_serial_number" or signer["digest_algorithm"]["algorithm"].native != "sha256":
        raise ValueError("a signer or digest of another kind")
    attributes = signer["signed_attrs"]
    found: dict[str, object] = {}
    for attribute in attributes:
        # RFC 5652 §11: each of these once, with one value.
        if attribute["type"].native in found or len(attribute["values"]) != 1:
            raise ValueError("an attribute twice")
        found[attribute["type"].native] = attribute["values"][0].native
    if found["content_type"] != "data" or not isinstance(found["message_digest"], bytes):
        raise ValueError("attributes of another kind")
    identifier = signer["sid"].chosen
    return _Signature(
        issuer=identifier["issuer"].dump(),
        serial_number=identifier["serial_number"].native,
        message_digest=found["message_digest"],
        # RFC 5652 §5.4: signed as a SET OF, whatever tag it travels under.
        attributes=b"\x31" + attributes.dump()[1:],
        value=signer["signature"].native,
        algorithm=signer["signature_algorithm"].signature_algo,
    )


def _verify(certificate: x509.Certificate, signature: _Signature) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and signature.algorithm == "ecdsa":
            key.verify(signature.value, signature.attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and signature.algorithm == "rsassa_pkcs1v15":
            key.verify(signature.value, signature.attributes, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise _invalid()
    except InvalidSignature as error:
        raise _invalid() from error


def _invalid() -> ReceiptRefused:
    return ReceiptRefused("The receipt's signature is not valid.", code="receipt-signature-invalid")
