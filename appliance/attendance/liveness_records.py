"""What the record says of one presentation's liveness, of a finger or of a face. Pure."""

from __future__ import annotations

from typing import Final

from appliance.liveness.face.together import ALGORITHM as FACE_HINTS
from appliance.liveness.fingerprint import ALGORITHM as FINGER_HINTS
from appliance.model.capture import Attempt, FingerCapture
from appliance.model.liveness import LivenessRuling
from appliance.model.manifest_liveness import HintRecord, LivenessRecord, LivenessRulingRecord
from appliance.model.verdict import CaptureKind

NO_IMAGE: Final = "no-image"
NOT_ASKED: Final = "not-asked"
"""Of an attempt that an earlier version of this box made."""


def liveness_record(taken: Attempt | FingerCapture) -> LivenessRecord:
    known = taken.liveness
    if known is None:
        omitted = NO_IMAGE if taken.part is None else NOT_ASKED
        algorithm = FACE_HINTS if taken.verdict.kind is CaptureKind.FACE else FINGER_HINTS
        return LivenessRecord(
            score=None, alarm=False, hints=(), omitted=omitted, algorithm=algorithm, pad="not-performed"
        )
    hints = tuple(
        HintRecord(code=hint.code, score=hint.score, omitted=hint.omitted or None, evidence=hint.evidence)
        for hint in known.hints
    )
    return LivenessRecord(
        score=known.score, alarm=known.alarm, hints=hints, omitted=None, algorithm=known.algorithm, pad=known.pad
    )


def ruling_record(ruling: LivenessRuling | None) -> LivenessRulingRecord | None:
    if ruling is None:
        return None
    return LivenessRulingRecord(
        finding=ruling.finding, reason=ruling.reason, technician_id=ruling.technician_id, at=ruling.at
    )
