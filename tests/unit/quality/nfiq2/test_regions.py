"""All regions at once give what each gives by itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.quality.nfiq2 import fda, lcs, rvu
from appliance.quality.nfiq2.orientation import certainty, flow
from appliance.quality.nfiq2.regions import MARGIN_PX, SIDE_PX, covariance, foreground, orientation_rad, regions, tiles
from appliance.quality.nfiq2.slanted import slanted
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.quality.nfiq2 import plain


def _cut(seed: int, height: int, width: int) -> Pixels:
    """Of a size that leaves smaller tiles at the end, and with a noisy corner."""
    image = np.ascontiguousarray(draw_fingerprint(seed, "right_index", 0)[60 : 60 + height, 20 : 20 + width])
    noise = np.random.default_rng(seed).integers(0, 256, (90, 90), np.uint8)
    image[-90:, -90:] = noise
    return image


@pytest.fixture(scope="module", params=[(1, 300, 261), (2, 269, 333), (3, 353, 288)], ids=str)
def image(request: pytest.FixtureRequest) -> Pixels:
    return _cut(*request.param)


def _angles(image: Pixels) -> NDArray[np.float64]:
    return orientation_rad(covariance(regions(image, MARGIN_PX)))


def test_certainty_and_angle(image: Pixels) -> None:
    values, has_gradient = certainty(covariance(image))
    for row in range(image.shape[0] // 32):
        for column in range(image.shape[1] // 32):
            alone = plain.certainty(image[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32])
            assert has_gradient[row, column] == (alone is not None)
            if alone is not None:
                assert values[row, column] == pytest.approx(alone, abs=1e-9)
    angles = _angles(image)
    for row, column, top, left in plain.with_margin(image):
        assert angles[row, column] == pytest.approx(plain.angle(image[top : top + 32, left : left + 32]), abs=1e-9)


def test_foreground(image: Pixels) -> None:
    found = foreground(tiles(image), image.shape)
    assert found.shape == _angles(image).shape
    for row, column, top, left in plain.with_margin(image):
        assert found[row, column] == plain.is_foreground(image, top, left)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("lies", [False, True])
def test_turned_regions_are_opencvs(image: Pixels, padded: bool, lies: bool) -> None:
    angles = _angles(image) + (np.pi / 2 if lies else 0)
    places = list(plain.with_margin(image))
    rows = np.array([row for row, *_ in places]) * SIDE_PX
    columns = np.array([column for _, column, *_ in places]) * SIDE_PX
    found = slanted(image, rows, columns, angles.ravel(), lying=lies, pad_px=2 if padded else 0)
    for block, (row, column, top, left) in zip(found.transpose(2, 0, 1), places, strict=True):
        alone = plain.turned(image, top, left, angles[row, column], padded=padded)
        alone = plain.lying(alone).T if lies else plain.upright(alone)
        assert (block == alone).mean() > 0.995, "OpenCV may round a few coordinates the other way"


def test_what_is_measured_in_them(image: Pixels) -> None:
    angles = _angles(image)
    upright, lying = [], []
    for row, column, top, left in plain.with_margin(image):
        upright.append(plain.upright(plain.turned(image, top, left, angles[row, column], padded=False)))
        lying.append(plain.lying(plain.turned(image, top, left, angles[row, column] + np.pi / 2, padded=True)))
    blocks, flat = np.stack(upright, axis=2), np.stack([block.T for block in lying], axis=2)
    assert lcs.lcs(blocks) == pytest.approx([plain.clarity(block) for block in upright], abs=1e-9)
    assert fda.fda(flat) == pytest.approx([plain.frequency(block) for block in lying], abs=1e-9)
    ratios = [ratio for block in upright for ratio in plain.uniformity(block)]
    assert sorted(rvu.rvu(blocks)) == pytest.approx(sorted(ratios))


@pytest.mark.parametrize("height", [64, 65, 66, 90])
@pytest.mark.parametrize("width", [33, 34, 63])
def test_smaller_tiles_at_the_border_are_seen_by_themselves(height: int, width: int) -> None:
    image = np.random.default_rng(height * width).integers(0, 256, (height, width), np.uint8)
    values, has_gradient = certainty(covariance(image))
    for row in range(2):
        alone = plain.certainty(image[row * 32 : row * 32 + 32, :32])
        assert values[row, 0] == pytest.approx(alone, abs=1e-9)
    if min(height % 32, width % 32) > 1:
        assert values[-1, -1] == pytest.approx(plain.certainty(image[64:, 32:]), abs=1e-9)
    elif height % 32 == width % 32 == 1:
        assert not has_gradient[-1, -1]


def test_clarity_where_the_line_leaves_the_greys_there_are() -> None:
    """At the foot or the top of a steep slope the line lies below 0 or above 255: all is light, or all is dark."""
    rng = np.random.default_rng(8)
    waves = 60 * np.cos(np.arange(32) * 2 * np.pi / 9)
    steep = np.clip(np.linspace(-60, 315, 32) + waves, 0, 255)
    blocks = [(level + rng.uniform(0, 0.99, (16, 32))).astype(np.uint8) for level in (steep, steep[::-1])]
    lines = [plain.line_and_ridges(block)[0] for block in blocks]
    assert min(line.min() for line in lines) < 0
    assert max(line.max() for line in lines) > 255
    values = lcs.lcs(np.stack(blocks, axis=2))
    assert values == pytest.approx([plain.clarity(block) for block in blocks], abs=1e-9)
    assert (values > 0).any(), "else nothing was looked at"


def test_flow_is_of_regions_with_neighbours_only() -> None:
    angles = np.zeros((4, 5))
    angles[1, 2] = np.radians(44)
    inside = np.ones_like(angles, bool)
    whole = flow(angles, inside)
    assert whole.max() == pytest.approx((44 - 4) / 86)
    assert whole.size == 6, "it and its five neighbours that have all of theirs"
    inside[0, 1] = False
    assert flow(angles, inside).size == 4, "two of the six have it beside them"


@pytest.mark.parametrize("measure", [lcs.lcs, rvu.rvu])
def test_no_region_gives_no_value(measure: object) -> None:
    assert measure(np.empty((16, 32, 0), np.uint8)).size == 0  # type: ignore[operator]
    assert fda.fda(np.empty((16, 32, 0), np.uint8)).size == 0
