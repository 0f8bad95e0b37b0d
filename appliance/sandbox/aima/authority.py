"""The stand-in AIMA's certificates and keys: a small PKI on P-256, made at the first start, kept in one directory.

Every name says that it is a stand-in. Responsible for who certifies whom; not for enrolment's protocol
(`est.py`) nor for TLS (`server.py`). A start that was interrupted is finished by the next one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.durable.private_file import private_directory, read_private, write_private

CA_LIFETIME = timedelta(days=3650)
DEVICE_LIFETIME = timedelta(days=365)
CLOCK_TOLERANCE = timedelta(days=1)
"""Certificates start a day early: a box just unpacked seldom agrees with us on the time."""

_SERVER_NAMES: tuple[x509.GeneralName, ...] = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)


@dataclass(frozen=True)
class Pair:
    """A certificate, its private key, and the files (PEM, mode 0600) that hold them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate_path: Path
    key_path: Path


@dataclass(frozen=True)
class Authority:
    root: Pair
    issuing: Pair
    server: Pair
    encryption: Pair
    receipt: Pair

    @classmethod
    def create_or_load(cls, directory: Path) -> Authority:
        """The PKI kept in `directory` (mode 0700). Blocking. Raises StateError, ValueError."""
        private_directory(directory)
        root = _pair(directory, "root-ca", "root CA", None, _ca_extensions(path_length=1))
        issuing = _pair(directory, "device-ca", "device CA", root, _ca_extensions(path_length=0))
        server = _pair(
            directory,
            "server",
            "server",
            root,
            [
                (_usage(digital_signature=True), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
                (x509.SubjectAlternativeName(_SERVER_NAMES), False),
            ],
        )
        encryption = _pair(directory, "package", "package encryption", root, [(_usage(key_agreement=True), True)])
        receipt = _pair(directory, "receipt", "receipts", root, [(_usage(digital_signature=True), True)])
        return cls(root=root, issuing=issuing, server=server, encryption=encryption, receipt=receipt)

    @property
    def ca_pem(self) -> str:
        """The root certificate: what a box pins."""
        return _pem(self.root.certificate)

    @property
    def device_ca_pem(self) -> str:
        """The certificate under which boxes are known."""
        return _pem(self.issuing.certificate)

    @property
    def issuing_ca(self) -> x509.Certificate:
        return self.issuing.certificate

    @property
    def server_chain_path(self) -> Path:
        return self.server.certificate_path

    @property
    def server_key_path(self) -> Path:
        return self.server.key_path

    @property
    def encryption_certificate(self) -> x509.Certificate:
        return self.encryption.certificate

    @property
    def encryption_key(self) -> ec.EllipticCurvePrivateKey:
        return self.encryption.key

    @property
    def encryption_key_path(self) -> Path:
        return self.encryption.key_path

    @property
    def receipt_certificate(self) -> x509.Certificate:
        return self.receipt.certificate

    @property
    def receipt_key(self) -> ec.EllipticCurvePrivateKey:
        return self.receipt.key

    def issue_device_certificate(
        self, csr: x509.CertificateSigningRequest, device_id: str, *, lifetime: timedelta = DEVICE_LIFETIME
    ) -> tuple[x509.Certificate, ...]:
        """Leaf first, then the issuing CA. The subject is ours to choose (RFC 7030 §4.2.1): CN = `device_id`.

        Raises ValueError when the request does not prove possession of a P-256 key.
        """
        key = csr.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("a device key must be P-256")  # noqa: TRY004 (a refused request, not a caller's mistake)
        if not csr.is_signature_valid:
            raise ValueError("the request is not signed by its own key")
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(digital_signature=True), True),
            # emailProtection as well: the purpose for which `openssl cms -verify` checks a signer unless told.
            (
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
                False,
            ),
        ]
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
                x509.NameAttribute(NameOID.COMMON_NAME, device_id),
            ]
        )
        leaf = _certify(subject, key, self.issuing, extensions, lifetime)
        return (leaf, self.issuing.certificate)


_ORGANISATION = "AIMA stand-in (sandbox)"


def _name(what: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{_ORGANISATION} {what}"),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _usage(
    *, digital_signature: bool = False, key_agreement: bool = False, certificate_authority: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=key_agreement,
        key_cert_sign=certificate_authority,
        crl_sign=certificate_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _ca_extensions(*, path_length: int) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage(certificate_authority=True), True),
    ]


def _pair(
    directory: Path,
    file_name: str,
    what: str,
    issuer: Pair | None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> Pair:
    certificate_path, key_path = directory / f"{file_name}.pem", directory / f"{file_name}-key.pem"
    certificate_pem, key_pem = read_private(certificate_path), read_private(key_path)
    if certificate_pem is not None and key_pem is not None:
        loaded = serialization.load_pem_private_key(key_pem, None)
        certificate = x509.load_pem_x509_certificate(certificate_pem)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey) or certificate.public_key() != loaded.public_key():
            raise ValueError(f"{certificate_path.name} and {key_path.name} do not belong together")
        return Pair(certificate, loaded, certificate_path, key_path)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certify(_name(what), key.public_key(), issuer or key, extensions, CA_LIFETIME)
    # The key first: a certificate without its key would look finished to the next start.
    write_private(
        key_path,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_private(certificate_path, _pem(certificate).encode())
    return Pair(certificate, key, certificate_path, key_path)


def _certify(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: Pair | ec.EllipticCurvePrivateKey,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    lifetime: timedelta,
) -> x509.Certificate:
    """`issuer` is a pair, or the subject's own key for the root."""
    self_signed = not isinstance(issuer, Pair)
    signing_key = issuer if not isinstance(issuer, Pair) else issuer.key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if not isinstance(issuer, Pair) else issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if not self_signed:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing_key, hashes.SHA256())
