"""What a package says of one presentation's liveness: hints with their figures, and what a technician found of them.

Codes and figures; nothing that shows a face or a print.
"""

from __future__ import annotations

from typing import Literal

from appliance.model.liveness import LivenessFinding, OverruleReason
from appliance.model.manifest_values import Algorithm, Code, MeasureName, Reference, Share, Timestamp, Value


class HintRecord(Value, frozen=True, kw_only=True):
    """One thing looked for. `score` is None exactly where `omitted` says why it was not looked for."""

    code: Code
    score: Share | None
    omitted: Code | None
    evidence: dict[MeasureName, float]


class LivenessRecord(Value, frozen=True, kw_only=True):
    """Hints on one impression or one capture of a face, 0 as a bona fide presentation, 1 as an attack, in twenty steps.
    Not PAD.

    Where nothing was looked for there are no `hints`, and `omitted` says why.
    """

    score: Share | None
    alarm: bool
    hints: tuple[HintRecord, ...]
    omitted: Code | None
    algorithm: Algorithm
    pad: Literal["not-performed"]


class LivenessRulingRecord(Value, frozen=True, kw_only=True):
    """Of an alarm, by the technician who saw the person: `overruled` for a `reason`, or found `justified`, and then the
    attempt is none of the captures."""

    finding: LivenessFinding
    reason: OverruleReason | None
    technician_id: Reference
    at: Timestamp
