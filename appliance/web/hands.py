"""The hands that the page draws for a target: which fingers are asked for, good, poor or exempt. Pure."""

from __future__ import annotations

import msgspec

from appliance.attendance.target import Target
from appliance.model.position import Position


class Finger(msgspec.Struct, frozen=True, kw_only=True):
    """One finger of a drawn hand. `state` is `asked`, `done`, `exempt` or `rest`; of several fingers that are asked for
    again together, `good` or `poor` for what an earlier attempt gave of this one."""

    finger: str
    state: str


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """`side` is `right` or `left`; `fingers` from thumb to little."""

    side: str
    fingers: tuple[Finger, ...]


def hands(target: Target) -> tuple[Hand, ...]:
    """Those that a target takes fingers of, as one sees one's own: the left one first."""
    every = target.fingers or tuple(position for position in target.positions if position is not None)
    sides = {Position(position).hand for position in every}
    state = _state_in_placement if target.fingers else _state_one_by_one
    return tuple(
        Hand(
            side=side,
            fingers=tuple(
                Finger(finger=position.finger, state=state(target, position.value))
                for position in Position
                if position.hand == side
            ),
        )
        for side in ("left", "right")
        if side in sides
    )


def _state_one_by_one(target: Target, position: str) -> str:
    if position in target.exempt_positions:
        return "exempt"
    if target.chosen is not None:
        return "done" if position == target.chosen.position else "rest"
    return "asked" if position == target.position and not target.exempt else "rest"


def _state_in_placement(target: Target, position: str) -> str:
    if position in target.exempt_positions:
        return "exempt"
    if position not in target.fingers:
        return "rest"
    kept = next((one.finger for one in target.kept_fingers if one.finger.position == position), None)
    if kept is None:
        return "asked" if target.chosen is None else "rest"
    if target.chosen is not None:
        return "done"
    if kept.accepted:
        return "good"
    return "asked" if kept.verdict.accepted(kept.threshold) else "poor"
