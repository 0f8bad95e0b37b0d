"""Whether the face takes on the screen's colours."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from appliance.liveness.face.colour_sequence import ColourSequence, drawn
from appliance.liveness.face.mesh import oval
from appliance.liveness.face.screen_light import Chroma, chroma, screen_light
from tests.unit.liveness.face.scenes import landmarks

TIMES_S = [i / 15.0 for i in range(60)]


def _seen(
    shown: ColourSequence, share: float, lag_s: float = 0.1, noise: float = 0.003, seed: int = 0
) -> list[Chroma | None]:
    """Of a face on which the screen adds `share` to the room's white light."""
    shake = np.random.default_rng(seed).normal(0.0, noise, (len(TIMES_S), 2))
    found: list[Chroma | None] = []
    for time_s, (more_red, more_blue) in zip(TIMES_S, shake, strict=True):
        red, green, blue = (1.0 + share * (value / 255.0) ** 2.2 for value in shown.at(time_s - lag_s) or (0, 0, 0))
        found.append((0.4 + math.log(red / green) + more_red, -0.3 + math.log(blue / green) + more_blue))
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.06, 0.3])
@pytest.mark.parametrize("lag_s", [0.03, 0.16])
def test_skin_takes_the_colours_on_with_a_small_delay(seed: int, share: float, lag_s: float) -> None:
    shown = drawn(random.Random(seed), 9, 0.0)
    found = screen_light(_seen(shown, share, lag_s, seed=seed), TIMES_S, shown)
    assert found.score == 0.0
    assert found.evidence["correlation"] > 0.8
    assert found.evidence["lag_s"] == pytest.approx(lag_s, abs=0.04)


@pytest.mark.parametrize("seed", range(4))
def test_what_shines_by_itself_hardly_takes_them_on(seed: int) -> None:
    shown = drawn(random.Random(seed), 9, 0.0)
    assert screen_light(_seen(shown, 0.002, noise=0.001, seed=seed), TIMES_S, shown).score == 1.0


@pytest.mark.parametrize("seed", range(4))
def test_a_film_shows_the_colours_of_another_day(seed: int) -> None:
    shown, then = drawn(random.Random(seed), 9, 0.0), drawn(random.Random(seed + 50), 9, 0.0)
    found = screen_light(_seen(then, 0.2), TIMES_S, shown)
    assert found.score is None or found.score >= 0.3


def test_where_movement_hides_the_colours_nothing_is_said() -> None:
    shown = drawn(random.Random(3), 9, 0.0)
    assert screen_light(_seen(shown, 0.05, noise=0.3, seed=8), TIMES_S, shown).omitted == "light-too-weak"


def test_drift_of_the_cameras_white_is_no_colour() -> None:
    shown = drawn(random.Random(3), 9, 0.0)
    drifting: list[Chroma | None] = [
        (each[0] + 0.05 * t, each[1] - 0.03 * t * t) for each, t in zip(_seen(shown, 0.1), TIMES_S, strict=True) if each
    ]
    assert screen_light(drifting, TIMES_S, shown).score == 0.0


def test_colours_without_one_of_the_three_lights_can_be_told_too() -> None:
    shown = ColourSequence(
        ((0, 255, 0), (0, 0, 255), (0, 255, 255), (255, 255, 0), (0, 0, 0)), (0.0, 0.8, 1.6, 2.4, 3.2), 4.0
    )
    assert screen_light(_seen(shown, 0.2), TIMES_S, shown).score is not None


def test_what_was_not_asked_or_not_seen_is_omitted() -> None:
    shown = drawn(random.Random(3), 9, 0.0)
    assert screen_light([None] * 60, TIMES_S, None).omitted == "not-asked"
    assert screen_light([None] * 60, TIMES_S, shown).omitted == "too-few-colours"
    assert screen_light(_seen(shown, 0.2)[:10], TIMES_S[:10], shown).omitted == "too-few-colours"


def test_chroma_is_the_skins_own_in_linear_light() -> None:
    outline = oval(landmarks())
    assert outline is not None
    pixels = np.full((360, 480, 3), (60, 120, 180), np.uint8)
    seen = chroma(pixels, outline)
    assert seen is not None
    assert seen == pytest.approx((math.log(0.4564 / 0.1878), math.log(0.0452 / 0.1878)), abs=0.01)
    assert chroma(np.zeros((360, 480, 3), np.uint8), outline) is None
    assert chroma(np.full((360, 480, 3), 255, np.uint8), outline) is None
