"""The 51 points are the mesh's own or lie between two of them, left and right being each other's mirror."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.face.crop import around_detection
from appliance.face.detection import FaceDetector
from appliance.face.inner_points import INNER_POINTS, LEFT_EYE_CORNER, RIGHT_EYE_CORNER, inner_points
from appliance.face.landmarks import FaceLandmarker
from drivers.contracts import Pixels

# The scheme's own mirror, counted from the brow on the left.
MIRRORED = [
    *(9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    *(10, 11, 12, 13, 18, 17, 16, 15, 14),
    *(28, 27, 26, 25, 30, 29, 22, 21, 20, 19, 24, 23),
    *(37, 36, 35, 34, 33, 32, 31, 42, 41, 40, 39, 38),
    *(47, 46, 45, 44, 43, 50, 49, 48),
]


def test_they_move_with_the_mesh() -> None:
    mesh = np.random.default_rng(1).uniform(0, 100, (478, 3)).astype(np.float32)
    points = inner_points(mesh)
    assert points.shape == (INNER_POINTS, 2)
    np.testing.assert_allclose(inner_points(mesh * 2 + np.float32(7)), points * 2 + 7, rtol=1e-4)
    np.testing.assert_array_equal(points[[LEFT_EYE_CORNER, RIGHT_EYE_CORNER]], mesh[[33, 263], :2])


def test_a_mirrored_face_has_mirrored_points(
    detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels
) -> None:
    def found(picture: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        (face,) = detector.detect(picture)
        return inner_points(landmarker.locate_carefully(picture, around_detection(face)).points)

    mirrored = found(np.ascontiguousarray(portrait[:, ::-1]))
    mirrored[:, 0] = portrait.shape[1] - 1 - mirrored[:, 0]
    points = found(portrait)
    apart = np.linalg.norm(points[RIGHT_EYE_CORNER] - points[LEFT_EYE_CORNER])
    assert np.linalg.norm(mirrored[MIRRORED] - points, axis=1).mean() < 0.04 * apart
    assert sorted(MIRRORED) == list(range(INNER_POINTS))
    assert apart == pytest.approx(float(np.linalg.norm(mirrored[19] - mirrored[28])), rel=0.05)
