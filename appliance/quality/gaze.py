"""Whether the eyes of a face that is held straight look into the camera, from what the blendshapes say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from appliance.model.verdict import Pose

_MOST_ASIDE: Final = 0.55
_MOST_UP: Final = 0.50
_MOST_DOWN: Final = 0.75
"""Of the way that eyes can go. Straight faces that look ahead, recorded and drawn, stay below 0.15 aside and 0.25 up or
down; drawn irises moved by a third of their width reach 0.86 aside. Lids a little low look like eyes that are."""
_STRAIGHT_DEG: Final = 10.0
"""On a head that is turned further the eyes go the other way to look here, and what is said first is to turn."""


def looks_elsewhere(coefficients: Mapping[str, float], pose: Pose) -> bool:
    """`coefficients`: by MediaPipe's names, 0 to 1. Also no where it cannot be told."""
    if max(abs(angle or 0.0) for angle in (pose.yaw_deg, pose.pitch_deg)) > _STRAIGHT_DEG:
        return False
    try:
        to_left, to_right = (
            (coefficients[f"eyeLookOut{side}"] + coefficients[f"eyeLookIn{other}"]) / 2
            for side, other in (("Left", "Right"), ("Right", "Left"))
        )
        up, down = (
            (coefficients[f"eyeLook{way}Left"] + coefficients[f"eyeLook{way}Right"]) / 2 for way in ("Up", "Down")
        )
    except KeyError:
        return False
    return abs(to_left - to_right) > _MOST_ASIDE or not -_MOST_DOWN <= up - down <= _MOST_UP
