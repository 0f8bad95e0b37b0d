"""A small world for the package's tests: an agency, boxes with certificates, a manifest. All simulated."""

from __future__ import annotations

import hashlib
import io
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.model.applicant import FieldValue, Origin
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CaptureUse, CentreModel, PortraitUse
from appliance.model.manifest import (
    AgeGroup,
    AttemptRecord,
    CaptureDecision,
    CaptureRecord,
    CentreRecord,
    Manifest,
    NoticeRecord,
    PartRecord,
    PlanRecord,
    SignatureRecord,
    SoftwareRecord,
)
from appliance.model.manifest_fingers import OverallLivenessRecord, UniquenessRecord
from appliance.model.manifest_portrait import CompositionRecord, CriterionRecord, PortraitRecord
from appliance.model.verdict import CaptureKind
from appliance.package.part import PartSource
from appliance.package.seal import SealedPackage, seal

NOW = datetime(2026, 3, 5, 10, 30, tzinfo=UTC)
SIGN = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
DEVICE = DeviceFacts(
    device_id="reader-1",
    profile_id="simulated-fingerprint",
    driver="simulated.fingerprint",
    vendor="Simulated",
    model="Reader",
    serial_number="S-1",
    firmware_version="1.0",
    simulated=True,
)


@dataclass(frozen=True)
class Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True)
class KeySigner:
    """A signer whose key is in memory; the product's own is in `appliance/identity`."""

    key: ec.EllipticCurvePrivateKey
    certificate_chain: Sequence[x509.Certificate]

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def certify(
    common_name: str,
    issuer: Pair | None = None,
    *,
    authority: bool = False,
    usage: str = "digital_signature",
    purposes: Sequence[x509.ObjectIdentifier] = (),
    start: datetime = NOW - timedelta(days=1),
    end: datetime = NOW + timedelta(days=300),
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usages = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usages["key_cert_sign" if authority else usage] = True
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usages), critical=True)
    )
    if issuer:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=False)
    return Pair(builder.sign(signing_key, hashes.SHA256()), key)


@dataclass(frozen=True)
class World:
    """An agency with a root and a device authority, one enrolled box, and the certificate that packages are for."""

    root: Pair = field(default_factory=lambda: certify("Test root", authority=True))
    issuing: Pair = field(init=False)
    box: Pair = field(init=False)
    recipient: Pair = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "issuing", certify("Test device authority", self.root, authority=True))
        object.__setattr__(self, "box", certify("box-1", self.issuing, purposes=SIGN))
        object.__setattr__(self, "recipient", certify("Test recipient", self.root, usage="key_agreement"))

    @property
    def trust(self) -> list[x509.Certificate]:
        return [self.root.certificate]

    @property
    def signer(self) -> KeySigner:
        return KeySigner(self.box.key, [self.box.certificate, self.issuing.certificate])

    def seal(self, parts: Sequence[PartSource], manifest: Manifest | None = None) -> tuple[bytes, SealedPackage]:
        out = io.BytesIO()
        sealed = seal(
            manifest or manifest_for(parts), parts, self.signer, self.recipient.certificate, out, signing_time=NOW
        )
        return out.getvalue(), sealed

    def write_sealed(self, directory: Path, parts: Sequence[PartSource] | None = None) -> Path:
        path = directory / "package.p7m"
        path.write_bytes(self.seal(parts if parts is not None else some_parts())[0])
        return path


def some_parts() -> list[PartSource]:
    """A drawn portrait and print, as far as this room cares: bytes."""
    noise = random.Random(7)
    return [
        PartSource.from_bytes("face.png", "image/png", noise.randbytes(5000)),
        PartSource.from_bytes("fingerprint/right_index.png", "image/png", noise.randbytes(3000)),
    ]


def large_part(name: str, size: int, chunk_bytes: int = 1 << 20) -> PartSource:
    """A part that is never whole in memory."""

    def chunks() -> Iterator[bytes]:
        block = bytes(range(256)) * (chunk_bytes // 256)
        left = size
        while left:
            yield block[: min(left, chunk_bytes)]
            left -= min(left, chunk_bytes)

    digest, crc32 = hashlib.sha256(), 0
    for chunk in chunks():
        digest.update(chunk)
        crc32 = zlib.crc32(chunk, crc32)
    return PartSource(name, "application/octet-stream", size, digest.hexdigest(), crc32, chunks)


PORTRAIT = PortraitRecord(
    profile="permit",
    template="adult",
    composition=CompositionRecord(
        width_px=1244, height_px=1600, scale=0.91, enlarged=False, turn_deg=-1.5, filled_share=0.0
    ),
    omitted=None,
    stills=3,
    criteria=(
        CriterionRecord(name="eyes-open", mandatory=True, met=True),
        CriterionRecord(name="pitch", mandatory=False, met=False),
    ),
)


def manifest_for(parts: Sequence[PartSource], **changes: object) -> Manifest:
    face = parts[0].name if parts else None
    manifest = Manifest(
        format="claim-kiosk-manifest",
        version=2,
        package_id="0f8a2f1c-0000-4000-8000-000000000001",
        attendance_id="0f8a2f1c-0000-4000-8000-000000000002",
        created_at="2026-03-05T10:30:00.000Z",
        simulated=True,
        software=SoftwareRecord(name="claim-kiosk", version="0.1.0"),
        centre=CentreRecord(
            centre_id="claim-example", post_id="post-1", protocol_reference="P/1", model=CentreModel.CLAIM_2G
        ),
        technician_id="tecnica",
        configuration_version="2026-03-01",
        areas=("regularizacao",),
        capture_plan=PlanRecord(
            plan_id="permit",
            document=True,
            face=True,
            portrait=PortraitUse.PERMIT,
            fingers=("right_index", "left_index"),
            placements=(),
            signature=True,
            use=CaptureUse.ENROLMENT,
            exception_photo=False,
        ),
        age_group=AgeGroup.ADULT,
        applicant={"surname": FieldValue(value="Espécimen", origin=Origin.MRZ)},
        representative=None,
        notice=NoticeRecord(language="pt", shown_at="2026-03-05T10:21:00.000Z", text_sha256="ab" * 32),
        devices=(DEVICE,),
        captures=(
            CaptureRecord(
                kind=CaptureKind.FACE,
                position=None,
                quality=71,
                attempts=1,
                accepted=face is not None,
                algorithm="simple-face-1",
                threshold=40,
                decision=CaptureDecision.AUTOMATIC,
                device=DEVICE,
                part=face,
                segment=None,
                pad="not-performed",
            ),
        ),
        attempts=(
            AttemptRecord(
                kind=CaptureKind.FACE,
                position=None,
                round=1,
                number=1,
                score=71,
                reasons=(),
                measures={"sharpness": 12.5},
                threshold=40,
                started_at="2026-03-05T10:22:00.000Z",
                duration_ms=812,
                accepted=True,
                algorithm="simple-face-1",
                fingers=(),
                technician_id="tecnica",
                device_id="reader-1",
                device_index=0,
                part=face,
                resemblance=None,
                liveness_hints=None,
                portrait=PORTRAIT,
            ),
        ),
        uniqueness=UniquenessRecord(
            algorithm="comparison", threshold=0.28, compared=0, repeated=(), swapped=(), omitted="no-impressions"
        ),
        liveness_hints=OverallLivenessRecord(
            score=None, alarm=False, fingers={}, examined=0, omitted=0, algorithm="hints", pad="not-performed"
        ),
        exemptions=(),
        signature=SignatureRecord(part=None, unable_reason="injured hand"),
        parts=tuple(PartRecord(name=p.name, media_type=p.media_type, size=p.size, sha256=p.sha256) for p in parts),
    )
    return msgspec.structs.replace(manifest, **changes)
