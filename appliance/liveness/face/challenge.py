"""Asking for a few small actions in an order drawn by chance, and seeing them done: a film cannot know the order.

A pure state machine: what was seen and the time go in, the next state comes out. Who cannot do an action is not asked
(the manual path); not answering is advice to the technician, and refuses nobody.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from appliance.liveness.face.frame import Landmarks
from appliance.liveness.face.mesh import blink, smile, yaw_deg
from appliance.liveness.grading import graded
from appliance.model.liveness import Hint

CODE = "challenge"
NOT_FINISHED = "not-finished"
COUNT = 3
TIME_S = 3.0
"""For each action, from its being asked."""
LEAST_REACTION_S = 0.12
"""Nobody answers sooner: what was being done before it was asked is no answer."""
TURNED_DEG, STRAIGHT_DEG = 14.0, 8.0
DONE, UNDONE = 0.4, 0.2
"""Of the way from a person's own rest to the whole of it: some smile at rest, to the networks' eyes."""
_LEAST_WAY = 0.3
"""Who smiles broadly already cannot do so more: then nothing small is taken for it."""
_MOST_AT_REST = 0.5
"""Of a coefficient, while nothing is asked: who seems to do it by more is not asked for it."""


class Action(StrEnum):
    """Left and right are the person's own."""

    TURN_LEFT = "turn-left"
    TURN_RIGHT = "turn-right"
    BLINK = "blink"
    SMILE = "smile"


TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a frame shows; None where it cannot be told."""

    yaw_deg: float | None = None
    blink: float | None = None
    smile: float | None = None

    @property
    def straight(self) -> bool:
        """With the head turned, one eye and one corner of the mouth are not to be trusted."""
        return self.yaw_deg is not None and abs(self.yaw_deg) <= STRAIGHT_DEG

    def of(self, action: Action) -> float | None:
        return self.blink if action is Action.BLINK else self.smile


@dataclass(frozen=True, slots=True)
class Rest:
    """A person's own face at rest: the least that was seen so far while it was straight."""

    blink: float = 1.0
    smile: float = 1.0

    def after(self, seen: Observation) -> Rest:
        if not seen.straight:
            return self
        least = (
            min(rest, 1.0 if now is None else now) for rest, now in ((self.blink, seen.blink), (self.smile, seen.smile))
        )
        return Rest(*least)

    def share(self, action: Action, seen: Observation) -> float | None:
        """How far from rest, 0, to the whole of it, 1; None where it cannot be told."""
        now, rest = seen.of(action), self.blink if action is Action.BLINK else self.smile
        if now is None or not seen.straight:
            return None
        return (now - rest) / max(1.0 - rest, _LEAST_WAY)

    def doing(self, seen: Observation) -> frozenset[Action]:
        if seen.yaw_deg is not None and abs(seen.yaw_deg) >= TURNED_DEG:
            return frozenset({Action.TURN_LEFT if seen.yaw_deg > 0 else Action.TURN_RIGHT})
        shares = {action: self.share(action, seen) for action in (Action.BLINK, Action.SMILE)}
        return frozenset(action for action, share in shares.items() if share is not None and share >= DONE)

    def not_doing(self, action: Action, seen: Observation) -> bool:
        """Plainly so: between the two limits neither this nor `doing` holds."""
        if action in TURNS:
            return seen.straight
        share = self.share(action, seen)
        return share is not None and share <= UNDONE


@dataclass(frozen=True, slots=True)
class Challenge:
    """`since_s`: when the next was asked for, with `time_s` to do it.

    `answered` of `asked` were seen in time and in order; `late` were not; `others` is how often another action was seen
    instead, blinking left out. `fresh`: since it was asked, the next action was seen not to be done. `before`: what the
    last frame showed. `among`: what might have been asked for.
    """

    asked: tuple[Action, ...]
    since_s: float
    time_s: float
    answered: int = 0
    late: int = 0
    others: int = 0
    fresh: bool = False
    among: tuple[Action, ...] = tuple(Action)
    before: frozenset[Action] = frozenset()
    rest: Rest = Rest()

    @property
    def next(self) -> Action | None:
        """What is to be shown to the person now; None when all is over."""
        number = self.answered + self.late
        return self.asked[number] if number < len(self.asked) else None


def observed(landmarks_px: Landmarks | None, coefficients: Mapping[str, float]) -> Observation:
    """Nothing is known without a face, whatever the coefficients say."""
    yaw = yaw_deg(landmarks_px)
    return Observation() if yaw is None else Observation(yaw, blink(coefficients), smile(coefficients))


def drawn(
    chance: random.Random,
    now_s: float,
    count: int = COUNT,
    time_s: float = TIME_S,
    among: Sequence[Action] = tuple(Action),
) -> Challenge:
    """`chance`: `random.SystemRandom()`, but in tests. No action twice in a row; one at least is a turn (planarity).

    `among`: both turns, and what else may be asked for.
    """
    while True:
        asked: list[Action] = []
        for _ in range(count):
            asked.append(chance.choice([action for action in among if asked[-1:] != [action]]))
        if set(asked) & set(TURNS) or not asked:
            return Challenge(tuple(asked), now_s, time_s, among=tuple(among))


def visible(seen: Observation) -> tuple[Action, ...]:
    """What could be seen to be done by somebody whose face is as `seen` when nothing was asked yet: who seems to smile
    then, to the networks' eyes, is not asked to smile."""
    return tuple(action for action in Action if action in TURNS or (seen.of(action) or 0.0) < _MOST_AT_REST)


def step(challenge: Challenge, seen: Observation, now_s: float) -> Challenge:
    """The state after one frame. A time that is not later than the action's being asked answers nothing."""
    action = challenge.next
    if action is None or not math.isfinite(now_s) or now_s < challenge.since_s:
        return challenge
    rest = challenge.rest.after(seen)
    doing = rest.doing(seen)
    now = replace(challenge, rest=rest, before=doing)
    if now_s - challenge.since_s > challenge.time_s:
        return replace(now, late=challenge.late + 1, since_s=now_s, fresh=False)
    if challenge.fresh and action in doing and now_s - challenge.since_s >= LEAST_REACTION_S:
        return replace(now, answered=challenge.answered + 1, since_s=now_s, fresh=False)
    # Everybody blinks unasked, and what seemed to be done from the start says nothing.
    begun = (doing & frozenset(challenge.among)) - challenge.before - {action, Action.BLINK}
    return replace(
        now,
        fresh=challenge.fresh or rest.not_doing(action, seen),
        others=challenge.others + len(begun),
    )


def hint(challenge: Challenge | None) -> Hint:
    """The share that was not answered in time; every other action that was seen instead counts as half of one.

    While it goes on, of what is sure already: what is still open may yet be answered.
    """
    if challenge is None or not challenge.asked:
        return Hint(code=CODE, omitted="not-asked")
    failed = challenge.late + 0.5 * challenge.others
    if challenge.next is not None and not failed:
        return Hint(code=CODE, omitted=NOT_FINISHED)
    choices = len(challenge.among)
    return graded(
        CODE,
        min(1.0, failed / len(challenge.asked)),
        asked=float(len(challenge.asked)),
        answered=float(challenge.answered),
        others=float(challenge.others),
        by_chance=1.0 / choices * (1.0 / (choices - 1)) ** (len(challenge.asked) - 1),
    )
