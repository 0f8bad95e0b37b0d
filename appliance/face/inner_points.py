"""The inner 51 of the 68 points that faces are annotated with, out of the 478 of the mesh.

Points 18 to 68 of the scheme of Multi-PIE and iBUG 300-W: brows, bridge and base of the nose, eyes, lips. Where it has
a point between two of the mesh's, it is their mean: a brow's middle between its edges, a lip's quarter. Chosen by
anatomy, and checked on the faces that are annotated in ../shared and two others.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

INNER_POINTS: Final = 51
LEFT_EYE_CORNER: Final = 19
RIGHT_EYE_CORNER: Final = 28
"""The rows of the outer corners of the eyes, left and right as seen."""

_MESH: Final = (
    *((70, 46), (63, 53), (105, 52), (66, 65), (107, 55)),  # the brow on the left
    *((336, 285), (296, 295), (334, 282), (293, 283), (300, 276)),  # the brow on the right
    *((168, 168), (6, 197), (195, 195), (4, 4)),  # down the nose
    *((98, 64), (97, 97), (2, 2), (326, 326), (327, 294)),  # below the nose
    *((33, 33), (160, 160), (158, 158), (133, 133), (153, 153), (144, 144)),  # the eye on the left
    *((362, 362), (385, 385), (387, 387), (263, 263), (373, 373), (380, 380)),  # the eye on the right
    *((61, 61), (39, 40), (37, 37), (0, 0), (267, 267), (269, 270), (291, 291)),  # upper lip, outside
    *((405, 321), (314, 314), (17, 17), (84, 84), (181, 91)),  # lower lip, outside
    *((78, 78), (82, 82), (13, 13), (312, 312), (308, 308), (317, 317), (14, 14), (87, 87)),  # lips, inside
)
_ROWS: Final = np.array(_MESH)


def inner_points(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """(51, 2) float32, x and y, out of (478, 2 or more), in the same unit."""
    return np.asarray(points[_ROWS, :2].mean(axis=1), np.float32)
