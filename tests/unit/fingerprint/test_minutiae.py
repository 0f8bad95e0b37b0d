"""Minutiae are found where ridges end or fork, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from appliance.fingerprint.minutiae import Minutiae, find_minutiae
from appliance.fingerprint.ridges import LEAST_EDGE_PX
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.fingerprint.waves import ridges

HEIGHT, WIDTH = 360, 300
NEAR_PX = 8.0


def _near(found: Minutiae, x: float, y: float) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(np.hypot(found.x - x, found.y - y) <= NEAR_PX)


def _inside(found: Minutiae) -> int:
    """How many lie well within the print, where no ridge is cut off."""
    return int((np.hypot((found.x - WIDTH / 2) / WIDTH, (found.y - HEIGHT / 2) / HEIGHT) < 0.36).sum())


@pytest.mark.parametrize("across_deg", range(0, 180, 30))
def test_plain_ridges_have_none(across_deg: int) -> None:
    assert _inside(find_minutiae(ridges(HEIGHT, WIDTH, across_deg=across_deg))) == 0


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("across_deg", range(0, 180, 30))
def test_one_is_found_where_one_is(across_deg: int, sign: int) -> None:
    found = find_minutiae(ridges(HEIGHT, WIDTH, across_deg=across_deg, spirals=[(140, 190, sign)]))
    assert _near(found, 140, 190).size == 1
    assert _inside(found) == 1


def test_all_are_found_and_the_clearest_come_first() -> None:
    places = [(100, 120, 1), (190, 130, -1), (150, 200, 1), (110, 250, -1), (200, 240, 1)]
    found = find_minutiae(ridges(HEIGHT, WIDTH, spirals=places))
    assert all(_near(found, x, y).size == 1 for x, y, _ in places)
    assert (np.diff(found.quality.astype(int)) <= 0).all()


@pytest.mark.parametrize("across_deg", range(0, 180, 30))
def test_the_direction_lies_along_the_ridges(across_deg: int) -> None:
    found = find_minutiae(ridges(HEIGHT, WIDTH, across_deg=across_deg, spirals=[(150, 180, 1)]))
    (one,) = _near(found, 150, 180)
    along_deg = (90 - across_deg) % 180
    off_deg = (found.direction[one] * 360 / 256 - along_deg + 90) % 180 - 90
    assert abs(off_deg) <= 15


def test_turned_round_it_points_the_other_way() -> None:
    image = ridges(HEIGHT, WIDTH, spirals=[(150, 180, 1)])
    found, turned = find_minutiae(image), find_minutiae(np.ascontiguousarray(image[::-1, ::-1]))
    (one,), (other,) = _near(found, 150, 180), _near(turned, WIDTH - 1 - 150, HEIGHT - 1 - 180)
    apart = (int(found.direction[one]) - int(turned.direction[other])) % 256
    assert abs(apart - 128) <= 8


def test_an_ending_of_a_print_is_a_bifurcation_of_its_negative() -> None:
    image = ridges(HEIGHT, WIDTH, spirals=[(150, 180, 1)])
    negative = np.where(image == 255, 255, np.clip(310 - image.astype(int), 0, 255)).astype(np.uint8)
    kinds = [int(found.kind[_near(found, 150, 180)[0]]) for found in (find_minutiae(image), find_minutiae(negative))]
    assert sorted(kinds) == [1, 2]


def test_the_same_image_gives_the_same_minutiae() -> None:
    image = draw_fingerprint(7, "right_index", 0)
    one, other = find_minutiae(image), find_minutiae(image.copy())
    assert (one.x == other.x).all()
    assert (one.direction == other.direction).all()


def test_a_large_image_keeps_its_middle() -> None:
    wide = np.full((700, 600), 255, np.uint8)
    wide[170:530, 150:450] = ridges(HEIGHT, WIDTH, spirals=[(150, 180, 1)])
    assert _near(find_minutiae(wide), 300, 350).size == 1


@settings(max_examples=30, deadline=None)
@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(LEAST_EDGE_PX, 150), st.integers(LEAST_EDGE_PX, 150)),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    )
)
def test_whatever_the_image_shows_minutiae_lie_in_it(image: Pixels) -> None:
    found = find_minutiae(image)
    assert ((found.x >= 0) & (found.x < image.shape[1] + 8)).all()
    assert ((found.y >= 0) & (found.y < image.shape[0] + 8)).all()
    assert len(found) <= 255


def test_noise_with_more_candidates_than_one_picture_holds_is_looked_at_all_the_same() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH)).astype(np.uint8)
    assert len(find_minutiae(noise)) > 0
