"""The limits of the rule book as a table: what lies within, what lies outside, and by which code."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.model.verdict import Pose
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.geometry import FaceGeometry, face_geometry, geometry_findings, unknown_limits
from appliance.quality.iso29794_5.portrait_profiles import LIVE, PERMIT, SCANNED, PortraitAge, PortraitProfile
from tests.unit.quality.iso29794_5.drawn_face import portrait

GOOD = FaceGeometry(
    width_px=1244,
    height_px=1600,
    yaw_deg=0.0,
    pitch_deg=0.0,
    roll_deg=0.0,
    head_width=0.62,
    head_length=0.75,
    eye_line=0.42,
    centre=0.5,
    inter_eye_px=320.0,
)
ANY = st.floats(-90, 90, allow_nan=False)


def _codes(
    geometry: FaceGeometry, profile: PortraitProfile = PERMIT, group: PortraitAge = PortraitAge.ADULT
) -> list[str]:
    return [finding.code for finding in geometry_findings(geometry, profile, group)]


def test_a_head_as_it_should_be_has_no_finding() -> None:
    assert _codes(GOOD) == []


@pytest.mark.parametrize(
    ("name", "least", "most", "below", "above", "step"),
    [
        ("yaw_deg", -5, 5, "head-turned-left", "head-turned-right", 0.01),
        ("pitch_deg", -5, 5, "head-looks-up", "head-looks-down", 0.01),
        ("roll_deg", -8, 8, "head-tilted-left", "head-tilted-right", 0.01),
        ("head_width", 0.50, 0.75, "head-too-narrow", "head-too-wide", 0.001),
        ("head_length", 0.60, 0.90, "head-too-short", "head-too-long", 0.001),
        ("eye_line", 0.30, 0.50, "eyes-too-high", "eyes-too-low", 0.001),
        ("centre", 0.45, 0.55, "head-off-centre-left", "head-off-centre-right", 0.001),
    ],
)
def test_both_ends_are_allowed_and_what_lies_beyond_has_a_name(
    name: str, least: float, most: float, below: str, above: str, step: float
) -> None:
    def codes(value: float) -> list[str]:
        changed: dict[str, Any] = {name: value}
        return _codes(replace(GOOD, **changed))

    assert codes(least) == codes(most) == []
    assert codes(least - step) == [below]
    assert codes(most + step) == [above]


@pytest.mark.parametrize(
    ("profile", "width_px", "height_px", "inter_eye_px", "codes"),
    [
        (PERMIT, 1244, 1600, 300.0, []),
        (PERMIT, 1244, 1600, 299.0, ["eyes-too-near-together"]),
        (PERMIT, 622, 800, 320.0, ["picture-too-narrow", "picture-too-short"]),
        (PERMIT, 1280, 1700, 320.0, ["picture-too-wide", "picture-too-tall"]),
        (LIVE, 600, 800, 120.0, []),
        (LIVE, 1200, 1600, 120.0, []),
        (LIVE, 1200, 1600, 119.0, ["eyes-too-near-together"]),
        (LIVE, 599, 1601, 150.0, ["picture-too-narrow", "picture-too-tall"]),
        (SCANNED, 622, 800, 120.0, []),
        (SCANNED, 622, 800, 119.0, ["eyes-too-near-together"]),
        (SCANNED, 620, 800, 120.0, ["picture-too-narrow"]),
    ],
)
def test_each_profile_has_its_size_and_its_eyes(
    profile: PortraitProfile, width_px: int, height_px: int, inter_eye_px: float, codes: list[str]
) -> None:
    seen = replace(GOOD, width_px=width_px, height_px=height_px, inter_eye_px=inter_eye_px)
    assert _codes(seen, profile) == codes


def test_yaw_and_pitch_are_optional_and_the_others_are_not() -> None:
    wrong = replace(GOOD, yaw_deg=9.0, pitch_deg=9.0, roll_deg=9.0, head_length=0.2, eye_line=0.9)
    optional = {finding.code for finding in geometry_findings(wrong, PERMIT) if not finding.mandatory}
    assert optional == {"head-turned-right", "head-looks-down"}


def test_an_angle_that_is_not_known_is_said_and_not_found_fault_with() -> None:
    unknown = replace(GOOD, yaw_deg=None, pitch_deg=None)
    assert _codes(unknown) == []
    assert unknown_limits(unknown) == ("yaw", "pitch")


@pytest.mark.parametrize(
    ("age_years", "group"),
    [(0, "under-six"), (5, "under-six"), (6, "under-ten"), (9, "under-ten"), (10, "adult"), (70, "adult")],
)
def test_the_template_goes_by_the_age(age_years: int, group: str) -> None:
    assert PortraitAge.of(age_years) == group


def test_a_childs_low_eyes_and_small_head_are_allowed_to_a_child_only() -> None:
    child = replace(GOOD, eye_line=0.58, head_length=0.52, head_width=0.47)
    assert _codes(child) == ["head-too-narrow", "head-too-short", "eyes-too-low"]
    assert _codes(child, group=PortraitAge.UNDER_TEN) == []


def test_a_small_child_may_look_about() -> None:
    restless = replace(GOOD, yaw_deg=9.0, pitch_deg=-9.0, roll_deg=15.0, centre=0.42)
    assert len(_codes(restless, group=PortraitAge.UNDER_TEN)) == 4
    assert _codes(restless, group=PortraitAge.UNDER_SIX) == []


@given(yaw=ANY, pitch=ANY, roll=ANY, length=st.floats(0, 2), line=st.floats(0, 1), centre=st.floats(0, 1))
def test_the_younger_the_more_is_allowed(
    yaw: float, pitch: float, roll: float, length: float, line: float, centre: float
) -> None:
    seen = replace(GOOD, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, head_length=length, eye_line=line, centre=centre)
    adult, child, small = (set(_codes(seen, group=group)) for group in PortraitAge)
    assert small <= child <= adult


def test_a_drawn_head_is_measured_as_it_was_drawn() -> None:
    _, points = portrait(1600, 1244, between_eyes_px=310, roll_deg=6.0)
    seen = face_geometry(from_adnet98(points), Pose(), width_px=1244, height_px=1600)
    assert seen.roll_deg == pytest.approx(6.0, abs=0.3)
    assert seen.inter_eye_px == pytest.approx(310, abs=1.5)
    assert seen.eye_line == pytest.approx(0.42, abs=0.002)
    assert seen.centre == pytest.approx(0.5, abs=0.002)
    assert seen.head_length == pytest.approx(2 * 206 / 113 * 310 / 1600, abs=0.01)
    assert seen.head_width == pytest.approx(236 / 113 * 310 / 1244, abs=0.01)
    assert math.isfinite(seen.head_width)


def test_a_known_roll_goes_before_that_of_the_eyes() -> None:
    _, points = portrait(roll_deg=6.0)
    seen = face_geometry(from_adnet98(points), Pose(roll_deg=1.0, yaw_deg=2.0), width_px=1280, height_px=720)
    assert (seen.roll_deg, seen.yaw_deg, seen.pitch_deg) == (1.0, 2.0, None)
