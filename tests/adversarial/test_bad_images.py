"""Images that are no capture: each verdict survives them, and accepts none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from numpy.typing import NDArray

from appliance.installed_face_assessor import installed_face_assessor
from appliance.model.verdict import NOT_JUDGED, Verdict
from appliance.quality.document import assess_document
from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.fingerprint import assess_fingerprint
from appliance.quality.nfiq2.forest_file import read_forest
from drivers.contracts import Pixels
from tests.unit.quality.forests import file_of, some_arrays

FACES = SimpleFaceAssessor()
INSTALLED = installed_face_assessor()
"""By the networks where their packs are there, else the simple one once more."""
FOREST = read_forest(file_of(some_arrays(1)))
JUDGES: dict[str, Callable[[Pixels], Verdict]] = {
    "fingerprint": assess_fingerprint,
    "fingerprint-nfiq2": lambda pixels: assess_fingerprint(pixels, forest=FOREST),
    "face": FACES.assess,
    "face-installed": INSTALLED.assess,
    "face-preview": INSTALLED.glance,
    "document": lambda pixels: assess_document(pixels, resolution_ppi=None),
}


def _noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)


def _ramp(height: int, width: int) -> Pixels:
    return np.asarray(np.linspace(0, 255, width)[None, :].repeat(height, axis=0), np.uint8)


def _stripes(period_px: float) -> Pixels:
    wave = np.sin(np.arange(400) / period_px * 2 * np.pi)
    return np.asarray((128 + 100 * wave)[None, :].repeat(400, axis=0), np.uint8)


BAD: dict[str, Pixels] = {
    "white": np.full((400, 400), 255, np.uint8),
    "black": np.zeros((400, 400), np.uint8),
    "grey": np.full((400, 400), 128, np.uint8),
    "almost-blank": np.full((400, 400), 240, np.uint8) + _noise(400, 400) // 100,
    "noise": _noise(400, 400),
    "gradient": _ramp(400, 400),
    "half": np.where(np.arange(400)[None, :] < 200, np.uint8(0), np.uint8(255)).repeat(400, axis=0),
    "one-pixel": np.zeros((1, 1), np.uint8),
    "one-row": _noise(1, 500),
    "one-column": _noise(500, 1),
    "tiny": _noise(20, 20),
    "nothing": np.zeros((0, 0), np.uint8),
    "no-rows": np.zeros((0, 300), np.uint8),
    "huge": np.zeros((9000, 20000), np.uint8),
}


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("name", BAD)
def test_no_bad_image_is_accepted(kind: str, name: str) -> None:
    grey = BAD[name]
    for pixels in (grey, np.dstack([grey] * 3) if grey.size < 1_000_000 else grey):
        verdict = JUDGES[kind](pixels)
        assert not verdict.accepted(0), verdict
        assert verdict.reasons
        assert 0 <= verdict.score <= 100 or verdict.score == NOT_JUDGED


@pytest.mark.parametrize("period_px", [6.0, 9.0, 12.0])
def test_a_grating_is_no_finger(period_px: float) -> None:
    verdict = assess_fingerprint(_stripes(period_px))
    assert "no-finger-pattern" in verdict.reasons
    assert not verdict.accepted(0)


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((300, 300), np.float32),
        np.full((300, 300), np.nan),
        np.zeros((300, 300), np.uint16),
        np.zeros((300, 300, 4), np.uint8),
        np.zeros((300, 300, 1), np.uint8),
        np.zeros(300, np.uint8),
        np.zeros((2, 300, 300, 3), np.uint8),
    ],
    ids=lambda pixels: f"{pixels.dtype}{pixels.shape}",
)
def test_what_is_no_image_is_named(kind: str, pixels: NDArray[np.uint8]) -> None:
    verdict = JUDGES[kind](pixels)
    assert (verdict.score, verdict.reasons) == (NOT_JUDGED, ("not-an-image",))


@pytest.mark.parametrize("kind", JUDGES)
@settings(max_examples=25)
@given(
    pixels=nps.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(0, 260), st.integers(0, 260)),
            st.tuples(st.integers(0, 150), st.integers(0, 150), st.just(3)),
        ),
    )
)
def test_any_pixels_get_a_verdict(kind: str, pixels: Pixels) -> None:
    verdict = JUDGES[kind](pixels)
    assert 0 <= verdict.score <= 100 or verdict.score == NOT_JUDGED
    assert verdict.reasons or verdict.score != NOT_JUDGED
