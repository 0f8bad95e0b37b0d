"""The drawn people: repeatable, different from one another, and nobody's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.simulated.drawn.holder import make_holder
from drivers.simulated.drawn.mrz import Holder, check_digit, td3_lines


def test_the_same_seed_draws_the_same() -> None:
    first = (draw_fingerprint(3, "right_index", 0), draw_face(3, 240, 320), draw_document(3, 100))
    for draw in (draw_fingerprint, draw_face, draw_document):
        draw.cache_clear()
    again = (draw_fingerprint(3, "right_index", 0), draw_face(3, 240, 320), draw_document(3, 100))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_attempts_fingers_and_seeds_differ() -> None:
    prints = [
        draw_fingerprint(3, "right_index", 0),
        draw_fingerprint(3, "right_index", 1),
        draw_fingerprint(3, "left_index", 0),
        draw_fingerprint(4, "right_index", 0),
    ]
    for index, one in enumerate(prints):
        assert one.shape == (560, 416)
        for other in prints[index + 1 :]:
            assert np.abs(one.astype(int) - other).mean() > 10


def test_ridges_are_dark_on_light_and_about_nine_pixels_apart() -> None:
    impression = draw_fingerprint(5, "right_index", 0)
    assert np.median(impression[:12]) > 200, "the glass around the finger is not light"
    window = impression[220:348, 140:268].astype(float)
    spectrum = np.abs(np.fft.fft2((window - window.mean()) * np.outer(np.hanning(128), np.hanning(128))))
    frequency = np.hypot(np.fft.fftfreq(128)[:, None], np.fft.fftfreq(128)[None, :])
    period_px = 1 / (np.sum(frequency * spectrum**2) / np.sum(spectrum**2))
    assert 6.0 < period_px < 11.0


def test_drawings_are_shared_and_therefore_read_only() -> None:
    for picture in (draw_fingerprint(3, "right_index", 0), draw_face(3, 240, 320), draw_document(3, 100)):
        with pytest.raises(ValueError, match="read-only"):
            picture[0, 0] = 0


def test_faces_and_pages_have_the_size_asked_for() -> None:
    assert draw_face(3, 240, 320).shape == (240, 320, 3)
    assert draw_document(3, 300).shape == (1039, 1476, 3)


def test_check_digits_are_those_of_doc_9303() -> None:
    """The examples of ICAO Doc 9303 part 3, 4.9 and part 4, appendix A."""
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"
    assert check_digit("L898902C3") == "6"
    lines = td3_lines(Holder("ERIKSSON", "ANNA MARIA", "L898902C3", "UTO", "740812", "F", "120415"))
    assert lines[0] == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert lines[1].startswith("L898902C36UTO7408122F1204159")


@given(st.integers(0, 2**40))
def test_every_holder_has_a_well_formed_zone(seed: int) -> None:
    first, second = td3_lines(make_holder(seed))
    assert len(first) == len(second) == 44
    assert first.startswith("P<UTO")
    assert set(first + second) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    for start, end in ((0, 9), (13, 19), (21, 27), (28, 42)):
        assert check_digit(second[start:end]) == second[end]
    assert check_digit(second[:10] + second[13:20] + second[21:43]) == second[43]
