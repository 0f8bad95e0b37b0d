"""The box's private key, P-256, in a file that only its owner reads. The one place that signs; a TPM can replace it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from appliance.durable.private_file import read_private, write_private
from appliance.errors import IdentityError


class DeviceKey:
    def __init__(self, path: Path, key: ec.EllipticCurvePrivateKey) -> None:
        self.path = path
        self._key = key

    @classmethod
    def create_or_load(cls, path: Path) -> DeviceKey:
        """The same key for ever, once its file is durable. Blocking. Raises IdentityError, StateError, DiskFull."""
        if read_private(path) is None:
            key = ec.generate_private_key(ec.SECP256R1())
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_private(path, pem)
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> DeviceKey:
        """Raises IdentityError `not-provisioned`, `key-unusable`."""
        pem = read_private(path)
        if pem is None:
            raise IdentityError("This box has no key yet: provision it.", code="not-provisioned")
        try:
            key = serialization.load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise _unusable() from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise _unusable()
        return cls(path, key)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, DER."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def certificate_request(self, device_id: str) -> x509.CertificateSigningRequest:
        """PKCS #10 (RFC 2986); the name is a proposal, the authority decides."""
        return self._request(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device_id)]))

    def renewal_request(self, current: x509.Certificate) -> x509.CertificateSigningRequest:
        """PKCS #10 under the very name of the certificate in force (RFC 7030 §4.2.2)."""
        return self._request(current.subject)

    def _request(self, subject: x509.Name) -> x509.CertificateSigningRequest:
        return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self._key, hashes.SHA256())


def _unusable() -> IdentityError:
    return IdentityError("This box's key cannot be used: provision the box again.", code="key-unusable")
