"""What becomes of a target: after an attempt, a decision, an exemption, a finding on an alarm, a damaged image, a
corrected birth date. Pure.

What competes and what does not, and how rounds are counted, is explained in `decisions/0008`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.attendance.kept_fingers import all_accepted
from appliance.attendance.target import Exemption, Leniency, Target
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.capture import Attempt
from appliance.model.liveness import LivenessFinding, LivenessRuling
from appliance.model.verdict import NOT_JUDGED

replace = msgspec.structs.replace


def after_attempt(target: Target, attempt: Attempt) -> Target:
    grown = replace(target, attempts=(*target.attempts, attempt))
    if target.fingers:
        return _complete(grown)
    if attempt.accepted and target.leniency is None:
        return replace(grown, chosen=grown.best, decision="automatic")
    return _leniently(grown)


def after_decision(target: Target, decision: Decision) -> Target:
    match decision:
        case Decision.USE:
            return replace(target, chosen=target.best, decision="operator")
        case Decision.RECAPTURE:
            return _recaptured(target)
        case Decision.FALLBACK:
            index = target.next_fallback
            return target if index is None else _taken_up(target, index)
        case Decision.RESTART:
            fresh = replace(_without_choice(target), attempts=(), discarded=target.tries, exemptions=())
            return _taken_up(fresh, 0)


def after_exemption(target: Target, exemption: Exemption) -> Target:
    grown = replace(target, exemptions=(*target.exemptions, exemption))
    if grown.exempt:
        return _best_of_hand(grown)
    if target.fingers:
        return _complete(grown)
    if exemption.position != target.position:
        return grown
    index = grown.next_fallback
    if index is not None:
        return _taken_up(grown, index)
    if grown.best is not None:
        # No fallback is left, but an earlier finger gave an image: that one is the hand's best.
        return _best_of_hand(grown)
    return _in_new_round(grown, range(len(grown.positions)))


def after_damage(target: Target, part: str) -> Target:
    """One of its images cannot be used any more: the attempt stays on record, and its finger is captured again.

    Where no finger can be captured again, the best of what is left takes its place. One that was not chosen is missed
    by nobody.
    """
    damaged = next((a for a in target.tries if any(known.name == part for known in a.parts)), None)
    if damaged is None:
        return target
    if damaged != target.chosen and not any(damaged == kept.attempt for kept in target.kept_fingers):
        return _without_image(target, damaged)
    left = _discarding(_without_choice(target), damaged)
    if left.exempt:
        return _best_of_hand(left)
    return _in_new_round(left, [target.positions.index(damaged.position), target.at, *range(len(target.positions))])


def after_ruling(target: Target, round_number: int, number: int, ruling: LivenessRuling) -> Target:
    """What was said of an alarm is known of its attempt. One that was found justified competes no more, and the capture
    that it was the choice of is begun anew."""
    known = next((a for a in target.tries if (a.round, a.number) == (round_number, number)), None)
    if known is None:
        return target
    ruled = replace(known, liveness_ruling=ruling)

    def told(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
        return tuple(ruled if attempt == known else attempt for attempt in attempts)

    chosen = ruled if target.chosen == known else target.chosen
    now = replace(target, attempts=told(target.attempts), discarded=told(target.discarded), chosen=chosen)
    if ruling.finding is LivenessFinding.OVERRULED or ruled not in now.attempts:
        return now
    ended = _discarding(now, ruled)
    return ended if chosen not in (None, ruled) else _in_new_round(_without_choice(ended), [target.at])


def under_six(target: Target) -> Target:
    """A small child's hand: no finger of it is asked for; what was tried before stays in the record."""
    exemptions = tuple(
        Exemption(position=position, reason=ExemptionReason.UNDER_SIX, permanent=False)
        for position in replace(target, exemptions=()).open_fingers
    )
    return replace(_without_choice(target), exemptions=exemptions, attempts=(), discarded=target.tries)


def not_under_six(target: Target) -> Target:
    """The birth date was corrected: the hand is asked for after all. Other targets stay as they are."""
    if not any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in target.exemptions):
        return target
    return _taken_up(replace(target, exemptions=()), 0)


def under(leniency: Leniency | None, target: Target) -> Target:
    """From now on; also after a corrected birth date. What was taken by another rule is looked at by this one."""
    changed = replace(target, leniency=leniency)
    if target.chosen is None:
        return _leniently(changed)
    if target.decision not in tuple(Leniency):
        return changed
    if leniency is not None:
        return replace(changed, decision=leniency.value)
    return replace(changed, decision="automatic") if target.chosen.accepted else _without_choice(changed)


def waived(target: Target) -> Target:
    """It is not asked for any more; what was tried before stays in the record."""
    return replace(_without_choice(target), attempts=(), discarded=target.tries, waived=True)


def wanted_again(target: Target) -> Target:
    return _in_new_round(replace(target, waived=False), [0]) if target.waived else target


def _leniently(target: Target) -> Target:
    """The best there is, whatever its score, where a score asks nobody to repeat. What could not be judged shows
    nothing that could be taken: that is as if nobody had presented anything. Nor is a hand that seems to be the other
    one, or has a finger too many: that is no matter of scores, and the operator's to say."""
    best = target.best
    if target.leniency is None or target.exempt or best is None or not _shows_something(target, best):
        return target
    return replace(target, chosen=best, decision=target.leniency.value)


def _shows_something(target: Target, best: Attempt) -> bool:
    if target.fingers:
        kept = target.kept_fingers
        shows_all = all(one.is_known and one.finger.verdict.score != NOT_JUDGED for one in kept)
        return shows_all and len(kept) == len(target.open_fingers)
    return best.verdict.score != NOT_JUDGED


def _without_image(target: Target, damaged: Attempt) -> Target:
    def kept(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
        return tuple(_imageless(known) if known == damaged else known for known in attempts)

    return replace(target, attempts=kept(target.attempts), discarded=kept(target.discarded))


def _imageless(attempt: Attempt) -> Attempt:
    return replace(attempt, part=None, fingers=tuple(replace(finger, part=None) for finger in attempt.fingers))


def _complete(target: Target) -> Target:
    """A placement is done when each finger that is asked for has met its own threshold, in whichever attempt."""
    if target.leniency is not None or not all_accepted(target.kept_fingers, target.open_fingers):
        return _leniently(target)
    return replace(target, chosen=target.best, decision="automatic")


def _recaptured(target: Target) -> Target:
    """A new round of the chosen finger, or of the present one.

    Whoever asks to take again what had passed has seen what no score tells (closed eyes): that image competes no
    more. What never passed goes on competing, so that one more round cannot lose the best there is.
    """
    chosen, again = target.chosen, _without_choice(target)
    if chosen is None:
        return _in_new_round(again, [target.at, *range(len(target.positions))])
    passed = [kept.attempt for kept in target.kept_fingers] if target.fingers else [chosen]
    if target.passed:
        for attempt in passed:
            again = _discarding(again, attempt)
    return _in_new_round(again, [target.positions.index(chosen.position), target.at, *range(len(target.positions))])


def _without_choice(target: Target) -> Target:
    return replace(target, chosen=None, decision="")


def _discarding(target: Target, attempt: Attempt) -> Target:
    if attempt not in target.attempts:
        return target
    attempts = tuple(known for known in target.attempts if known != attempt)
    return replace(target, attempts=attempts, discarded=(*target.discarded, attempt))


def _best_of_hand(target: Target) -> Target:
    best = target.best
    return target if best is None else replace(target, chosen=best, decision="best-of-hand")


def _taken_up(target: Target, index: int) -> Target:
    return replace(target, at=index, round=target.round_to_continue(target.positions[index]))


def _in_new_round(target: Target, wanted: Iterable[int]) -> Target:
    """At the first of the wanted fingers that is not exempt; a target that is exempt as a whole stays where it is."""
    exempted = target.exempt_positions
    at = next((index for index in wanted if target.positions[index] not in exempted), target.at)
    return replace(target, at=at, round=target.last_round(target.positions[at]) + 1)
