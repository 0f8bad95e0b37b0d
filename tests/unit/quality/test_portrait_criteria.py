"""Which criteria a portrait meets: what was not measured is neither met nor missed."""

from __future__ import annotations

import pytest

from appliance.model.verdict import NOT_JUDGED, CaptureKind, Component, Pose, Verdict
from appliance.quality import face_guidance
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.geometry import FaceGeometry, geometry_findings
from appliance.quality.iso29794_5.portrait_profiles import PERMIT
from appliance.quality.portrait_criteria import NAMES, awaited, criteria, unmet

STRAIGHT = Pose(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)
MEASURED = {name: Component(raw=1.0, scalar=100) for name in names.COMPONENTS}


def verdict(*advice: str, reasons: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        kind=CaptureKind.FACE, score=80, reasons=reasons, advice=advice, components=MEASURED, pose=STRAIGHT, faces=1
    )


def test_a_portrait_with_nothing_to_mend_meets_every_criterion() -> None:
    told = criteria(verdict())
    assert [one.name for one in told] == list(NAMES)
    assert all(one.met for one in told)


def test_yaw_and_pitch_are_optional_and_the_rest_of_the_geometry_is_not() -> None:
    mandatory = {one.name for one in criteria(verdict()) if one.mandatory}
    assert {"roll", "head-size", "head-position", "inter-eye-distance", "picture-size"} <= mandatory
    assert not {"yaw", "pitch"} & mandatory


@pytest.mark.parametrize(
    ("code", "missed"),
    [
        ("several-faces", "one-person"),
        ("closer", "inter-eye-distance"),
        ("camera-too-coarse", "inter-eye-distance"),
        ("further", "head-size"),
        ("move-up", "head-position"),
        ("head-tilted", "roll"),
        ("eyes-closed", "eyes-open"),
        ("mouth-open", "mouth-closed"),
    ],
)
def test_mandatory_criteria_are_missed_by_advice_as_by_reasons(code: str, missed: str) -> None:
    assert unmet(verdict(code)).mandatory == (missed,)
    assert unmet(verdict(reasons=(code,))).mandatory == (missed,)


def test_the_geometry_of_the_finished_picture_counts() -> None:
    small = FaceGeometry(
        width_px=600, height_px=800, yaw_deg=7.0, pitch_deg=0.0, roll_deg=-9.0, head_width=0.4, head_length=0.5,
        eye_line=0.2, centre=0.4, inter_eye_px=100.0,
    )  # fmt: skip
    missed = unmet(verdict(), [finding.code for finding in geometry_findings(small, PERMIT)])
    assert missed.mandatory == ("inter-eye-distance", "head-size", "head-position", "roll", "picture-size")
    assert missed.optional == ("yaw",)


def test_every_finding_of_the_geometry_belongs_to_a_criterion() -> None:
    least, most = (
        FaceGeometry(
            width_px=size, height_px=size, yaw_deg=by * 90, pitch_deg=by * 90, roll_deg=by * 90,
            head_width=0.5 + by, head_length=0.5 + by, eye_line=0.5 + by, centre=0.5 + by, inter_eye_px=1.0,
        )
        for size, by in ((10, -0.5), (9000, 0.5))
    )  # fmt: skip
    codes = [finding.code for geometry in (least, most) for finding in geometry_findings(geometry, PERMIT)]
    assert len(set(codes)) == 19
    nothing = unmet(verdict())
    assert [code for code in codes if unmet(verdict(), [code]) == nothing] == []


def test_what_was_not_measured_is_left_out() -> None:
    plain = Verdict(kind=CaptureKind.FACE, score=80, pose=Pose(roll_deg=0.0), faces=1)
    told = {one.name for one in criteria(plain)}
    assert not {"yaw", "pitch", "eyes-open", "mouth-closed", "expression"} & told
    assert {"roll", "one-person", "exposure"} <= told


def test_of_what_could_not_be_judged_only_the_reason_is_known() -> None:
    nobody = Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=("no-face",), faces=0)
    assert [(one.name, one.met) for one in criteria(nobody)] == [("one-person", False)]


def test_what_nobody_before_the_camera_can_mend_is_not_awaited() -> None:
    told = ("closer", "chin-up", "face-not-at-rest", face_guidance.CAMERA_TOO_COARSE)
    assert awaited(verdict(*told), optional_too=True) == ("closer", "chin-up")
    assert awaited(verdict(*told, reasons=("blurred",)), optional_too=False) == ("blurred", "closer")
