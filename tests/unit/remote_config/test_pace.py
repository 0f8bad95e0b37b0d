"""When a box looks for a new configuration."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.remote_config.follower import Pace

chances = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(chances)
def test_without_hints_a_change_is_seen_within_five_seconds(chance: float) -> None:
    assert Pace().delay_s(hinted=False, failures=0, chance=chance) + Pace().shortest_s < 5


@given(chances)
def test_with_hints_it_hardly_polls(chance: float) -> None:
    assert Pace().delay_s(hinted=True, failures=0, chance=chance) >= 200


@given(st.integers(min_value=1, max_value=10_000), chances)
def test_an_unreachable_aima_is_asked_ever_more_seldom_but_never_given_up(failures: int, chance: float) -> None:
    pace = Pace()
    delay_s = pace.delay_s(hinted=False, failures=failures, chance=chance)
    assert 0 < delay_s <= pace.longest_unreachable_s * 1.25
    assert pace.delay_s(hinted=True, failures=failures + 1, chance=chance) >= delay_s


@given(chances)
def test_a_dead_channel_costs_no_more_than_a_heartbeat_beyond_the_five_seconds(chance: float) -> None:
    """A ping goes out after at most one heartbeat, and its answer is awaited for half of one; then it looks at once."""
    pace = Pace()
    assert 1.5 * pace.heartbeat_s <= 5 + pace.heartbeat_s - 1
    assert pace.delay_s(hinted=False, failures=0, chance=chance) + pace.shortest_s < 5
