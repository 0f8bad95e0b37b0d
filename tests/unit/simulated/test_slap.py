"""The simulated reader shows several fingers at once, drawn or from scenes, and only those that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_THUMBS, segments
from appliance.model.placement import Placement
from drivers.contracts import FingerprintRequest, Frame
from drivers.errors import CaptureTimedOut
from drivers.simulated.fingerprint import SimulatedFingerprintReader
from tests.unit.simulated.desk import POOL, never, opened, scenes_of


def slaps(positions: tuple[str, ...], times: int = 1, **options: object) -> list[Frame]:
    with opened("simulated-fingerprint", **options) as reader:
        assert isinstance(reader, SimulatedFingerprintReader)
        request = FingerprintRequest(positions=positions, timeout_s=0.0)
        return [frame for _ in range(times) for frame in reader.acquire(request, POOL, never())]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("placement", "expected"),
    [(Placement.RIGHT_FOUR, RIGHT_FOUR), (Placement.LEFT_FOUR, LEFT_FOUR), (Placement.TWO_THUMBS, TWO_THUMBS)],
)
def test_the_fingers_asked_for_lie_on_the_glass_as_a_hand_has_them(
    seed: int, placement: Placement, expected: tuple[int, ...]
) -> None:
    assert tuple(position.number for position in placement.positions) == expected
    (frame,) = slaps(tuple(placement.positions), seed=seed)
    assert (frame.simulated, frame.resolution_ppi, frame.position) == (True, 500, "")
    found = segments(frame.pixels, 500, expected)
    assert found.reasons == ()
    assert {finger.position for finger in found.fingers} == set(expected)


def test_each_placement_is_another_impression_of_the_same_fingers() -> None:
    first, second = slaps(tuple(Placement.RIGHT_FOUR.positions), times=2)
    assert (first.pixels != second.pixels).any()


def test_fingers_that_the_scenes_do_not_list_are_not_there(tmp_path: Path) -> None:
    scenes = str(scenes_of(tmp_path, 10, size=(560, 416)))
    (frame,) = slaps(tuple(Placement.RIGHT_FOUR.positions), scenes=scenes)
    assert segments(frame.pixels, 500, RIGHT_FOUR).found <= 1
    with pytest.raises(CaptureTimedOut):
        slaps(tuple(Placement.LEFT_FOUR.positions), scenes=scenes)
