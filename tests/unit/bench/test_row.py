"""A line of the benchmark's table: what it is held against, and whether that was reached."""

from __future__ import annotations

import math

import pytest

from tests.bench.row import Goal, Row


def _row(ours: float, peer: float, goal: Goal | None) -> Row:
    return Row(measure="m", ours=ours, unit="ms", against="goal", peer=peer, goal=goal)


@pytest.mark.parametrize(
    ("ours", "peer", "goal", "missed"),
    [
        (4.0, 4.0, Goal.AT_MOST, False),
        (4.1, 4.0, Goal.AT_MOST, True),
        (0.0, 0.0, Goal.AT_MOST, False),
        (1.0, 0.0, Goal.AT_MOST, True),
        (99.0, 99.0, Goal.AT_LEAST, False),
        (98.9, 99.0, Goal.AT_LEAST, True),
        (4.0, 40.0, Goal.TENTH, False),
        (4.1, 40.0, Goal.TENTH, True),
        (9.0, 1.0, None, False),
        (math.nan, 1.0, Goal.AT_MOST, True),
        (math.nan, 1.0, Goal.AT_LEAST, True),
    ],
)
def test_a_goal_is_missed_where_it_was_not_reached(ours: float, peer: float, goal: Goal | None, missed: bool) -> None:
    row = _row(ours, peer, goal)
    assert row.missed is missed
    assert row.to_dict()["missed"] is missed
