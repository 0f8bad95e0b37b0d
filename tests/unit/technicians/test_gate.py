"""Who may open which attendance."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from appliance.errors import AccessDenied
from appliance.model.configuration import CapturePlan, CentreModel, TrainingCertificate
from appliance.model.verdict import CaptureKind
from appliance.technicians.gate import check_training, may_open_attendance, permitted_kinds
from tests.unit.technicians.people import configuration, technician

TODAY = date(2026, 5, 4)
CENTRE = configuration().centre
FULL = CapturePlan(plan_id="full", label={})
PAPERS = CapturePlan(plan_id="papers", label={}, face=False, fingers=(), signature=False)
NOTHING = CapturePlan(plan_id="register", label={}, document=False, face=False, fingers=(), signature=False)


@pytest.mark.parametrize(
    ("completed_on", "trained"),
    [(None, False), ("2026-05-04", True), ("2026-05-05", False), ("2026-02-30", False)],
    ids=["none", "today", "not yet", "no such day"],
)
def test_without_the_initial_training_no_attendance_is_opened(completed_on: str | None, trained: bool) -> None:
    training = TrainingCertificate(certificate_id="F", completed_on=completed_on) if completed_on else None
    person = replace(technician(), initial_training=training)
    if trained:
        check_training(person, TODAY)
        return
    with pytest.raises(AccessDenied) as refused:
        may_open_attendance(person, CENTRE, FULL, TODAY)
    assert refused.value.code == "training-missing"


@pytest.mark.parametrize(
    ("model", "plan", "allowed"),
    [
        (CentreModel.CLAIM_2G, FULL, True),
        (CentreModel.CLAIM_2G, NOTHING, True),
        (CentreModel.EXTENDED, FULL, False),
        (CentreModel.EXTENDED, PAPERS, True),
        (CentreModel.CONVENTIONAL, FULL, False),
        (CentreModel.CONVENTIONAL, PAPERS, False),
        (CentreModel.CONVENTIONAL, NOTHING, True),
    ],
)
def test_the_centres_model_decides_what_may_be_captured(model: CentreModel, plan: CapturePlan, allowed: bool) -> None:
    centre = replace(CENTRE, model=model)
    if allowed:
        may_open_attendance(technician(), centre, plan, TODAY)
        return
    with pytest.raises(AccessDenied) as refused:
        may_open_attendance(technician(), centre, plan, TODAY)
    assert refused.value.code == "centre-model"


def test_only_a_2g_centre_captures_biometrics() -> None:
    biometric = {CaptureKind.FACE, CaptureKind.FINGERPRINT}
    assert [model for model in CentreModel if permitted_kinds(model) & biometric] == [CentreModel.CLAIM_2G]
