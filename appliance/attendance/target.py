"""One thing to capture (the document, the face, one hand): rounds, attempts, fallbacks and what may be decided.

Pure. The rules are BSI TR-03121-3 vol. 2 §4.6.2 and §5.4.5.1.3: at most three attempts a round, then the best, then
the operator decides; per hand index, thumb, middle, ring. Which image is the best is `ranking`'s to say, what comes
after an attempt or a decision `turns`'.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from appliance.attendance.kept_fingers import KeptFinger, all_accepted, kept_fingers
from appliance.attendance.ranking import best_attempt
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.capture import Attempt
from appliance.model.placement import Placement
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


class Leniency(StrEnum):
    """Why a score asks nobody to repeat: the best of the first attempt is taken, whatever it is."""

    EVALUATION_ONLY = "evaluation-only"
    CHILD = "child"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """`positions` are what may be captured, in order; `(None,)` for the document and the face. A placement of several
    fingers is one position, and `fingers` are those that it asks for.

    `attempts` compete to be the choice; `discarded` ones do not any more, and stay in the record. `waived`: it is not
    asked for any more.
    """

    name: str
    kind: CaptureKind
    positions: tuple[str | None, ...]
    attempts_per_round: int
    fingers: tuple[str, ...] = ()
    at: int = 0
    round: int = 1
    attempts: tuple[Attempt, ...] = ()
    discarded: tuple[Attempt, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    chosen: Attempt | None = None
    decision: str = ""
    leniency: Leniency | None = None
    waived: bool = False

    @property
    def exempt(self) -> bool:
        """Every finger that could have been asked for is missing or injured."""
        return self.exempt_positions.issuperset(self.fingers or self.positions)

    @property
    def open_fingers(self) -> tuple[str, ...]:
        """The fingers of a hand or a placement that may be asked for, and exempted."""
        every = self.fingers or tuple(position for position in self.positions if position is not None)
        return tuple(finger for finger in every if finger not in self.exempt_positions)

    @property
    def kept_fingers(self) -> tuple[KeptFinger, ...]:
        """Of a placement: the best of each finger that is asked for, whichever attempt it is of."""
        return kept_fingers(self.attempts, self.open_fingers) if self.fingers else ()

    @property
    def exempt_positions(self) -> frozenset[str | None]:
        """The fingers that are asked for no more; one exemption says why."""
        return frozenset(exemption.position for exemption in self.exemptions)

    @property
    def position(self) -> str | None:
        return self.positions[self.at]

    @property
    def attempts_in_round(self) -> int:
        return sum(1 for a in self.attempts if a.position == self.position and a.round == self.round)

    @property
    def phase(self) -> Phase:
        if self.chosen is not None or self.exempt or self.waived:
            return Phase.DONE
        if self.attempts_in_round >= self.attempts_per_round:
            return Phase.DECIDE
        return Phase.CAPTURE

    @property
    def best(self) -> Attempt | None:
        """The best image of the target. None of a finger that is not there: whatever was on the reader was another."""
        if self.fingers:
            return best_attempt(kept.attempt for kept in self.kept_fingers)
        missing = {known.position for known in self.exemptions if known.reason is ExemptionReason.MISSING}
        return best_attempt(attempt for attempt in self.attempts if attempt.position not in missing)

    @property
    def passed(self) -> bool:
        """Whether what was chosen met its threshold, every finger of a placement its own."""
        if self.fingers:
            return self.chosen is not None and all_accepted(self.kept_fingers, self.open_fingers)
        return self.chosen is not None and self.chosen.accepted

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """Every attempt there ever was at this target, those that compete no more first."""
        return (*self.discarded, *self.attempts)

    def last_round(self, position: str | None) -> int:
        """The highest round used so far at a finger, whatever became of it; 0 before the first."""
        return max((attempt.round for attempt in self.tries if attempt.position == position), default=0)

    def round_to_continue(self, position: str | None) -> int:
        """The round in which a finger is taken up (again): its last one while attempts are left in it, else a new one.

        A round of which something was discarded is over: its numbers are taken.
        """
        last = self.last_round(position)
        taken = [a for a in self.attempts if a.position == position and a.round == last]
        broken = any(a.position == position and a.round == last for a in self.discarded)
        return last if taken and not broken and len(taken) < self.attempts_per_round else last + 1

    @property
    def next_fallback(self) -> int | None:
        """The index of the next finger that is not exempt and whose round is not used up, if the hand has one."""
        exempted = self.exempt_positions
        for index in range(self.at + 1, len(self.positions)):
            position = self.positions[index]
            tried = any(attempt.position == position for attempt in self.attempts)
            used_up = tried and self.round_to_continue(position) > self.last_round(position)
            if position not in exempted and not used_up:
                return index
        return None

    @property
    def options(self) -> tuple[Decision, ...]:
        """What the operator may decide now, the most usual first."""
        if self.waived or any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in self.exemptions):
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


def placement_target(placement: Placement, rules_attempts: int) -> Target:
    return Target(
        name=placement.value,
        kind=CaptureKind.FINGERPRINT,
        positions=(placement.value,),
        attempts_per_round=rules_attempts,
        fingers=tuple(position.value for position in placement.positions),
    )


def hand_target(first: Position, rules_attempts: int) -> Target:
    return Target(
        name=f"{first.hand}_hand",
        kind=CaptureKind.FINGERPRINT,
        positions=tuple(position.value for position in candidates(first)),
        attempts_per_round=rules_attempts,
    )


def exception_target(hand: Target) -> Target:
    return Target(
        name=f"{hand.name}_exception",
        kind=CaptureKind.EXCEPTION_PHOTO,
        positions=(None,),
        attempts_per_round=hand.attempts_per_round,
    )
