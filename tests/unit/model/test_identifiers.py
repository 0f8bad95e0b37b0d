"""Whatever the signed configuration admits, the manifest admits: else an attendance is taken that cannot be sealed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appliance.model.configuration import CapturePlan, Centre, CentreModel, FieldRule, Identifier, Post, Technician
from appliance.model.configuration import Text as ConfiguredText
from appliance.model.manifest import CentreRecord, PlanRecord
from appliance.model.manifest_values import Code, Reference
from appliance.model.manifest_values import Text as RecordedText

NAMES = st.one_of(
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True),
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,3}[\n\r\u2028 A-Z/]", fullmatch=True),
    st.text(max_size=70),
)


def admits(kind: Any, value: object) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


@given(NAMES)
@example("claim-demo\n")
@example("a" * 64)
@example("a" * 65)
def test_an_identifier_is_a_reference_and_a_code(name: str) -> None:
    if admits(Identifier, name):
        assert admits(Reference, name)
        assert admits(Code, name)
        assert name == name.strip()


@given(st.text(max_size=401))
def test_a_text_is_a_text(text: str) -> None:
    assert admits(ConfiguredText, text) is admits(RecordedText, text)


@given(NAMES, NAMES, st.text(min_size=1, max_size=400), st.sampled_from(CentreModel))
def test_a_configured_centre_can_be_recorded(centre_id: str, post_id: str, text: str, model: CentreModel) -> None:
    centre = {"centre_id": centre_id, "name": text, "municipality": text, "protocol_reference": text, "model": model}
    if admits(Centre, centre) and admits(Post, {"post_id": post_id, "name": text}):
        record = {"centre_id": centre_id, "post_id": post_id, "protocol_reference": text, "model": model}
        assert admits(CentreRecord, record)


@pytest.mark.parametrize("name", ["permit", "permit\n", "Permit", "título"])
def test_a_configured_plan_can_be_recorded(name: str) -> None:
    plan = {"plan_id": name, "label": {}}
    record = {"plan_id": name, "document": True, "face": True, "fingers": [], "placements": [], "signature": True}
    record |= {"use": "enrolment", "portrait": "permit", "exception_photo": False}
    assert not admits(CapturePlan, plan) or admits(PlanRecord, record)
    assert admits(FieldRule, {"name": name, "label": {}}) is admits(CapturePlan, plan)
    technician = {"technician_id": name, "name": "A", "password_hash": "", "languages": []}
    assert admits(Technician, technician) is admits(CapturePlan, plan)
