"""What AIMA decides about a post, as it stands in the signed configuration (`configuration.json`, a TUF target)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
"""Fits what the manifest takes (`Reference`, `Code`): what a configuration admits must not fail at the sealing."""
Score = Annotated[int, msgspec.Meta(ge=0, le=100)]
Date = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class CentreModel(StrEnum):
    """The three models of the founding document; only 2G captures biometrics."""

    CONVENTIONAL = "conventional"
    EXTENDED = "extended"
    CLAIM_2G = "claim-2g"


class Contact(_Part, frozen=True, kw_only=True):
    label: Text
    value: Text


class Centre(_Part, frozen=True, kw_only=True):
    centre_id: Identifier
    name: Text
    municipality: Text
    protocol_reference: Text
    model: CentreModel
    contacts: tuple[Contact, ...] = ()


class Post(_Part, frozen=True, kw_only=True):
    post_id: Identifier
    name: Text


class TrainingCertificate(_Part, frozen=True, kw_only=True):
    """The compulsory 36 h initial training (FAQ 10)."""

    certificate_id: Text
    completed_on: Date


class Technician(_Part, frozen=True, kw_only=True):
    """`password_hash` is an Argon2id string; without `initial_training` no attendance can be opened."""

    technician_id: Identifier
    name: Text
    password_hash: str
    languages: tuple[str, ...]
    initial_training: TrainingCertificate | None = None


class CaptureUse(StrEnum):
    """What prints are taken for: to be kept and compared with from now on, or to be compared once."""

    ENROLMENT = "enrolment"
    IDENTIFICATION = "identification"


class PortraitUse(StrEnum):
    """What a portrait is taken for: printed into a permit (1244 by 1600), or any other live picture."""

    PERMIT = "permit"
    LIVE = "live"


class CapturePlan(_Part, frozen=True, kw_only=True):
    """What an appointment asks for: `fingers` one by one, one a hand, with fallbacks; `placements` several at once.

    `portrait`: by which limits and in which size the face's picture is made. `exception_photo`: of a hand of which a
    finger is missing or injured, a picture is taken.
    """

    plan_id: Identifier
    label: dict[str, str]
    document: bool = True
    face: bool = True
    portrait: PortraitUse = PortraitUse.PERMIT
    fingers: tuple[str, ...] = ("right_index", "left_index")
    placements: tuple[str, ...] = ()
    signature: bool = True
    use: CaptureUse = CaptureUse.ENROLMENT
    exception_photo: bool = False

    @property
    def takes_fingerprints(self) -> bool:
        return bool(self.fingers or self.placements)

    @property
    def takes_biometrics(self) -> bool:
        return self.face or self.takes_fingerprints


class Thresholds(_Part, frozen=True, kw_only=True):
    """Lowest accepted scores. Fingers, NFIQ 2: BSI TR-03121-3 vol. 2, `fingers` at enrolment."""

    document: Score = 40
    face: Score = 40
    fingers: dict[str, Score] = msgspec.field(
        default_factory=lambda: {"thumb": 30, "index": 30, "middle": 20, "ring": 10, "little": 10}
    )
    identification_fingers: dict[str, Score] = msgspec.field(
        default_factory=lambda: {"thumb": 20, "index": 20, "middle": 20, "ring": 10, "little": 10}
    )

    def of_fingers(self, use: CaptureUse) -> dict[str, int]:
        return self.identification_fingers if use is CaptureUse.IDENTIFICATION else self.fingers


class FingerprintFormat(StrEnum):
    """As what impressions go into a package. WSQ needs the package `wsq` on the box; what cannot be WSQ is PNG."""

    PNG = "png"
    WSQ = "wsq"


class CaptureRules(_Part, frozen=True, kw_only=True):
    """`evaluation_only`: scores are computed and recorded as ever, and nobody is asked to repeat because of one.
    `screen_light`: a check of presence may light the face with the page's colours, where the screen stands before the
    applicant and no bright daylight falls on them."""

    attempts_per_round: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    evaluation_only: bool = False
    fingerprint_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    fingerprint_window_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 5.0
    """Once a finger lies on the glass: the first good picture of this time, else its best (BSI TR-03121-3 §4.9.2)."""
    slap_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    fingerprint_format: FingerprintFormat = FingerprintFormat.PNG
    screen_light: bool = False
    face_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 30.0
    document_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 60.0
    signature_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 60.0


class Retention(_Part, frozen=True, kw_only=True):
    """How long what is not sealed may stay, and how long the record that something was sent is kept."""

    open_attendance_hours: Annotated[int, msgspec.Meta(ge=1, le=168)] = 24
    sent_record_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 90


class FieldKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    COUNTRY = "country"
    SEX = "sex"


class FieldRule(_Part, frozen=True, kw_only=True):
    """One field of the applicant's schema. `mrz` names the MRZ element that prefills it."""

    name: Identifier
    label: dict[str, str]
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    max_length: Annotated[int, msgspec.Meta(ge=1, le=200)] = 80
    mrz: str = ""


class AimaEndpoints(_Part, frozen=True, kw_only=True):
    """PEM certificates: whom packages are encrypted for, and who signs receipts."""

    encryption_certificate: str
    receipt_certificate: str


class Configuration(_Part, frozen=True, kw_only=True):
    """The whole. `version` is for people and records; order and freshness are TUF's."""

    version: Text
    centre: Centre
    post: Post
    technicians: tuple[Technician, ...]
    areas: tuple[Identifier, ...]
    capture_plans: tuple[CapturePlan, ...]
    applicant_fields: tuple[FieldRule, ...]
    thresholds: Thresholds = Thresholds()
    capture: CaptureRules = CaptureRules()
    retention: Retention = Retention()
    aima: AimaEndpoints
    lock_after_minutes: Annotated[int, msgspec.Meta(ge=1, le=120)] = 10
