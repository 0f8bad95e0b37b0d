"""Which hands' pictures an attendance asks for, because a finger of theirs cannot be given. Pure."""

from __future__ import annotations

from appliance.attendance.target import Target, exception_target
from appliance.attendance.turns import waived, wanted_again
from appliance.model.attendance import ExemptionReason
from appliance.model.verdict import CaptureKind

_SHOWN_BY_A_PICTURE = frozenset({ExemptionReason.MISSING, ExemptionReason.INJURED})


def with_exception_photos(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets, each hand followed by its picture where one is wanted.

    One that is wanted no more, because the hand was begun again, is asked for no more; what was taken stays on record.
    """
    known = {target.name: target for target in targets}
    grown: list[Target] = []
    for target in targets:
        if target.kind is CaptureKind.EXCEPTION_PHOTO:
            continue
        grown.append(target)
        if target.kind is CaptureKind.FINGERPRINT:
            grown += _photo_of(target, known)
    return tuple(grown)


def _photo_of(hand: Target, known: dict[str, Target]) -> list[Target]:
    fresh = exception_target(hand)
    photo = known.get(fresh.name)
    if any(exemption.reason in _SHOWN_BY_A_PICTURE for exemption in hand.exemptions):
        return [fresh if photo is None else wanted_again(photo)]
    return [waived(photo)] if photo is not None and photo.tries else []
