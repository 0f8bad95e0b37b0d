"""The demonstration configuration: a fictional CLAIM 2G with one post and two fictional technicians.

The log-in is public on purpose: whatever a sandbox holds is a demonstration.
"""

from __future__ import annotations

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.model.configuration import (
    AimaEndpoints,
    CapturePlan,
    CaptureRules,
    Centre,
    CentreModel,
    Configuration,
    Contact,
    FieldKind,
    FieldRule,
    Post,
    Technician,
    TrainingCertificate,
)
from appliance.sandbox.aima.authority import Authority
from appliance.technicians.password import hash_password

LOG_IN = "demo"
PASSWORD = "demonstracao"  # noqa: S105 (public on purpose: it opens a sandbox and nothing else)
TRAINEE = "estagio"
"""Without the initial training: may log in, but open no attendance. The same password."""

AREAS = (
    "regularizacao",
    "nacionalidade",
    "reagrupamento-familiar",
    "habitacao",
    "trabalho",
    "apoio-social",
    "retorno-voluntario",
    "saude",
    "educacao",
    "formacao-profissional",
    "empreendedorismo",
    "outras",
)
"""The twelve areas of the network (FAQ 1 and 4)."""


def demonstration_configuration(authority: Authority) -> bytes:
    """`configuration.json`. Blocking: hashes two passwords."""
    return msgspec.json.format(msgspec.json.encode(_configuration(authority)), indent=2)


def _configuration(authority: Authority) -> Configuration:
    training = TrainingCertificate(certificate_id="DEMO-36H-0001", completed_on="2026-01-30")
    return Configuration(
        version="demonstration-1",
        centre=Centre(
            centre_id="claim-demo",
            name="CLAIM 2G (demonstração)",
            municipality="Município de Demonstração",
            protocol_reference="DEMO/2026/001",
            model=CentreModel.CLAIM_2G,
            contacts=(Contact(label="AIMA (demonstração)", value="apoio@aima.invalid"),),
        ),
        post=Post(post_id="posto-1", name="Posto 1"),
        technicians=(
            Technician(
                technician_id=LOG_IN,
                name="Técnica de Demonstração",
                password_hash=hash_password(PASSWORD),
                languages=("pt", "en"),
                initial_training=training,
            ),
            Technician(
                technician_id=TRAINEE,
                name="Estagiário de Demonstração",
                password_hash=hash_password(PASSWORD),
                languages=("pt", "fr"),
            ),
        ),
        areas=AREAS,
        capture_plans=(
            CapturePlan(plan_id="residence-permit", label={"pt": "Título de residência", "en": "Residence permit"}),
            CapturePlan(
                plan_id="one-finger",
                label={"pt": "Apenas um dedo", "en": "One finger only"},
                document=False,
                face=False,
                fingers=("right_index",),
                signature=False,
            ),
            CapturePlan(
                plan_id="documents-only",
                label={"pt": "Apenas documentos", "en": "Documents only"},
                face=False,
                fingers=(),
                signature=False,
            ),
            CapturePlan(
                plan_id="ten-fingers",
                label={"pt": "Dez dedos", "en": "Ten fingers"},
                document=False,
                face=False,
                fingers=(),
                placements=("right_four", "left_four", "two_thumbs"),
                signature=False,
            ),
        ),
        applicant_fields=(
            _field("surname", "Apelidos", "Surname", "surname"),
            _field("given-names", "Nomes próprios", "Given names", "given_names", required=False),
            _field("birth-date", "Data de nascimento", "Date of birth", "birth_date", kind=FieldKind.DATE),
            _field("nationality", "Nacionalidade", "Nationality", "nationality", kind=FieldKind.COUNTRY),
            _field("sex", "Sexo", "Sex", "sex", kind=FieldKind.SEX, required=False),
            _field("document-number", "N.º do documento", "Document number", "document_number", longest=40),
            _field(
                "document-expiry",
                "Validade do documento",
                "Document valid until",
                "expiry_date",
                kind=FieldKind.DATE,
                required=False,
            ),
        ),
        # Short, because nobody at a simulated desk is still looking for the right page.
        capture=CaptureRules(fingerprint_timeout_s=5.0, slap_timeout_s=5.0, screen_light=True, face_timeout_s=8.0),
        aima=AimaEndpoints(
            encryption_certificate=_pem(authority.encryption_certificate),
            receipt_certificate=_pem(authority.receipt_certificate),
        ),
    )


def _field(
    name: str,
    pt: str,
    en: str,
    mrz: str,
    *,
    kind: FieldKind = FieldKind.TEXT,
    required: bool = True,
    longest: int = 80,
) -> FieldRule:
    return FieldRule(name=name, label={"pt": pt, "en": en}, kind=kind, required=required, max_length=longest, mrz=mrz)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
