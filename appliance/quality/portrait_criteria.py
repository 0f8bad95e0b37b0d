"""What a portrait is held against, criterion by criterion: which are mandatory, and which of them a picture meets.

The rule book (BSI TR-03121-3 volume 2, table 5.2) has yaw and pitch optional and the rest of its geometry mandatory. Of
what lies beyond geometry the choice is ours: who is in the picture, eyes and mouth are mandatory, and light, sharpness
and what our own estimators only suspect optional; far too little light or sharpness is a reason, which weighs more than
any criterion. None of it refuses anybody: it decides when a
picture is taken by itself, and which of several is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from appliance.model.portrait import Criterion
from appliance.model.verdict import NOT_JUDGED, Pose, Verdict
from appliance.quality import face_guidance as said
from appliance.quality.iso29794_5 import names

_MANDATORY: Final = {
    "one-person": {said.NO_FACE, said.SEVERAL_FACES, said.IN_PROFILE, said.NOT_JUDGEABLE},
    "inter-eye-distance": {said.FACE_TOO_SMALL, said.CLOSER, said.CAMERA_TOO_COARSE, "eyes-too-near-together"},
    "head-size": {
        said.FURTHER,
        "head-too-narrow",
        "head-too-wide",
        "head-too-short",
        "head-too-long",
    },
    "head-position": {
        said.MOVE_LEFT,
        said.MOVE_RIGHT,
        said.MOVE_UP,
        said.MOVE_DOWN,
        "eyes-too-high",
        "eyes-too-low",
        "head-off-centre-left",
        "head-off-centre-right",
    },
    "roll": {said.TILTED, "head-tilted-left", "head-tilted-right"},
    "eyes-open": {"eyes-closed"},
    "mouth-closed": {"mouth-open"},
    "colour": {said.NO_COLOUR},
    "picture-size": {"picture-too-narrow", "picture-too-wide", "picture-too-short", "picture-too-tall"},
}
_OPTIONAL: Final = {
    "yaw": {said.TURN_LEFT, said.TURN_RIGHT, "head-turned-left", "head-turned-right"},
    "pitch": {said.CHIN_UP, said.CHIN_DOWN, "head-looks-up", "head-looks-down"},
    "eyes-visible": {"eyes-not-found"},
    "gaze": {said.LOOK_HERE},
    "face-uncovered": {said.COVERED},
    "exposure": {"too-dark", "too-bright", "too-little-contrast"},
    "sharpness": {"blurred", "picture-noisy"},
    "even-light": {"light-from-the-side"},
    "expression": {"face-not-at-rest"},
}
_MEASURED_BY: Final = {
    "eyes-open": names.EYES_OPEN,
    "mouth-closed": names.MOUTH_CLOSED,
    "eyes-visible": names.EYES_VISIBLE,
    "face-uncovered": names.FACE_OCCLUSION,
    "even-light": names.ILLUMINATION_UNIFORMITY,
    "expression": names.EXPRESSION_NEUTRALITY,
    # It rests on the same coefficients.
    "gaze": names.EXPRESSION_NEUTRALITY,
}
_ALL: Final = {**_MANDATORY, **_OPTIONAL}
_NOT_AWAITED: Final = {said.CAMERA_TOO_COARSE, *_OPTIONAL["expression"]}
NAMES: Final = tuple(_ALL)


@dataclass(frozen=True, slots=True)
class Unmet:
    """By name, in the order of `NAMES`."""

    mandatory: tuple[str, ...]
    optional: tuple[str, ...]


def unmet(verdict: Verdict, findings: Iterable[str] = ()) -> Unmet:
    """By what the verdict says; `findings`: the codes of limits that do not hold in the picture (`geometry`)."""
    codes = {*verdict.reasons, *verdict.advice, *findings}
    return Unmet(
        tuple(name for name, told_by in _MANDATORY.items() if codes & told_by),
        tuple(name for name, told_by in _OPTIONAL.items() if codes & told_by),
    )


def awaited(verdict: Verdict, *, optional_too: bool) -> tuple[str, ...]:
    """What a picture is not taken for by itself yet, as codes in the verdict's order: all that stands in the way, what
    is mandatory, and (`optional_too`) what is not. Never what the person before the camera can do nothing about, nor an
    expression: that is an estimate of our own, and no face at rest is the mean one."""
    told = set().union(*(_ALL[name] for name in _ALL if optional_too or name in _MANDATORY)) - _NOT_AWAITED
    return (*verdict.reasons, *(code for code in verdict.advice if code in told))


def criteria(verdict: Verdict, findings: Iterable[str] = ()) -> tuple[Criterion, ...]:
    """Each that could be told of the picture: what was not measured is left out, never met."""
    failed, unknown = unmet(verdict, findings), _unknown(verdict)
    missed = {*failed.mandatory, *failed.optional}
    return tuple(
        Criterion(name=name, mandatory=name in _MANDATORY, met=name not in missed)
        for name in NAMES
        if name in missed or name not in unknown
    )


def _unknown(verdict: Verdict) -> set[str]:
    if verdict.score == NOT_JUDGED and not verdict.components:
        return set(NAMES)
    pose = verdict.pose or Pose()
    angles = {"yaw": pose.yaw_deg, "pitch": pose.pitch_deg, "roll": pose.roll_deg}
    unmeasured = {name for name, component in _MEASURED_BY.items() if component not in verdict.components}
    return unmeasured | {name for name, angle in angles.items() if angle is None}
