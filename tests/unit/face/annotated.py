"""Reads the annotations of faces that lie beside the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.face.inner_points import INNER_POINTS, LEFT_EYE_CORNER, RIGHT_EYE_CORNER

OUTER_POINTS = 17
"""The line of the jaw comes first in the scheme of 68, and is not looked at."""


def read_inner_points(path: Path) -> NDArray[np.float64]:
    """(51, 2), x and y, of a `.pts` file. Its places count from 1, as the format's first reader, MATLAB, does."""
    body = path.read_text(encoding="ascii").split("{")[1].split("}")[0]
    points = np.array([[float(value) for value in line.split()] for line in body.strip().splitlines()]) - 1
    assert points.shape == (OUTER_POINTS + INNER_POINTS, 2)
    return np.asarray(points[OUTER_POINTS:])


def mean_error(found: NDArray[np.float32], annotated: NDArray[np.float64]) -> float:
    """The mean distance between (51, 2) and (51, 2), divided by that of the outer corners of the eyes."""
    apart = float(np.linalg.norm(annotated[RIGHT_EYE_CORNER] - annotated[LEFT_EYE_CORNER]))
    return float(np.linalg.norm(found - annotated, axis=1).mean()) / apart
