"""Nothing is acknowledged that could not be read back after a restart."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from appliance.attendance.register import Register
from appliance.attendance.target import document_target
from appliance.errors import AttendanceError
from appliance.model.applicant import FieldValue, Origin, Representative, Standing
from appliance.model.attendance import ApplicantEntered, Attempted, Event, Step
from tests.unit.attendance.box import Box, MemoryJournal
from tests.unit.attendance.makers import AT, WHO, attempt, entered, opened

replace = msgspec.structs.replace


def somebody(name: str, proof: str = "Certidão 12") -> Representative:
    return Representative(name=name, standing=Standing.PARENT, proof=proof)


def valued(value: str) -> ApplicantEntered:
    return replace(entered(), fields={"birth-date": FieldValue(value=value, origin=Origin.TECHNICIAN)})


def measured(value: float) -> Attempted:
    made = attempt(document_target(3), 80)
    measured = replace(made.verdict, measures={"sharpness": value})
    return Attempted(at=AT, technician_id=WHO, target="document", attempt=replace(made, verdict=measured))


UNREADABLE: dict[str, Event] = {
    "a representative's name of 500 characters": replace(entered(), representative=somebody("x" * 500)),
    "a value of 201 characters": valued("x" * 201),
    "half a character": valued("\ud800"),
    "a measure that is no number": measured(float("nan")),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_an_event_that_cannot_be_read_back_is_not_acknowledged(name: str) -> None:
    journal = MemoryJournal()
    register = Register(journal)
    before = await register.append("a" * 32, opened())
    stored = list(journal.streams_by_id["a" * 32])
    with pytest.raises(AttendanceError) as refused:
        await register.append("a" * 32, UNREADABLE[name])
    assert refused.value.code == "event-unreadable"
    assert (register.get("a" * 32), journal.streams_by_id["a" * 32]) == (before, stored)


async def test_what_is_known_is_what_a_restart_would_read() -> None:
    journal = MemoryJournal()
    register = Register(journal)
    await register.append("a" * 32, opened())
    known = await register.append("a" * 32, measured(12))
    again = Register(journal)
    await again.load(AT)
    assert again.get("a" * 32) == known


@pytest.mark.parametrize(
    ("name", "proof"), [("x" * 500, "Certidão 12"), ("Rosa", "x" * 201), ("Ro\x00sa", "Certidão 12"), ("Rosa", " ")]
)
async def test_a_representative_that_the_record_cannot_hold_is_refused(
    boxes: Callable[..., Box], name: str, proof: str
) -> None:
    box = boxes()
    one = await box.at(Step.APPLICANT)
    with pytest.raises(AttendanceError) as refused:
        await box.service.enter_applicant(one, WHO, {"surname": "SILVA"}, somebody(name, proof))
    assert refused.value.code == "applicant-fields"
    await box.recovered()
    assert box.service.register.damaged == {}
    assert box.service.register.get(one).step is Step.APPLICANT
