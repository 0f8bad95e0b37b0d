"""What the page says about a target: how good each attempt was, what to mend, what we recommend. Pure.

Quality guides and never refuses a person: every choice that the target offers is shown, one is marked.
"""

from __future__ import annotations

import msgspec

from appliance.attendance.pictures import shown_attempt
from appliance.attendance.slap_judging import OF_THE_WHOLE
from appliance.attendance.target import Phase, Target
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.capture import Attempt, FingerCapture
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.web.hands import hands as hands

NOTHING_PRESENTED = "nothing-presented"

_ORDER = (Decision.FALLBACK, Decision.USE, Decision.RECAPTURE, Decision.RESTART)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to look at. `word` is `accepted`, `redo` (something stands in the way, whatever the score), `weak` or
    `none`; colour alone says nothing.

    Of several fingers at once: a bar for each of `fingers`, how many were `found` and how many `asked` for."""

    position: str | None
    round: int
    number: int
    score: int
    threshold: int
    word: str
    hints: tuple[str, ...]
    fingers: tuple[Bar, ...] = ()
    found: int = 0
    asked: int = 0


def recommended(target: Target) -> Decision | None:
    """The next finger while there is one; then the best there is; then another round. None while capturing goes on."""
    if target.phase is not Phase.DECIDE:
        return None
    return next(decision for decision in _ORDER if decision in target.options)


def choices(target: Target) -> tuple[Decision, ...]:
    """All that the operator may decide now, the recommended one first."""
    first = recommended(target)
    rest = tuple(option for option in target.options if option is not first)
    return (first, *rest) if first is not None else rest


def bar(attempt: Attempt) -> Bar:
    measures = attempt.verdict.measures
    return msgspec.structs.replace(
        _bar(attempt, attempt, attempt.verdict),
        fingers=tuple(_bar(attempt, finger, finger.verdict) for finger in attempt.fingers),
        found=int(measures.get("fingers_found", 0)),
        asked=int(measures.get("fingers_asked", 0)),
    )


def _bar(attempt: Attempt, of: Attempt | FingerCapture, verdict: Verdict) -> Bar:
    judged = verdict.score != NOT_JUDGED
    return Bar(
        position=of.position,
        round=attempt.round,
        number=attempt.number,
        score=verdict.score if judged else 0,
        threshold=of.threshold,
        word=_word(verdict, of.threshold),
        hints=(*verdict.reasons, *verdict.advice),
    )


def _word(verdict: Verdict, threshold: int) -> str:
    if verdict.accepted(threshold):
        return "accepted"
    if verdict.score == NOT_JUDGED:
        return "none"
    return "redo" if verdict.reasons else "weak"


def portrait_note(attempt: Attempt) -> str:
    """How the face's picture was made: the name of a sentence, empty for what is no portrait."""
    if attempt.portrait is None:
        return ""
    made = attempt.portrait.composition
    return "still" if made is None else "enlarged" if made.enlarged else "whole"


def bars(target: Target) -> tuple[Bar, ...]:
    return tuple(bar(attempt) for attempt in target.attempts)


def hints(target: Target) -> tuple[str, ...]:
    """What to mend before the next attempt: the last one's reasons, at most three, the most useful first."""
    here = [attempt for attempt in target.attempts if attempt.position == target.position]
    return bar(here[-1]).hints[:3] if here and not here[-1].accepted else ()


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """What to mend. `position`: of which finger, empty for the whole hand. `reason`: empty where the finger is weak
    and nothing more is known of why."""

    position: str
    reason: str


def slap_hints(target: Target) -> tuple[Hint, ...]:
    """As `hints`, of several fingers at once: what is wrong with the hand as a whole, else with each poor finger."""
    if not target.attempts or target.attempts[-1].accepted:
        return ()
    last = bar(target.attempts[-1])
    if last.asked and last.asked != len(target.open_fingers):
        return ()  # a finger was exempted since: what was said of the hand no longer holds
    whole = [reason for reason in last.hints if reason in OF_THE_WHOLE]
    if whole or not last.fingers:
        return tuple(Hint(position="", reason=reason) for reason in (whole or last.hints)[:3])
    poor = [finger for finger in last.fingers if finger.word != "accepted"]
    return tuple(Hint(position=finger.position or "", reason=next(iter(finger.hints), "")) for finger in poor)


def shown(target: Target) -> Attempt | None:
    """The attempt whose picture is shown for the target."""
    return shown_attempt(target)


def any_shown(targets: tuple[Target, ...]) -> bool:
    """Whether there is a picture of any."""
    return any(shown_attempt(target) is not None for target in targets)


def is_under_six(target: Target) -> bool:
    """Whether no finger is asked for because of the applicant's age."""
    return any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in target.exemptions)


def open_positions(target: Target) -> tuple[str, ...]:
    """The fingers of a hand that may still be exempted."""
    if target.kind is not CaptureKind.FINGERPRINT:
        return ()
    return target.open_fingers
