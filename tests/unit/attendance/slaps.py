"""Slaps for these tests: findings by score for the pure rules, drawn hands for what judges them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from appliance.attendance.target import Target
from appliance.model.capture import Attempt, FingerCapture, ImagePart, Segment
from appliance.model.placement import Placement
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.simulated.drawn.slap import draw_slap
from tests.unit.attendance.makers import attempt

RIGHT = tuple(position.value for position in Placement.RIGHT_FOUR.positions)
LEFT = tuple(position.value for position in Placement.LEFT_FOUR.positions)
THRESHOLDS = {"right_index": 30, "right_middle": 20, "right_ring": 10, "right_little": 10}
SEGMENT = Segment(centre_x_px=400.0, centre_y_px=500.0, angle_deg=2.5, width_px=330.0, height_px=450.0)


@cache
def drawn(positions: Sequence[str], turn: int = 0) -> Pixels:
    return draw_slap({position: draw_fingerprint(1, position, turn) for position in positions})


def slap(
    target: Target, scores: dict[str, int], *, reasons: tuple[str, ...] = (), part: str = "", image: bool = True
) -> Attempt:
    """An attempt at a placement: each finger's score against its threshold. `part`: the stored image's name."""
    held = ImagePart(
        name=part or f"slap-{len(target.tries)}.png", media_type="image/png", size=1, sha256="0" * 64, crc32=0
    )
    fingers = tuple(
        FingerCapture(
            position=position,
            verdict=Verdict(kind=CaptureKind.FINGERPRINT, score=score),
            threshold=THRESHOLDS.get(position, 30),
            accepted=not reasons and score >= THRESHOLDS.get(position, 30),
            segment=SEGMENT,
            part=held if image else None,
        )
        for position, score in scores.items()
    )
    whole = Verdict(kind=CaptureKind.FINGERPRINT, score=min(scores.values(), default=NOT_JUDGED), reasons=reasons)
    return msgspec.structs.replace(
        attempt(target, 0),
        verdict=whole,
        accepted=bool(fingers) and all(finger.accepted for finger in fingers),
        fingers=fingers,
        part=held if image else None,
    )
