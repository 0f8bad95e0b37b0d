"""What the liveness stage says about one impression or one capture of a face: hints, never presentation attack
detection (ISO/IEC 30107). And what a technician found of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

ALARM_SCORE = 0.5
"""From here on the operator is told. Never the applicant."""
STEP = 0.05
"""Scores go up in twenty steps."""


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked for: 0 as a bona fide presentation, 1 as an attack; or that it was not looked for, and why.

    `score` is None exactly where `omitted` is not empty. `evidence` are the figures that it rests on.
    """

    code: str
    score: float | None = None
    omitted: str = ""
    evidence: dict[str, float] = {}


class LivenessHints(msgspec.Struct, frozen=True, kw_only=True):
    """All hints on one impression or one capture of a face, and one score of them together, apart from quality.

    `score` is None where every hint was omitted. `pad` cannot be anything else: without a certified device nobody has
    performed presentation attack detection, whatever was computed.
    """

    hints: tuple[Hint, ...]
    score: float | None
    pad: Literal["not-performed"] = "not-performed"
    algorithm: str = ""

    @property
    def alarm(self) -> bool:
        return self.score is not None and self.score >= ALARM_SCORE


class LivenessFinding(StrEnum):
    """What the technician finds of an alarm, who saw the person (BSI TR-03121-3 vol. 2, 3.9.1.3)."""

    OVERRULED = "overruled"
    JUSTIFIED = "justified"


class OverruleReason(StrEnum):
    """Why an alarm means nothing. A short list, so that nothing personal is ever written: neither why somebody could
    not do what was asked, nor what they look like."""

    PERSON_SEEN = "person-seen"
    ROOM = "room"
    EQUIPMENT = "equipment"
    REQUEST_NOT_FOLLOWED = "request-not-followed"


class LivenessRuling(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` is there exactly where the alarm was overruled."""

    at: str
    technician_id: str
    finding: LivenessFinding
    reason: OverruleReason | None = None
