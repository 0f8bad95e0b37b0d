"""Who signs what an SBI service says: somebody's own key, or an authority made on the spot for an emulated scanner.

What is made on the spot is trusted by nobody who is not handed its root. A certified scanner's key never leaves it;
this machine's lies in a file, which is why what it offers is level L0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from drivers.errors import OptionInvalid
from drivers.sbi.jws import is_authority, sign

_KEY_BITS: Final = 2048
_VALID: Final = timedelta(days=30)


@dataclass(frozen=True)
class KeySigner:
    """Signs with a key that lies in memory. `chain` begins with the key's own certificate."""

    key: rsa.RSAPrivateKey
    chain: Sequence[x509.Certificate]

    @classmethod
    def from_pem(cls, key_pem: bytes, chain_pem: bytes) -> Self:
        """RS256 wants RSA of 2048 bits or more, and nobody believes a key without its certificate. OptionInvalid."""
        try:
            key = serialization.load_pem_private_key(key_pem, None)
            chain = x509.load_pem_x509_certificates(chain_pem)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise OptionInvalid("The signing key or its certificates cannot be read: both are PEM files.") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _KEY_BITS:
            raise OptionInvalid(f"SBI signs with RSA keys of {_KEY_BITS} bits or more (RS256): this is another key.")
        if chain[0].public_key() != key.public_key():
            raise OptionInvalid("The first certificate of the chain is not the signing key's own.")
        if chain[0].version is not x509.Version.v3 or is_authority(chain[0]):
            raise OptionInvalid(
                "No client believes the signing certificate: it is to be of version 3, no authority's, issued "
                "by an authority that may sign certificates (drivers/README.md shows how)."
            )
        return cls(key, chain)

    def sign(self, payload: bytes) -> str:
        return sign(payload, self.key, self.chain)


class MadeUpAuthority:
    """`root_pem` is what a client must be told to trust."""

    def __init__(self, now: datetime, name: str = "Emulated scanner maker") -> None:
        self._now = now
        self._key = _new_key()
        self._name = _named(f"{name}: root")
        self._device_key = _new_key()
        usage = _usage(signs_certificates=True)
        self._root = (
            self._unsigned(self._name, self._key, now - _VALID * 2, now + _VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def root_pem(self) -> bytes:
        return self._root.public_bytes(serialization.Encoding.PEM)

    def signer(self) -> KeySigner:
        """For the device, valid for a month either way of the time at which the authority was made."""
        return self._signer(self._now - _VALID, self._now + _VALID)

    def expired_signer(self) -> KeySigner:
        """For the same device, of last month."""
        return self._signer(self._now - _VALID, self._now - timedelta(days=1))

    def _signer(self, begins: datetime, ends: datetime) -> KeySigner:
        certificate = (
            self._unsigned(_named("Emulated scanner"), self._device_key, begins, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return KeySigner(self._device_key, (certificate,))

    def _unsigned(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
