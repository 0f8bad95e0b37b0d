"""Issues the signed receipts that let a box erase what it held."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.model.receipt import Receipt
from appliance.package.cades import sign_detached
from appliance.runtime.clock import timestamp


class ReceiptSigner:
    """The receipt certificate and its key, as `package.cades` wants a signer."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @property
    def certificate_chain(self) -> Sequence[x509.Certificate]:
        return (self._certificate,)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def issue(signer: ReceiptSigner, *, package_id: str, sha256: str, size: int) -> Receipt:
    """A receipt for exactly these bytes, its signature over the RFC 8785 form of everything else in it."""
    now = datetime.now(UTC)
    receipt = Receipt(
        receipt_id=secrets.token_hex(16), package_id=package_id, sha256=sha256, bytes=size, received_at=timestamp(now)
    )
    content = msgspec.to_builtins(receipt)
    del content["signature"]
    signature = sign_detached(rfc8785.dumps(content), signer, now)
    return msgspec.structs.replace(receipt, signature=base64.b64encode(signature).decode())
