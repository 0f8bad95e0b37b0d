"""Which lowest score applies to what. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.model.configuration import CaptureUse, Thresholds
from appliance.model.position import Position
from appliance.model.verdict import CaptureKind


def threshold_for(
    kind: CaptureKind,
    position: str | None,
    thresholds: Thresholds,
    own: Mapping[str, int] | None = None,
    use: CaptureUse = CaptureUse.ENROLMENT,
) -> int:
    """Per finger and use for prints (BSI TR-03121-3 vol. 2); a finger that the configuration leaves out needs the
    index's.

    `own` are the lowest scores of the model that captures, by finger or kind: they only ever make AIMA's stricter.
    """
    measured = Position(position).finger if position else kind.value
    return max(_demanded(kind, position, thresholds, use), (own or {}).get(measured, 0))


def _demanded(kind: CaptureKind, position: str | None, thresholds: Thresholds, use: CaptureUse) -> int:
    match kind:
        case CaptureKind.DOCUMENT:
            return thresholds.document
        case CaptureKind.FACE:
            return thresholds.face
        case CaptureKind.EXCEPTION_PHOTO:
            return 0
        case CaptureKind.FINGERPRINT:
            fingers = thresholds.of_fingers(use)
            fallback = fingers.get("index", 30)
            return fingers.get(Position(position).finger, fallback) if position else fallback
