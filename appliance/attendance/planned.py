"""What an attendance asks for, by its plan and by what the applicant's age changes of it. Pure."""

from __future__ import annotations

from appliance.attendance.age import FINGERPRINT_AGE_YEARS, age_group
from appliance.attendance.target import Leniency, Target, document_target, face_target, hand_target, placement_target
from appliance.attendance.turns import not_under_six, under, under_six
from appliance.model.attendance import Opened
from appliance.model.manifest import AgeGroup
from appliance.model.placement import Placement
from appliance.model.position import Position
from appliance.model.verdict import CaptureKind

_SCORED_PERSON = frozenset({CaptureKind.FACE, CaptureKind.FINGERPRINT})
"""What a person is scored by; a document's page is nobody's fault."""


def planned(opened: Opened) -> tuple[Target, ...]:
    """Before anybody is known."""
    limit = opened.rules.attempts_per_round
    targets: list[Target] = []
    if opened.plan.document:
        targets.append(document_target(limit))
    if opened.plan.face:
        targets.append(face_target(limit))
    targets += [hand_target(Position(finger), limit) for finger in opened.plan.fingers]
    targets += [placement_target(Placement(placement), limit) for placement in opened.plan.placements]
    return tuple(_judged_by(_leniency(opened, AgeGroup.UNKNOWN), target) for target in targets)


def suited(targets: tuple[Target, ...], opened: Opened, years: int | None) -> tuple[Target, ...]:
    """The targets as far as they came, by the applicant's age: a small child's fingers are exempt, an older child's
    scores are held against nobody. Until a corrected date says else."""
    small = years is not None and years < FINGERPRINT_AGE_YEARS
    leniency = _leniency(opened, age_group(years))
    exempted = (_exempt_if(small, t) if t.kind is CaptureKind.FINGERPRINT else t for t in targets)
    return tuple(_judged_by(leniency, target) for target in exempted)


def _judged_by(leniency: Leniency | None, target: Target) -> Target:
    return under(leniency, target) if target.kind in _SCORED_PERSON else target


def _leniency(opened: Opened, group: AgeGroup) -> Leniency | None:
    if group is AgeGroup.CHILD:
        return Leniency.CHILD
    return Leniency.EVALUATION_ONLY if opened.rules.evaluation_only else None


def _exempt_if(small: bool, target: Target) -> Target:
    return under_six(target) if small else not_under_six(target)
