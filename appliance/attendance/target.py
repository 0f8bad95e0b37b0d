"""One thing to capture (the document, the face, one hand): rounds, attempts, fallbacks and the choice among them.

Pure. The rules are BSI TR-03121-3 vol. 2 §4.6.2 and §5.4.5.1.3: at most three attempts a round, then the best, then
the operator decides; per hand index, thumb, middle, ring. Which image is the best is `ranking`'s to say.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from appliance.attendance.ranking import best_attempt
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.capture import Attempt
from appliance.model.position import Position, candidates
from appliance.model.verdict import CaptureKind


class Phase(StrEnum):
    """What a target waits for."""

    CAPTURE = "capture"
    DECIDE = "decide"
    DONE = "done"


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    position: str
    reason: ExemptionReason
    permanent: bool


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """`positions` are what may be captured, in order; `(None,)` for the document and the face."""

    name: str
    kind: CaptureKind
    positions: tuple[str | None, ...]
    attempts_per_round: int
    at: int = 0
    round: int = 1
    attempts: tuple[Attempt, ...] = ()
    discarded: tuple[Attempt, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    chosen: Attempt | None = None
    decision: str = ""

    @property
    def exempt(self) -> bool:
        """Every finger that could have been asked for is missing or injured."""
        exempted = {exemption.position for exemption in self.exemptions}
        return all(position in exempted for position in self.positions)

    @property
    def position(self) -> str | None:
        return self.positions[self.at]

    @property
    def attempts_in_round(self) -> int:
        return sum(1 for a in self.attempts if a.position == self.position and a.round == self.round)

    @property
    def phase(self) -> Phase:
        if self.chosen is not None or self.exempt:
            return Phase.DONE
        if self.attempts_in_round >= self.attempts_per_round:
            return Phase.DECIDE
        return Phase.CAPTURE

    @property
    def best(self) -> Attempt | None:
        return best_attempt(self.attempts)

    @property
    def next_fallback(self) -> int | None:
        """The index of the next finger that is neither tried nor exempt, if the hand has one."""
        exempted = {exemption.position for exemption in self.exemptions}
        for index in range(self.at + 1, len(self.positions)):
            if self.positions[index] not in exempted:
                return index
        return None

    @property
    def options(self) -> tuple[Decision, ...]:
        """What the operator may decide now, the most usual first."""
        if any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in self.exemptions):
            return ()
        if self.exempt:
            return (Decision.RESTART,)
        if self.phase is Phase.DONE:
            return (Decision.RECAPTURE, Decision.RESTART)
        options: list[Decision] = []
        if self.phase is Phase.DECIDE:
            if self.next_fallback is not None:
                options.append(Decision.FALLBACK)
            options.append(Decision.RECAPTURE)
        if self.best is not None:
            options.append(Decision.USE)
        if self.attempts or self.exemptions:
            options.append(Decision.RESTART)
        return tuple(options)


def document_target(rules_attempts: int) -> Target:
    return Target(name="document", kind=CaptureKind.DOCUMENT, positions=(None,), attempts_per_round=rules_attempts)


def face_target(rules_attempts: int) -> Target:
    return Target(name="face", kind=CaptureKind.FACE, positions=(None,), attempts_per_round=rules_attempts)


def hand_target(first: Position, rules_attempts: int) -> Target:
    return Target(
        name=f"{first.hand}_hand",
        kind=CaptureKind.FINGERPRINT,
        positions=tuple(position.value for position in candidates(first)),
        attempts_per_round=rules_attempts,
    )


def after_attempt(target: Target, attempt: Attempt) -> Target:
    grown = msgspec.structs.replace(target, attempts=(*target.attempts, attempt))
    if attempt.accepted:
        return msgspec.structs.replace(grown, chosen=grown.best, decision="automatic")
    return grown


def after_decision(target: Target, decision: Decision) -> Target:
    replace = msgspec.structs.replace
    match decision:
        case Decision.USE:
            return replace(target, chosen=target.best, decision="operator")
        case Decision.RECAPTURE:
            at = target.at
            if target.chosen is not None and target.chosen.position in target.positions:
                at = target.positions.index(target.chosen.position)
            taken = [a.round for a in target.attempts if a.position == target.positions[at]]
            return replace(target, chosen=None, decision="", at=at, round=max(taken, default=0) + 1)
        case Decision.FALLBACK:
            index = target.next_fallback
            return target if index is None else replace(target, at=index, round=1)
        case Decision.RESTART:
            discarded = (*target.discarded, *target.attempts)
            fresh = replace(target, attempts=(), discarded=discarded, exemptions=(), chosen=None, decision="")
            return replace(fresh, at=0, round=1)


def after_damage(target: Target, part: str) -> Target:
    """One of its images cannot be used any more: the attempt stays on record, and its finger is captured again."""
    damaged = next((a for a in target.attempts if a.part is not None and a.part.name == part), None)
    if damaged is None:
        return target
    tries = (*target.discarded, *target.attempts)
    return msgspec.structs.replace(
        target,
        attempts=tuple(attempt for attempt in target.attempts if attempt is not damaged),
        discarded=(*target.discarded, damaged),
        chosen=None,
        decision="",
        at=target.positions.index(damaged.position),
        round=max(attempt.round for attempt in tries if attempt.position == damaged.position) + 1,
    )


def after_exemption(target: Target, exemption: Exemption) -> Target:
    grown = msgspec.structs.replace(target, exemptions=(*target.exemptions, exemption))
    if exemption.position != target.position or grown.exempt:
        return grown
    index = grown.next_fallback
    if index is not None:
        return msgspec.structs.replace(grown, at=index, round=1)
    if grown.best is not None:
        # No fallback is left, but an earlier finger gave an image: that one is the hand's best.
        return msgspec.structs.replace(grown, chosen=grown.best, decision="best-of-hand")
    exempted = {known.position for known in grown.exemptions}
    first = next(i for i, position in enumerate(grown.positions) if position not in exempted)
    taken = [a.round for a in grown.attempts if a.position == grown.positions[first]]
    return msgspec.structs.replace(grown, at=first, round=max(taken, default=0) + 1)


def under_six(target: Target) -> Target:
    """A small child's hand: no finger of it is asked for; what was tried before stays in the record."""
    exemptions = tuple(
        Exemption(position=position, reason=ExemptionReason.UNDER_SIX, permanent=False)
        for position in target.positions
        if position is not None
    )
    discarded = (*target.discarded, *target.attempts)
    replace = msgspec.structs.replace
    return replace(target, exemptions=exemptions, attempts=(), discarded=discarded, chosen=None, decision="")


def not_under_six(target: Target) -> Target:
    """The birth date was corrected: the hand is asked for after all. Other targets stay as they are."""
    if not any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in target.exemptions):
        return target
    return msgspec.structs.replace(target, exemptions=(), at=0, round=1)
