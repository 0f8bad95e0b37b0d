"""52 coefficients of a face's expression by MediaPipe's Blendshape V2, out of 146 of its 478 points."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.face.landmarks import Landmarks
from appliance.face.network import Network

NAMES: Final = (
    *("_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft"),
    *("eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft"),
    *("eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward"),
    *("jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight"),
    *("mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight"),
    *("mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper"),
    *("mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft"),
    *("mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight"),
)
"""The network's own names in its order, which are those of ARKit; left and right are the person's."""

_POINTS: Final = np.array(
    [
        *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70),
        *(78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149),
        *(150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195),
        *(197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300),
        *(308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375),
        *(377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454),
        *(466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477),
    ]
)
"""Those that the network was trained on, in its order (MediaPipe's `face_blendshapes_graph`)."""


class BlendshapeReader:
    """Holds the network. One thread at a time."""

    def __init__(self, network_file: bytes) -> None:
        """Raises ModelError `model-invalid`."""
        self._network = Network(network_file, takes=(1, len(_POINTS), 2), gives=((len(NAMES),),))

    def read(self, landmarks: Landmarks) -> NDArray[np.float32]:
        """(52,) float32, each from 0 to 1, in the order of `NAMES`; the same wherever the face lies."""
        (coefficients,) = self._network(np.ascontiguousarray(landmarks.points[_POINTS, :2])[None])
        return np.clip(coefficients, 0, 1)


def named(coefficients: NDArray[np.float32]) -> dict[str, float]:
    return dict(zip(NAMES, coefficients.tolist(), strict=True))
