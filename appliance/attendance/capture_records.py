"""What was kept of one target, as AIMA will read it, each with the stored image that shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from appliance.attendance.finger_records import FingerRecords
from appliance.attendance.image_file import SUFFIXES
from appliance.attendance.kept_fingers import KeptFinger
from appliance.attendance.liveness_records import liveness_record
from appliance.attendance.target import Leniency, Target
from appliance.model.capture import Attempt, FingerCapture, ImagePart, Segment
from appliance.model.manifest import CaptureDecision, CaptureRecord, FingerRecord, SegmentRecord
from appliance.model.verdict import CaptureKind

PAD_NOT_PERFORMED: Final = "not-performed"

_DECISIONS: Final = {
    "automatic": CaptureDecision.AUTOMATIC,
    "operator": CaptureDecision.OPERATOR,
    "best-of-hand": CaptureDecision.BEST_OF_ROUND,
    Leniency.EVALUATION_ONLY.value: CaptureDecision.EVALUATION_ONLY,
    Leniency.CHILD.value: CaptureDecision.CHILD,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """`record.part` names `part`; several fingers may share one."""

    record: CaptureRecord
    part: ImagePart | None


def captures_of(target: Target) -> tuple[Kept, ...]:
    """Nothing before the choice; of a placement one for each finger, whichever attempt it is of."""
    chosen = target.chosen
    if chosen is None:
        return ()
    if not target.fingers:
        return (Kept(_single(target, chosen), chosen.part),)
    names = _slap_names(target)
    return tuple(Kept(_finger(target, kept, names), kept.finger.part) for kept in target.kept_fingers)


def position_of(target: Target, attempt: Attempt) -> str | None:
    """A picture of a hand says which."""
    return target.name.removesuffix("_exception") if attempt.kind is CaptureKind.EXCEPTION_PHOTO else attempt.position


def finger_record(finger: FingerCapture, fingers: FingerRecords, part: str | None) -> FingerRecord:
    """`part`: the image's name in the package, where it is held."""
    return FingerRecord(
        position=finger.position,
        score=finger.verdict.score,
        reasons=finger.verdict.reasons,
        measures=finger.verdict.measures,
        threshold=finger.threshold,
        accepted=finger.accepted,
        part=part,
        segment=_segment(finger.segment) if part is not None else None,
        resemblance=fingers.resemblance(finger),
        liveness_hints=liveness_record(finger),
    )


def _single(target: Target, chosen: Attempt) -> CaptureRecord:
    return CaptureRecord(
        kind=chosen.kind,
        position=position_of(target, chosen),
        quality=chosen.verdict.score,
        attempts=len([a for a in target.tries if a.position == chosen.position]),
        accepted=chosen.accepted,
        algorithm=chosen.verdict.algorithm,
        threshold=chosen.threshold,
        decision=_DECISIONS[target.decision],
        device=chosen.device,
        part=_file(_name(target, chosen), chosen.part) if chosen.part is not None else None,
        segment=None,
        pad=PAD_NOT_PERFORMED,
    )


def _name(target: Target, attempt: Attempt) -> str:
    if attempt.kind is CaptureKind.EXCEPTION_PHOTO:
        return f"exception-{target.name.removesuffix('_exception').removesuffix('_hand')}"
    return f"{attempt.kind.value}/{attempt.position}" if attempt.position else attempt.kind.value


def _finger(target: Target, kept: KeptFinger, names: Mapping[str, str]) -> CaptureRecord:
    finger, attempt = kept.finger, kept.attempt
    return CaptureRecord(
        kind=target.kind,
        position=finger.position,
        quality=finger.verdict.score,
        attempts=len([a for a in target.tries if any(f.position == finger.position for f in a.fingers)]),
        accepted=finger.accepted,
        algorithm=finger.verdict.algorithm,
        threshold=finger.threshold,
        decision=_DECISIONS[target.decision],
        device=attempt.device,
        part=names[finger.part.name] if finger.part is not None else None,
        segment=_segment(finger.segment),
        pad=PAD_NOT_PERFORMED,
    )


def _slap_names(target: Target) -> dict[str, str]:
    """The part's name by that of the stored image: the placement's, then numbered where fingers come of several; of a
    finger that the scanner cut out its own, below the placement's."""
    names: dict[str, str] = {}
    slaps = 0
    for kept in target.kept_fingers:
        part = kept.finger.part
        if part is None or part.name in names:
            continue
        what = f"{target.kind.value}/{target.name}"
        if kept.finger.segment is None:
            what = f"{what}/{kept.finger.position}"
        else:
            slaps += 1
            what = what if slaps == 1 else f"{what}-{slaps}"
        names[part.name] = _file(what, part)
    return names


def _file(what: str, part: ImagePart) -> str:
    return f"captures/{what}.{SUFFIXES[part.media_type]}"


def _segment(found: Segment | None) -> SegmentRecord | None:
    if found is None:
        return None
    return SegmentRecord(
        centre_x_px=found.centre_x_px,
        centre_y_px=found.centre_y_px,
        angle_deg=found.angle_deg,
        width_px=found.width_px,
        height_px=found.height_px,
    )
