"""Fingers of slaps: found, named, told from the other hand's, and counted. On hands drawn from seeds, turned by up to 45°.

An ordinary run draws a few dozen; `--slow` draws a thousand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest

from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_INDEXES, TWO_THUMBS, Reason, SlapSegments, segments
from tests.unit.fingerprint.drawn_slaps import Slap, draw
from tests.unit.fingerprint.hands import four_fingers, two_indexes, two_thumbs, with_thumb

FEW, MANY = 24, 1000
_NEAR_PX = 30.0
"""1.5 mm at 500 ppi."""


def _asked(is_left: bool) -> tuple[int, ...]:
    return LEFT_FOUR if is_left else RIGHT_FOUR


def _true_positions(slap: Slap, is_left: bool) -> list[int]:
    return [finger.number + (7 if is_left else 2) for finger in slap.fingers]


def _hand(seed: int, **how: object) -> tuple[Slap, bool]:
    rng = np.random.default_rng([seed, 17])
    is_left = bool(rng.integers(2))
    angle = float(rng.uniform(-45, 45))
    return draw(rng, four_fingers(rng), left=is_left, **{"angle_deg": angle, **how}), is_left  # type: ignore[arg-type]


def _share(holds: Iterator[bool]) -> float:
    outcomes = list(holds)
    return sum(outcomes) / len(outcomes)


def _all_right(result: SlapSegments, slap: Slap, is_left: bool) -> bool:
    if result.reasons or [finger.position for finger in result.fingers] != _true_positions(slap, is_left):
        return False
    return all(
        seen.is_cut or np.hypot(*(np.array(seen.centre) - true.centre)) < _NEAR_PX
        for seen, true in zip(result.fingers, slap.fingers, strict=True)
    )


def _judged(seeds: range) -> Iterator[tuple[Slap, bool, SlapSegments]]:
    for seed in seeds:
        slap, is_left = _hand(seed)
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
    for slap, is_left, _ in _judged(range(100, 112)):
        result = segments(slap.pixels, 500, _asked(not is_left))
        assert result.reasons == (Reason.HAND_SIDE_WRONG,)
        assert [finger.position for finger in result.fingers] == _true_positions(slap, is_left)


@pytest.mark.parametrize("missing", [(0,), (1,), (2,), (3,), (0, 1), (0, 3), (1, 2)])
def test_too_few_are_noticed_unless_that_was_declared(missing: tuple[int, ...]) -> None:
    for seed in range(200, 203):
        slap, is_left = _hand(seed, without=missing)
        here = _true_positions(slap, is_left)
        result = segments(slap.pixels, 500, _asked(is_left))
        assert (result.found, result.reasons) == (4 - len(missing), (Reason.FINGERS_MISSING,))
        declared = segments(slap.pixels, 500, here)
        assert (declared.found, declared.reasons) == (4 - len(missing), ())
        assert sorted(finger.position for finger in declared.fingers) == sorted(here)


def test_one_more_than_declared_is_noticed() -> None:
    noticed = []
    for seed in range(300, 312):
        slap, is_left = _hand(seed)
        asked = _asked(is_left)
        result = segments(slap.pixels, 500, [*asked[: seed % 4], *asked[seed % 4 + 1 :]])
        noticed.append(Reason.FINGERS_TOO_MANY in result.reasons)
    assert sum(noticed) >= 11


def test_a_thumb_beside_the_four_is_noticed() -> None:
    for seed in range(400, 406):
        rng = np.random.default_rng(seed)
        slap = draw(rng, with_thumb(rng, four_fingers(rng)), angle_deg=rng.uniform(-20, 20), size_px=(2300, 1700))
        result = segments(slap.pixels, 500, RIGHT_FOUR)
        assert result.found == 5
        assert result.reasons == (Reason.FINGERS_TOO_MANY,)
        assert len(result.fingers) == 4


@pytest.mark.parametrize(("hands", "asked"), [(two_thumbs, TWO_THUMBS), (two_indexes, TWO_INDEXES)])
def test_two_fingers_of_two_hands_are_named_by_their_place(
    hands: Callable[[np.random.Generator], Sequence[object]], asked: tuple[int, int]
) -> None:
    for seed in range(500, 506):
        rng = np.random.default_rng(seed)
        slap = draw(rng, hands(rng), angle_deg=rng.uniform(-25, 25))  # type: ignore[arg-type]
        result = segments(slap.pixels, 500, asked)
        assert (result.found, result.reasons, result.side) == (2, (), None)
        assert [finger.position for finger in result.fingers] == [asked[1], asked[0]]


@pytest.mark.parametrize(("hands", "asked"), [(two_thumbs, TWO_THUMBS), (two_indexes, TWO_INDEXES)])
def test_one_of_two_is_noticed(
    hands: Callable[[np.random.Generator], Sequence[object]], asked: tuple[int, int]
) -> None:
    for seed in range(600, 604):
        rng = np.random.default_rng(seed)
        slap = draw(rng, hands(rng), without=(seed % 2,))  # type: ignore[arg-type]
        result = segments(slap.pixels, 500, asked)
        assert (result.found, result.reasons) == (1, (Reason.FINGERS_MISSING,))


@pytest.mark.parametrize("ppi", [250, 1000])
def test_other_resolutions_say_the_same(ppi: int) -> None:
    for seed in range(700, 704):
        slap, is_left = _hand(seed, ppi=ppi)
        result = segments(slap.pixels, ppi, _asked(is_left))
        assert (result.found, result.reasons) == (4, ())
        assert result.side == ("left" if is_left else "right")


def test_a_hand_that_is_turned_too_far_is_noticed() -> None:
    for seed in range(800, 808):
        slap, is_left = _hand(seed, angle_deg=(-1) ** seed * (55.0 + seed - 800))
        assert Reason.ROTATED_TOO_FAR in segments(slap.pixels, 500, _asked(is_left)).reasons


def test_the_hands_of_children_are_found() -> None:
    for seed in range(900, 906):
        rng = np.random.default_rng(seed)
        slap = draw(rng, four_fingers(rng, scale=0.66), angle_deg=rng.uniform(-45, 45))
        result = segments(slap.pixels, 500, RIGHT_FOUR)
        assert (result.found, result.side) == (4, "right")


def test_a_blank_glass_has_no_finger() -> None:
    for level in (0, 128, 255):
        result = segments(np.full((1500, 1600), level, np.uint8), 500, RIGHT_FOUR)
        assert (result.found, result.fingers, result.reasons) == (0, (), (Reason.FINGERS_MISSING,))


def test_a_crop_is_the_finger_upright() -> None:
    """The same hand, drawn turned and upright by the same seed: its crops look alike."""
    upright, turned = (draw(_rng(), four_fingers(_rng()), angle_deg=angle, size_px=(2200, 2200)) for angle in (0, 35))
    first, second = (segments(slap.pixels, 500, RIGHT_FOUR).fingers for slap in (upright, turned))
    for a, b in zip(first, second, strict=True):
        one, other = a.crop(upright.pixels), b.crop(turned.pixels)
        assert other.dtype == np.uint8
        assert np.allclose(one.shape, other.shape, atol=16)
        assert _alikeness(one, other) > 0.5


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


def _alikeness(
    one: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], other: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> float:
    """How dark they are in the same places: crops of one finger at two angles differ by their dryness and noise."""
    small = [
        cv2.resize(image, (12, 18), interpolation=cv2.INTER_AREA).astype(np.float64).ravel() for image in (one, other)
    ]
    return float(np.corrcoef(small[0], small[1])[0, 1])


def test_a_crop_beyond_the_slap_is_white_and_corners_go_round() -> None:
    slap, is_left = _hand(5)
    result = segments(slap.pixels, 500, _asked(is_left))
    finger = result.fingers[0]
    wide = finger.crop(slap.pixels, margin_px=3000)
    assert wide.shape == (round(finger.height_px) + 6000, round(finger.width_px) + 6000)
    assert (wide[0] == 255).all()
    across, down = finger.corners[1] - finger.corners[0], finger.corners[3] - finger.corners[0]
    assert np.hypot(*across) == pytest.approx(finger.width_px)
    assert np.hypot(*down) == pytest.approx(finger.height_px)
    assert across[0] * down[1] - across[1] * down[0] > 0
    left, right, top, bottom = finger.upright_box(slap.pixels.shape)
    assert 0 <= left < finger.centre[0] < right < slap.pixels.shape[1]
    assert 0 <= top < finger.centre[1] < bottom < slap.pixels.shape[0]


def test_a_slap_takes_less_than_30_ms(record_property: Callable[[str, object], None]) -> None:
    slap, is_left = _hand(7)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        times = []
        for _ in range(20):
            begin = time.thread_time()
            segments(slap.pixels, 500, _asked(is_left))
            times.append(time.thread_time() - begin)
    finally:
        cv2.setNumThreads(threads)
    record_property("ms a slap of 1600 x 1500, median", round(float(np.median(times)) * 1e3, 1))
    assert min(times) < 0.030
