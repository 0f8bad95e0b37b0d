"""Fingers of slaps: found, named, told from the other hand's, and counted. On hands drawn from seeds, turned by up to
45°.

An ordinary run draws a few dozen; `--slow` draws a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_INDEXES, TWO_THUMBS, Reason, SlapSegments, segments
from drivers.contracts import Pixels
from tests.unit.fingerprint.drawn_slaps import Slap, draw
from tests.unit.fingerprint.hands import Finger, four_fingers, two_indexes, two_thumbs, with_thumb
from tests.unit.fingerprint.laid import on_the_glass

FEW, MANY = 6, 1000
_NEAR_PX = 30.0
"""1.5 mm at 500 ppi."""


def _asked(is_left: bool) -> tuple[int, ...]:
    return LEFT_FOUR if is_left else RIGHT_FOUR


def _true_positions(slap: Slap, is_left: bool) -> list[int]:
    return [finger.number + (7 if is_left else 2) for finger in slap.fingers]


def _all_right(result: SlapSegments, slap: Slap, is_left: bool) -> bool:
    if result.reasons or [finger.position for finger in result.fingers] != _true_positions(slap, is_left):
        return False
    return all(
        seen.is_cut or np.hypot(*(np.array(seen.centre) - true.centre)) < _NEAR_PX
        for seen, true in zip(result.fingers, slap.fingers, strict=True)
    )


def _judged(seeds: range) -> Iterator[tuple[Slap, bool, SlapSegments]]:
    for seed in seeds:
        slap, is_left = on_the_glass(seed)
        yield slap, is_left, segments(slap.pixels, 500, _asked(is_left))


def test_every_finger_of_four_is_found_in_its_place_and_the_hands_are_told_apart() -> None:
    for slap, is_left, result in _judged(range(FEW)):
        assert _all_right(result, slap, is_left)
        assert result.side == ("left" if is_left else "right")
        assert abs(result.angle_deg - slap.angle_deg) < 8


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_rates_on_a_thousand_hands(record_property: Callable[[str, object], None]) -> None:
    right_side, found, whole, sure_and_wrong = 0, 0, 0, 0
    for slap, is_left, result in _judged(range(1000, 1000 + MANY)):
        is_right_side = result.side == ("left" if is_left else "right")
        right_side += is_right_side
        found += result.found == 4 and len(result.fingers) == 4
        whole += _all_right(result, slap, is_left)
        sure_and_wrong += not is_right_side and result.side_confidence > 0.95
    record_property("slaps", MANY)
    record_property("all four found", found)
    record_property("all four named, within 1.5 mm", whole)
    record_property("hand told", right_side)
    record_property("wrong hand told and sure", sure_and_wrong)
    assert right_side >= 0.99 * MANY
    assert found >= 0.985 * MANY
    assert whole >= 0.95 * MANY
    assert sure_and_wrong <= 0.002 * MANY


def test_the_other_hand_is_noticed_and_its_fingers_bear_their_own_names() -> None:
    for slap, is_left, _ in _judged(range(100, 103)):
        result = segments(slap.pixels, 500, _asked(not is_left))
        assert result.reasons == (Reason.HAND_SIDE_WRONG,)
        assert [finger.position for finger in result.fingers] == _true_positions(slap, is_left)


@pytest.mark.parametrize("missing", [(0,), (1,), (2,), (3,), (0, 1), (0, 3), (1, 2)])
def test_too_few_are_noticed_unless_that_was_declared(missing: tuple[int, ...]) -> None:
    for seed in range(200, 203):
        slap, is_left = on_the_glass(seed, without=missing)
        here = _true_positions(slap, is_left)
        result = segments(slap.pixels, 500, _asked(is_left))
        assert (result.found, result.reasons) == (4 - len(missing), (Reason.FINGERS_MISSING,))
        declared = segments(slap.pixels, 500, here)
        assert (declared.found, declared.reasons) == (4 - len(missing), ())
        assert sorted(finger.position for finger in declared.fingers) == sorted(here)


def test_one_more_than_declared_is_noticed() -> None:
    noticed = []
    for seed in range(300, 304):
        slap, is_left = on_the_glass(seed)
        asked = _asked(is_left)
        result = segments(slap.pixels, 500, [*asked[: seed % 4], *asked[seed % 4 + 1 :]])
        noticed.append(Reason.FINGERS_TOO_MANY in result.reasons)
    assert sum(noticed) >= len(noticed) - 1


def test_a_thumb_beside_the_four_is_noticed() -> None:
    for seed in range(400, 403):
        rng = np.random.default_rng(seed)
        slap = draw(rng, with_thumb(rng, four_fingers(rng)), angle_deg=rng.uniform(-20, 20), size_px=(2300, 1700))
        result = segments(slap.pixels, 500, RIGHT_FOUR)
        assert result.found == 5
        assert result.reasons == (Reason.FINGERS_TOO_MANY,)
        assert len(result.fingers) == 4


@pytest.mark.parametrize(("hands", "asked"), [(two_thumbs, TWO_THUMBS), (two_indexes, TWO_INDEXES)])
def test_two_fingers_of_two_hands_are_named_by_their_place(
    hands: Callable[[np.random.Generator], tuple[Finger, ...]], asked: tuple[int, int]
) -> None:
    for seed in range(500, 503):
        rng = np.random.default_rng(seed)
        slap = draw(rng, hands(rng), angle_deg=rng.uniform(-25, 25))
        result = segments(slap.pixels, 500, asked)
        assert (result.found, result.reasons, result.side) == (2, (), None)
        assert [finger.position for finger in result.fingers] == [asked[1], asked[0]]


@pytest.mark.parametrize(("hands", "asked"), [(two_thumbs, TWO_THUMBS), (two_indexes, TWO_INDEXES)])
def test_one_of_two_is_noticed(
    hands: Callable[[np.random.Generator], tuple[Finger, ...]], asked: tuple[int, int]
) -> None:
    for seed in range(600, 604):
        rng = np.random.default_rng(seed)
        slap = draw(rng, hands(rng), without=(seed % 2,))
        result = segments(slap.pixels, 500, asked)
        assert (result.found, result.reasons) == (1, (Reason.FINGERS_MISSING,))


@pytest.mark.parametrize("ppi", [250, 1000])
def test_other_resolutions_say_the_same(ppi: int) -> None:
    for seed in range(700, 702):
        slap, is_left = on_the_glass(seed, ppi=ppi)
        result = segments(slap.pixels, ppi, _asked(is_left))
        assert (result.found, result.reasons) == (4, ())
        assert result.side == ("left" if is_left else "right")


def test_a_hand_that_is_turned_too_far_is_noticed() -> None:
    for seed in range(800, 803):
        slap, is_left = on_the_glass(seed, angle_deg=(-1) ** seed * (55.0 + seed - 800))
        assert Reason.ROTATED_TOO_FAR in segments(slap.pixels, 500, _asked(is_left)).reasons


def test_the_hands_of_children_are_found() -> None:
    for seed in range(900, 903):
        rng = np.random.default_rng(seed)
        slap = draw(rng, four_fingers(rng, scale=0.66), angle_deg=rng.uniform(-45, 45))
        result = segments(slap.pixels, 500, RIGHT_FOUR)
        assert (result.found, result.side) == (4, "right")


@pytest.mark.parametrize(
    "seen",
    [
        lambda pixels: 245 - (245 - pixels.astype(np.float64)) * 0.35,
        lambda pixels: pixels * 0.5,
        lambda pixels: pixels - np.linspace(0.0, 110.0, pixels.shape[1]),
        lambda pixels: pixels + np.random.default_rng(1).normal(0.0, 20.0, pixels.shape),
        lambda pixels: np.where(np.random.default_rng(1).random(pixels.shape) < 0.5, pixels, 245),
        lambda pixels: np.pad(pixels, 40),
    ],
    ids=["faint", "dark", "unevenly lit", "noisy", "dry", "framed"],
)
def test_how_the_glass_is_seen_changes_nothing(seen: Callable[[Pixels], NDArray[np.float64]]) -> None:
    for seed in range(30, 33):
        slap, is_left = on_the_glass(seed)
        result = segments(np.clip(seen(slap.pixels), 0, 255).astype(np.uint8), 500, _asked(is_left))
        assert (result.found, result.reasons) == (4, ())
        assert result.side == ("left" if is_left else "right")


def test_a_blank_glass_has_no_finger() -> None:
    for level in (0, 128, 255):
        result = segments(np.full((1500, 1600), level, np.uint8), 500, RIGHT_FOUR)
        assert (result.found, result.fingers, result.reasons) == (0, (), (Reason.FINGERS_MISSING,))


@pytest.mark.parametrize("seed", range(12))
def test_a_hand_of_which_not_every_finger_has_a_name_is_never_whole(seed: int) -> None:
    """Upside down, three tips may fit a hand and the fourth none: that is no slap of four."""
    slap, is_left = on_the_glass(seed)
    for pixels in (slap.pixels, np.ascontiguousarray(slap.pixels[::-1, ::-1])):
        result = segments(pixels, 500, LEFT_FOUR if is_left else RIGHT_FOUR)
        assert len(result.fingers) == 4 or Reason.FINGERS_MISSING in result.reasons
