"""Where a person has to move, and how to hold the head, so that a portrait can be cut out of the camera's picture.

The picture is far wider than a portrait. What matters is therefore not where the head lies in it, but whether a
portrait that keeps the limits fits into it; asked of the smallest one that does, which needs the least room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from appliance.quality.face_guidance import (
    CHIN_DOWN,
    CHIN_UP,
    FURTHER,
    MOVE_DOWN,
    MOVE_LEFT,
    MOVE_RIGHT,
    MOVE_UP,
    TILTED,
    TURN_LEFT,
    TURN_RIGHT,
)
from appliance.quality.iso29794_5.geometry import FaceGeometry, Finding
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted

_SURELY_REACHED: Final = 0.9
_NEAR: Final = 0.65
"""Of the nearest that a person can come before the picture is too small for the portrait around them."""
_OF_HEAD: Final = {
    "head-turned-left": TURN_LEFT,
    "head-turned-right": TURN_RIGHT,
    "head-looks-down": CHIN_UP,
    "head-looks-up": CHIN_DOWN,
    "head-tilted-left": TILTED,
    "head-tilted-right": TILTED,
}
"""What to do about a finding of the geometry. It says left and right as the picture has them: a head turned to the
picture's left is turned to the person's right."""


def head_codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How the head is to be held, in the findings' order; what they say of a finished portrait is left out."""
    return tuple(_OF_HEAD[finding.code] for finding in findings if finding.code in _OF_HEAD)


def placement_codes(geometry: FaceGeometry, wanted: PortraitWanted) -> tuple[str, ...]:
    """What the person is to do, by their own left and right; empty where a portrait fits."""
    return tuple(_codes(geometry, wanted))


def room_to_grow(seen: FaceGeometry, wanted: PortraitWanted) -> float:
    """How many times larger the head may become until no portrait fits around it any more; under 1 it does not fit."""
    width_px, height_px = _least_size_px(seen, wanted)
    return min(seen.height_px / height_px, seen.width_px / width_px)


def near_enough_px(seen: FaceGeometry, wanted: PortraitWanted, least_px: float) -> float:
    """How far apart the eyes should be, in the geometry's pixels: `least_px`, or less where the camera has too few
    pixels for it whoever sits before it, so that nobody is sent to and fro."""
    most_px = seen.inter_eye_px * room_to_grow(seen, wanted)
    return least_px if least_px <= _SURELY_REACHED * most_px else min(least_px, _NEAR * most_px)


def _least_size_px(seen: FaceGeometry, wanted: PortraitWanted) -> tuple[float, float]:
    """Width and height of the smallest portrait around that head."""
    limits = wanted.template
    width_for_height = wanted.profile.width_px.most / wanted.profile.height_px.most
    by_length = seen.head_length * seen.height_px / limits.head_length.most
    by_width = seen.head_width * seen.width_px / limits.head_width.most / width_for_height
    height_px = max(by_length, by_width)
    return height_px * width_for_height, height_px


def _codes(seen: FaceGeometry, wanted: PortraitWanted) -> Iterator[str]:
    limits = wanted.template
    width_px, height_px = _least_size_px(seen, wanted)
    if height_px > seen.height_px or width_px > seen.width_px:
        yield FURTHER
        return
    x_px, y_px = seen.centre * seen.width_px, seen.eye_line * seen.height_px
    # The camera's picture is no mirror: who is on its left has to move to their own left to come to its middle.
    if x_px < limits.centre.least * width_px:
        yield MOVE_LEFT
    elif seen.width_px - x_px < (1.0 - limits.centre.most) * width_px:
        yield MOVE_RIGHT
    if y_px < limits.eye_line.least * height_px:
        yield MOVE_DOWN
    elif seen.height_px - y_px < (1.0 - limits.eye_line.most) * height_px:
        yield MOVE_UP
