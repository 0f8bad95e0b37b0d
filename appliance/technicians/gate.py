"""What a technician at this centre may do: pure rules from the founding document, no accounts, no clock."""

from __future__ import annotations

from datetime import date

from appliance.errors import AccessDenied
from appliance.model.configuration import CapturePlan, Centre, CentreModel, Technician
from appliance.model.verdict import CaptureKind

_KINDS = {
    # FAQ 5: a conventional centre registers attendances; Expansão also takes the documentary file; only 2G captures
    # biometrics.
    CentreModel.CONVENTIONAL: frozenset[CaptureKind](),
    CentreModel.EXTENDED: frozenset({CaptureKind.DOCUMENT}),
    CentreModel.CLAIM_2G: frozenset(CaptureKind),
}


def permitted_kinds(model: CentreModel) -> frozenset[CaptureKind]:
    """What a centre of that model may capture (founding document, FAQ 5)."""
    return _KINDS[model]


def demanded_kinds(plan: CapturePlan) -> frozenset[CaptureKind]:
    """What a capture plan asks for."""
    asked = {
        CaptureKind.DOCUMENT: plan.document,
        CaptureKind.FACE: plan.face,
        CaptureKind.FINGERPRINT: bool(plan.fingers),
    }
    return frozenset(kind for kind, wanted in asked.items() if wanted)


def check_training(technician: Technician, today: date) -> None:
    """FAQ 10: the 36 h initial training is compulsory before starting. Raises AccessDenied `training-missing`."""
    training = technician.initial_training
    try:
        completed = training is not None and date.fromisoformat(training.completed_on) <= today
    except ValueError:
        completed = False
    if not completed:
        raise AccessDenied(
            "Your initial training is not on record, so you cannot open an attendance: ask your coordinator to have "
            "AIMA add the certificate.",
            code="training-missing",
        )


def check_plan(centre: Centre, plan: CapturePlan) -> None:
    """Raises AccessDenied `centre-model` when the plan asks for more than the centre's model allows."""
    if not demanded_kinds(plan) <= permitted_kinds(centre.model):
        raise AccessDenied(
            "This centre's protocol does not include what the appointment asks for: choose another capture plan or "
            "send the applicant to a CLAIM 2G.",
            code="centre-model",
        )


def may_open_attendance(technician: Technician, centre: Centre, plan: CapturePlan, today: date) -> None:
    """Returns where an attendance may be opened; raises AccessDenied `training-missing` or `centre-model`."""
    check_training(technician, today)
    check_plan(centre, plan)
