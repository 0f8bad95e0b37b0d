"""Which lowest score applies to what. Pure."""

from __future__ import annotations

from appliance.model.configuration import Thresholds
from appliance.model.position import Position
from appliance.model.verdict import CaptureKind


def threshold_for(kind: CaptureKind, position: str | None, thresholds: Thresholds) -> int:
    """Per finger for prints (BSI TR-03121-3 vol. 2); a finger that the configuration leaves out needs the index's."""
    match kind:
        case CaptureKind.DOCUMENT:
            return thresholds.document
        case CaptureKind.FACE:
            return thresholds.face
        case CaptureKind.FINGERPRINT:
            fallback = thresholds.fingers.get("index", 30)
            return thresholds.fingers.get(Position(position).finger, fallback) if position else fallback
