"""What a person before the camera is told, by their own left and right, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from appliance.model.verdict import Component, Pose
from appliance.quality.face_guidance import Seen, portrait_advice, portrait_reasons
from appliance.quality.face_placement import head_codes, placement_codes
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.geometry import FaceGeometry, geometry_findings
from appliance.quality.iso29794_5.portrait_profiles import LIVE, PortraitWanted

WELL_LIT = {
    "sharpness": 0.2,
    "noise_deviation": 1.0,
    "brightest_level": 180.0,
    "darkest_level": 60.0,
    "clipped_share": 0.0,
}
GEOMETRY = FaceGeometry(
    width_px=1280, height_px=720, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, head_width=0.2, head_length=0.6,
    eye_line=0.45, centre=0.5, inter_eye_px=130.0,
)  # fmt: skip
"""Of a head in the middle of a wide picture."""


STRAIGHT = Pose(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)


def seen(
    *,
    faces: int = 1,
    between_eyes_px: float = 130.0,
    near_enough_px: float = 120.0,
    wanted_px: float = 120.0,
    pose: Pose = STRAIGHT,
    looks_elsewhere: bool = False,
    placement: Sequence[str] = (),
    head: Sequence[str] = (),
    scalars: Mapping[str, int] | None = None,
    tone: Mapping[str, float] | None = None,
) -> Seen:
    return Seen(
        faces=faces,
        between_eyes_px=between_eyes_px,
        near_enough_px=near_enough_px,
        wanted_px=wanted_px,
        pose=pose,
        looks_elsewhere=looks_elsewhere,
        placement=placement,
        head=head,
        components={name: Component(raw=0.0, scalar=scalar) for name, scalar in (scalars or {}).items()},
        tone={**WELL_LIT, **(tone or {})},
    )


def test_of_a_good_portrait_there_is_nothing_to_say() -> None:
    assert portrait_reasons(seen()) == ()
    assert portrait_advice(seen()) == ()


def test_reasons_come_the_most_useful_first() -> None:
    bad = seen(
        faces=2,
        between_eyes_px=30.0,
        pose=Pose(yaw_deg=40.0, pitch_deg=-30.0, roll_deg=25.0),
        scalars={names.EYES_OPEN: 5},
        tone={"brightest_level": 40.0, "sharpness": 0.01},
    )
    first = ("several-faces", "face-too-small", "turn-right", "chin-down", "head-tilted", "eyes-closed", "too-dark")
    assert portrait_reasons(bad) == (*first, "too-little-contrast", "blurred")


def test_advice_goes_from_distance_over_place_and_head_to_eyes_mouth_and_light() -> None:
    scalars = {
        names.EYES_OPEN: 50,
        names.EYES_VISIBLE: 10,
        names.MOUTH_CLOSED: 10,
        names.ILLUMINATION_UNIFORMITY: 10,
        names.EXPRESSION_NEUTRALITY: 5,
    }
    could_be_better = seen(
        between_eyes_px=90.0,
        looks_elsewhere=True,
        placement=("move-left",),
        head=("turn-left", "head-tilted"),
        scalars=scalars,
        tone={"clipped_share": 0.1, "sharpness": 0.1},
    )
    assert portrait_reasons(could_be_better) == ()
    assert portrait_advice(could_be_better) == (
        *("closer", "move-left", "turn-left", "head-tilted", "eyes-closed", "eyes-not-found", "look-here"),
        *("mouth-open", "light-from-the-side", "too-bright", "blurred", "face-not-at-rest"),
    )


def test_nobody_is_told_to_come_closer_and_to_go_back() -> None:
    assert portrait_advice(seen(between_eyes_px=90.0, placement=("further",))) == ("further",)


def test_what_is_not_known_is_not_found_fault_with() -> None:
    assert portrait_reasons(seen(pose=Pose())) == ()


@pytest.mark.parametrize(
    ("moved", "codes"),
    [
        ({}, ()),
        ({"centre": 0.05}, ("move-left",)),
        ({"centre": 0.95}, ("move-right",)),
        ({"eye_line": 0.1}, ("move-down",)),
        ({"eye_line": 0.8}, ("move-up",)),
        ({"centre": 0.05, "eye_line": 0.8}, ("move-left", "move-up")),
        ({"head_length": 0.95}, ("further",)),
        ({"head_width": 0.6, "centre": 0.05}, ("further",)),
    ],
)
def test_a_person_is_moved_where_a_portrait_fits_into_the_picture(
    moved: dict[str, float], codes: tuple[str, ...]
) -> None:
    """The camera's picture is no mirror: its left is the person's right."""
    assert placement_codes(replace(GEOMETRY, **moved), PortraitWanted()) == codes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("turned", "codes"),
    [
        ({"yaw_deg": 9.0}, ("turn-right",)),
        ({"yaw_deg": -9.0}, ("turn-left",)),
        ({"pitch_deg": 9.0}, ("chin-up",)),
        ({"pitch_deg": -9.0}, ("chin-down",)),
        ({"roll_deg": 9.0}, ("head-tilted",)),
        ({"roll_deg": -9.0, "pitch_deg": 9.0}, ("chin-up", "head-tilted")),
        ({"yaw_deg": 4.0, "pitch_deg": -4.0, "roll_deg": 7.0}, ()),
    ],
)
def test_a_head_is_brought_within_the_rule_books_limits(turned: dict[str, float], codes: tuple[str, ...]) -> None:
    geometry = replace(GEOMETRY, **turned)  # type: ignore[arg-type]
    assert head_codes(geometry_findings(geometry, LIVE)) == codes
