"""AIMA's receipts: fetched as bytes, believed only when every word of them is right. Pure.

The signature is CMS SignedData (RFC 5652), detached, DER, ECDSA or RSA with SHA-256, over the RFC 8785 form of the
receipt without its `signature`; its signer is exactly the certificate that the signed configuration names.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

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
    except msgspec.MsgspecError as error:
        raise AimaProtocolError("AIMA answered something that is not a receipt.", code="receipt-malformed") from error


def signed_bytes(receipt: Receipt) -> bytes:
    """What the signature covers."""
    unsigned = msgspec.to_builtins(receipt)
    del unsigned["signature"]
    return rfc8785.dumps(unsigned)


def verify_receipt(receipt: Receipt, *, package_id: str, sha256: str, size: int, certificate: x509.Certificate) -> None:
    """Step by step: for this package, of these bytes, signed by that certificate.

    Raises ReceiptRefused: `receipt-other-package`, `receipt-other-bytes`, `receipt-signature-invalid`,
    `receipt-wrong-signer`.
    """
    # 1. It speaks of this package, not of another one.
    if receipt.package_id != package_id:
        raise ReceiptRefused("AIMA's receipt is for another package.", code="receipt-other-package")
    # 2. What arrived is what was sent.
    if receipt.sha256 != sha256 or receipt.bytes != size:
        raise ReceiptRefused("AIMA received other bytes than were sent.", code="receipt-other-bytes")
    # 3. The signature is well formed and by the certificate that the configuration names.
    signer, algorithm = _signer_info(receipt, certificate)
    # 4. It covers exactly these words.
    attributes = signer["signed_attrs"]
    digest = hashlib.sha256(signed_bytes(receipt)).digest()
    found = {str(attribute["type"].native): attribute["values"][0].native for attribute in attributes}
    if found.get("message_digest") != digest or found.get("content_type") != "data":
        raise _invalid()
    # 5. And the key made it.
    if algorithm != "sha256":
        raise _invalid()
    _verify(certificate, signer["signature"].native, attributes.untag().dump(force=True))


def _signer_info(receipt: Receipt, certificate: x509.Certificate) -> tuple[cms.SignerInfo, str]:
    try:
        der = base64.b64decode(receipt.signature, validate=True)
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data" or len(content["content"]["signer_infos"]) != 1:
            raise _invalid()
        signer = content["content"]["signer_infos"][0]
        if signer["sid"].name != "issuer_and_serial_number" or not len(signer["signed_attrs"]):
            raise _invalid()
        serial = signer["sid"].chosen["serial_number"].native
        issuer = signer["sid"].chosen["issuer"].dump()
        algorithm = str(signer["digest_algorithm"]["algorithm"].native)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise _invalid() from error
    if serial != certificate.serial_number or issuer != certificate.issuer.public_bytes():
        raise ReceiptRefused("The receipt is signed by someone else than AIMA.", code="receipt-wrong-signer")
    return signer, algorithm


def _verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise _invalid()
    except InvalidSignature as error:
        raise _invalid() from error


def _invalid() -> ReceiptRefused:
    return ReceiptRefused("The receipt's signature is not valid.", code="receipt-signature-invalid")
