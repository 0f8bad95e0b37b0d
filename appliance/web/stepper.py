"""The steps of one attendance as a row to look at: what is done, what is now, what is to come. Pure."""

from __future__ import annotations

import msgspec

from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.attendance import ExemptionReason, Step
from appliance.model.verdict import CaptureKind

_STEPS = {
    CaptureKind.DOCUMENT: Step.DOCUMENT,
    CaptureKind.FACE: Step.FACE,
    CaptureKind.FINGERPRINT: Step.FINGERPRINTS,
}


class StepMark(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `done`, `current` or `later`."""

    step: str
    number: int
    state: str


def steps_of(attendance: Attendance) -> tuple[Step, ...]:
    """What this attendance goes through; a plan that asks for less is shorter, so is one of a child under six."""
    kinds = {target.kind for target in attendance.targets if not _under_six(target)}
    captures = [step for kind, step in _STEPS.items() if kind in kinds]
    signature = [Step.SIGNATURE] if attendance.opened.plan.signature else []
    return (Step.APPLICANT, Step.NOTICE, *captures, *signature, Step.REVIEW)


def step_marks(attendance: Attendance) -> tuple[StepMark, ...]:
    steps = steps_of(attendance)
    at = steps.index(attendance.step) if attendance.step in steps else len(steps)
    if attendance.step is Step.SEALING:
        at = len(steps) - 1
    return tuple(
        StepMark(
            step=step.value,
            number=index + 1,
            state="done" if index < at else "current" if index == at else "later",
        )
        for index, step in enumerate(steps)
    )


def fingers_left_out(attendance: Attendance) -> bool:
    """Whether the plan asks for fingers that the applicant's age takes away (under six, DOMAIN)."""
    return any(_under_six(target) for target in attendance.targets)


def _under_six(target: Target) -> bool:
    return any(exemption.reason is ExemptionReason.UNDER_SIX for exemption in target.exemptions)
