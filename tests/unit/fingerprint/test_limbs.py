"""What hangs on a finger's contact and is none of it is taken off; a finger by itself keeps all of its own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.fingerprint.limbs import without_limbs
from appliance.fingerprint.phalanges import Piece

CELL_MM = 0.4
_Y, _X = (index * CELL_MM for index in np.indices((100, 100)).astype(np.float64))


def _piece(mask: NDArray[np.bool_]) -> Piece:
    y, x = np.nonzero(mask)
    points = np.asarray((np.stack([x, y], axis=1) + 0.5) * CELL_MM, np.float64)
    return Piece(points, np.ones(len(points), np.float32), len(points) * CELL_MM**2)


def _ellipse(x_mm: float, y_mm: float, width_mm: float, length_mm: float, turned_deg: float = 0.0) -> NDArray[np.bool_]:
    turn = np.radians(turned_deg)
    across = (_X - x_mm) * np.cos(turn) + (_Y - y_mm) * np.sin(turn)
    along = (_Y - y_mm) * np.cos(turn) - (_X - x_mm) * np.sin(turn)
    return np.asarray((across / width_mm) ** 2 + (along / length_mm) ** 2 < 0.25, np.bool_)


FINGER = _ellipse(20.0, 20.0, 15.0, 24.0)
TEXT = (np.abs(_Y - 11.0) < 2.5) & (_X > 18.0)
NEIGHBOUR = _ellipse(9.2, 22.0, 7.4, 18.0) & (_X > 8.0)


@pytest.mark.parametrize("turned_deg", range(0, 180, 15))
def test_a_finger_by_itself_stays_as_it_is(turned_deg: float) -> None:
    whole = _piece(_ellipse(20.0, 20.0, 15.0, 24.0, turned_deg))
    assert without_limbs(whole, CELL_MM) is whole


@pytest.mark.parametrize("limb", [TEXT, NEIGHBOUR], ids=["a line of text", "a neighbour that is cut"])
def test_what_is_thinner_than_half_of_it_is_taken_off(limb: NDArray[np.bool_]) -> None:
    finger, both = _piece(FINGER), _piece(FINGER | limb)
    left = without_limbs(both, CELL_MM)
    alone, joined, kept = (np.ptp(piece.points[:, 0]) for piece in (finger, both, left))
    assert joined > alone + 3.0
    assert kept - alone < 0.5 * (joined - alone)  # what fills the corner between the two stays
    assert abs(left.area_mm2 - finger.area_mm2) < 0.06 * finger.area_mm2
    assert len(left.relief) == len(left.points)
