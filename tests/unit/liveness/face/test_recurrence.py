"""Frames that come again: bit by bit, standing still, or in a loop, compressed again or not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from appliance.liveness.face.frozen import repeated, still
from appliance.liveness.face.looped import looped
from appliance.liveness.face.recurrence import Patch, likeness, patch
from appliance.model.liveness import Hint
from drivers.contracts import Pixels
from tests.unit.liveness.face.scenes import MIDDLE, grain, moments, moved, picture

FRAMES = 40
TEXTURE = 128.0 + 0.4 * (grain(4, fine_px=3.0) - 128.0)


def _recompressed(pixels: Pixels, quality: int) -> Pixels:
    read = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    assert read is not None
    return np.asarray(read, np.uint8)


def _living(number: int) -> Pixels:
    """Sways by a few pixels, never on the same way again; with the sensor's noise."""
    right = 4.0 * np.sin(number / 5.3) + 1.2 * np.sin(number / 2.1 + 0.7)
    down = 3.0 * np.sin(number / 8.9 + 1.0) + 1.1 * np.sin(number / 1.7)
    return picture(moved(TEXTURE, right, down), 2.0, number)


def _patches(frame: Callable[[int], Pixels]) -> list[Patch]:
    pictures = [frame(i) for i in range(FRAMES)]
    return [patch(each, np.ascontiguousarray(each[..., 1]), *MIDDLE) for each in pictures]


def _still(patches: list[Patch]) -> Hint:
    return still(patches, likeness([each.coarse for each in patches]), moments(len(patches)))


def _looped(patches: list[Patch], *, reduced: bool = False) -> Hint:
    return looped(likeness([each.fine for each in patches]), reduced=reduced)


def test_a_living_face_repeats_nothing_stands_never_still_and_never_loops() -> None:
    patches = _patches(_living)
    found = [repeated(patches), _still(patches), _looped(patches)]
    assert [each.score for each in found] == [0.0, 0.0, 0.0]


def _made_small(number: int) -> Pixels:
    """Somebody who comes back to nearly the same place every second, in a picture twice as large."""
    right = 8.0 * np.sin(number * 2 * np.pi / 15.0)
    plain = 128.0 + 2.0 * (TEXTURE - 128.0)
    large = cv2.resize(plain, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    seen = picture(moved(np.asarray(large, np.float32), right + 0.02 * number, 0.01 * number), 3.0, number)
    return np.asarray(cv2.resize(seen, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def test_without_its_noise_a_face_that_comes_back_is_much_like_itself_and_no_film_for_that() -> None:
    patches = _patches(_made_small)
    assert (_looped(patches).score or 0.0) > 0.9, "what it would be, had the noise been there"
    assert _looped(patches, reduced=True).score == 0.0


def test_of_a_picture_that_was_made_small_a_film_is_still_told() -> None:
    def shown(number: int) -> Pixels:
        return _recompressed(_made_small(number % 15), 75 + number % 7)

    assert _looped(_patches(shown), reduced=True).score == 1.0


def test_a_buffer_given_twice_now_and_then_is_the_drivers() -> None:
    assert repeated(_patches(lambda i: _living(i - (i in (12, 30))))).score == 0.0


def test_every_second_frame_given_twice_is_an_attack() -> None:
    found = repeated(_patches(lambda i: _living(i // 2)))
    assert (found.score, found.evidence["copies"]) == (1.0, 20.0)


@pytest.mark.parametrize(
    "again",
    [
        lambda i: _living(3),
        lambda i: _recompressed(_living(3), 70 + i % 20),
        lambda i: picture(TEXTURE, 1.5, i),
    ],
    ids=["bit by bit", "compressed again", "with new noise"],
)
def test_one_picture_that_stands_still_is_an_attack(again: Callable[[int], Pixels]) -> None:
    patches = _patches(again)
    found = _still(patches)
    assert found.score == 1.0
    assert found.evidence["still_s"] > 2.0


@pytest.mark.parametrize("period", [9, 15])
@pytest.mark.parametrize("quality", [None, 75])
def test_a_film_that_begins_again_is_an_attack(period: int, quality: int | None) -> None:
    def shown(number: int) -> Pixels:
        pixels = _living(number % period)
        return pixels if quality is None else _recompressed(pixels, quality + number % 5)

    assert _looped(_patches(shown)).score == 1.0


def test_a_film_that_runs_to_and_fro_is_an_attack() -> None:
    assert _looped(_patches(lambda i: _living(i % 18 if (i // 18) % 2 == 0 else 17 - i % 18))).score == 1.0


def test_where_nothing_is_fine_stillness_says_nothing() -> None:
    patches = _patches(lambda i: np.full((360, 480, 3), 90, np.uint8))
    found = _still(patches)
    assert (found.score, found.omitted) == (None, "nothing-to-see")


def test_a_few_frames_say_nothing() -> None:
    patches = _patches(_living)[:9]
    omitted = [repeated(patches), _still(patches), _looped(patches)]
    assert {each.omitted for each in omitted} == {"too-few-frames"}
