"""The signature: a detached CAdES baseline B signature (ETSI EN 319 122-1 §6.3) in CMS SignedData (RFC 5652).

Responsible for its bytes, both ways, and for whether it is a signature over the given content by the certificate that
it names. Whether that certificate deserves trust is `trust.py`. The private key stays behind `Signer`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.errors import PackageRefused, SealingFailed

SIGNATURE_LIMIT_BYTES = 1 << 16
_ECDSA_SHA256 = "sha256_ecdsa"


class Signer(Protocol):
    """Whoever holds the device's key."""

    @property
    def certificate_chain(self) -> Sequence[x509.Certificate]:
        """Leaf first, then what certifies it, without the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, as a DER Ecdsa-Sig-Value. May raise KioskError."""
        ...


@dataclass(frozen=True)
class Signature:
    """A signature that fits its content and `certificate`; `others` came along to build a chain from."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    signing_time: datetime


def sign_detached(content: bytes, signer: Signer, signing_time: datetime) -> bytes:
    """ContentInfo (DER). Raises SealingFailed when the signer has no certificate, and whatever the signer raises."""
    chain = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in signer.certificate_chain]
    if not chain:
        raise SealingFailed("This box has no certificate to sign with: enrol it first.", code="signer-missing")
    attributes = _signed_attributes(content, chain[0], signing_time)
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": chain[0].issuer, "serial_number": chain[0].serial_number}},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": _ECDSA_SHA256},
            # RFC 5652 §5.4: what is signed is the attributes' SET OF encoding, not the implicit tag of SignerInfo.
            "signature": signer.sign(attributes.dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": chain,
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def verify_detached(signature: bytes, content: bytes) -> Signature:
    """The signature, if it is one over `content`. One signer, ECDSA P-256, SHA-256.

    Raises PackageRefused: `package-signature-malformed`, `package-signature-algorithm`, `package-signature-invalid`.
    """
    try:
        return _verified(signature, content)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        # What asn1crypto and cryptography raise, lazily, for bytes that are not what they claim to be.
        raise _refused("malformed", "The package's signature cannot be read.") from fault


def _verified(signature: bytes, content: bytes) -> Signature:
    outer = cms.ContentInfo.load(signature, strict=True)
    if outer["content_type"].native != "signed_data":
        raise _refused("malformed", "The package's signature is of another kind.")
    signed: cms.SignedData = outer["content"]
    if len(signed["signer_infos"]) != 1 or signed["encap_content_info"]["content"].native is not None:
        raise _refused("malformed", "The package's signature does not have exactly one signer and no content.")
    info: cms.SignerInfo = signed["signer_infos"][0]
    # 1. Only the algorithms and versions of this profile, also where no signature covers them.
    announced = [algorithm["algorithm"].native for algorithm in signed["digest_algorithms"]]
    algorithms = (info["digest_algorithm"]["algorithm"].native, info["signature_algorithm"]["algorithm"].native)
    if (signed["version"].native, info["version"].native, info["unsigned_attrs"].native) != ("v1", "v1", None):
        raise _refused("malformed", "The package's signature is of another version.")
    if algorithms != ("sha256", _ECDSA_SHA256) or announced != ["sha256"]:
        raise _refused("algorithm", "The package is signed with algorithms that this program does not accept.")
    # 2. The certificate that the signer names is in the signature.
    certificates = [choice.chosen for choice in signed["certificates"] if choice.name == "certificate"]
    sid = info["sid"]
    if sid.name != "issuer_and_serial_number":
        raise _refused("malformed", "The package's signature does not name its signer's certificate.")
    named = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native)
    matching = [c for c in certificates if (c.issuer.dump(), c.serial_number) == named]
    if len(matching) != 1:
        raise _refused("malformed", "The package's signature lacks its signer's certificate.")
    leaf_der = matching[0].dump()
    # 3. The signed attributes: this content, this certificate (against substitution), a time.
    attributes = _single_valued(info["signed_attrs"])
    if attributes["content_type"].native != "data":
        raise _refused("invalid", "The package's signature is over another kind of content.")
    if attributes["message_digest"].native != hashlib.sha256(content).digest():
        raise _refused("invalid", "The package's list of files is not the one that was signed.")
    first: tsp.ESSCertIDv2 = attributes["signing_certificate_v2"]["certs"][0]
    if first["hash_algorithm"]["algorithm"].native != "sha256":
        raise _refused("algorithm", "The package's signature names its certificate by another digest than SHA-256.")
    if first["cert_hash"].native != hashlib.sha256(leaf_der).digest():
        raise _refused("invalid", "The package's signature is bound to another certificate.")
    signing_time = attributes["signing_time"].native
    # 4. The signature itself.
    leaf = x509.load_der_x509_certificate(leaf_der)
    key = leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _refused("algorithm", "The package is signed with a kind of key that this program does not accept.")
    try:
        key.verify(info["signature"].native, b"\x31" + info["signed_attrs"].dump()[1:], ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as fault:
        raise _refused("invalid", "The package's signature is not valid.") from fault
    others = tuple(x509.load_der_x509_certificate(c.dump()) for c in certificates if c is not matching[0])
    return Signature(leaf, others, signing_time.astimezone(UTC))


def _single_valued(attributes: cms.CMSAttributes) -> dict[str, Any]:
    """Each attribute once, with one value (RFC 5652 §11). Raises ValueError."""
    found: dict[str, Any] = {}
    for attribute in attributes:
        kind = attribute["type"].native
        if kind in found or len(attribute["values"]) != 1:
            raise ValueError("an attribute twice, or with several values")
        found[kind] = attribute["values"][0]
    return found


def _signed_attributes(content: bytes, leaf: asn1_x509.Certificate, signing_time: datetime) -> cms.CMSAttributes:
    # RFC 5652 §11.3: UTCTime until 2049, without fractions of a second.
    moment = signing_time.astimezone(UTC).replace(microsecond=0)
    time_form = "utc_time" if 1950 <= moment.year < 2050 else "generalized_time"
    # SHA-256 is ESSCertIDv2's default and so is left out (RFC 5035 §4).
    certificate_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(leaf.dump()).digest()})
    values: dict[str, object] = {
        "content_type": "data",
        "signing_time": cms.Time(name=time_form, value=moment),
        "message_digest": hashlib.sha256(content).digest(),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [certificate_id]}),
    }
    return cms.CMSAttributes([{"type": kind, "values": [value]} for kind, value in values.items()])


def _refused(reason: str, sentence: str) -> PackageRefused:
    return PackageRefused(sentence, code=f"package-signature-{reason}")
