"""What the page says about a target: how good each attempt was, what to mend, what we recommend. Pure.

Quality guides and never refuses a person: every choice that the target offers is shown, one is marked.
"""

from __future__ import annotations

import msgspec

from appliance.attendance.pictures import shown_attempt
from appliance.attendance.target import Phase, Target
from appliance.model.attendance import Decision
from appliance.model.capture import Attempt
from appliance.model.position import Position
from appliance.model.verdict import NOT_JUDGED, CaptureKind

NOTHING_PRESENTED = "nothing-presented"

_ORDER = (Decision.FALLBACK, Decision.USE, Decision.RECAPTURE, Decision.RESTART)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to look at. `word` is `accepted`, `redo` (something stands in the way, whatever the score), `weak` or
    `none`; colour alone says nothing."""

    position: str | None
    round: int
    number: int
    score: int
    threshold: int
    word: str
    hints: tuple[str, ...]


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
    judged = attempt.verdict.score != NOT_JUDGED
    return Bar(
        position=attempt.position,
        round=attempt.round,
        number=attempt.number,
        score=attempt.verdict.score if judged else 0,
        threshold=attempt.threshold,
        word=_word(attempt, judged=judged),
        hints=(*attempt.verdict.reasons, *attempt.verdict.advice),
    )


def _word(attempt: Attempt, *, judged: bool) -> str:
    if attempt.accepted:
        return "accepted"
    if not judged:
        return "none"
    return "redo" if attempt.verdict.reasons else "weak"


def bars(target: Target) -> tuple[Bar, ...]:
    return tuple(bar(attempt) for attempt in target.attempts)


def hints(target: Target) -> tuple[str, ...]:
    """What to mend before the next attempt: the last one's reasons, at most three, the most useful first."""
    here = [attempt for attempt in target.attempts if attempt.position == target.position]
    return bar(here[-1]).hints[:3] if here and not here[-1].accepted else ()


def shown(target: Target) -> Attempt | None:
    """The attempt whose picture is shown for the target."""
    return shown_attempt(target)


def any_shown(targets: tuple[Target, ...]) -> bool:
    """Whether there is a picture of any."""
    return any(shown_attempt(target) is not None for target in targets)


def open_positions(target: Target) -> tuple[str, ...]:
    """The fingers of a hand that may still be exempted."""
    if target.kind is not CaptureKind.FINGERPRINT:
        return ()
    exempted = target.exempt_positions
    return tuple(position for position in target.positions if position is not None and position not in exempted)


class Finger(msgspec.Struct, frozen=True, kw_only=True):
    """One finger of the drawn hand. `state` is `asked`, `done`, `exempt` or `rest`."""

    finger: str
    state: str


def hand(target: Target) -> tuple[Finger, ...]:
    """All five fingers of a hand target, in the order thumb to little."""
    exempted = target.exempt_positions
    side = target.name.split("_")[0]
    chosen = target.chosen.position if target.chosen is not None else None

    def state(position: str) -> str:
        if position in exempted:
            return "exempt"
        if position == chosen:
            return "done"
        return "asked" if chosen is None and position == target.position and not target.exempt else "rest"

    positions = [position for position in Position if position.hand == side]
    return tuple(Finger(finger=position.finger, state=state(position.value)) for position in positions)
