"""The few places of a face that a portrait is made by, where an average head has them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from appliance.face.mesh_places import CHIN, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, SIDES


def head_points(
    x: float, y: float, *, between_eyes_px: float, turn_deg: float = 0.0, slender: float = 1.0
) -> NDArray[np.float64]:
    """(478, 2): the places that count, of an average head with the middle of its eyes at x, y."""
    unit = np.zeros((478, 2))
    eye = 0.5
    for corners, middle in ((LEFT_EYE_CORNERS, -eye), (RIGHT_EYE_CORNERS, eye)):
        unit[corners[0]], unit[corners[1]] = (middle - 0.22, 0), (middle + 0.22, 0)
    unit[SIDES[0]], unit[SIDES[1]] = (-1.1, 0.2), (1.1, 0.2)
    unit[CHIN] = (0, 1.75 * slender)
    turn = math.radians(turn_deg)
    turned = unit @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return np.asarray(turned * between_eyes_px + (x, y))
