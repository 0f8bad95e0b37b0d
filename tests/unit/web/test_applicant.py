"""The applicant's form: what was typed stays, what is wrong is marked, and what is odd is remarked but never blocks."""

from __future__ import annotations

import re

import pytest

from tests.unit.web.counter import MRZ, Person

EXPIRED = "passou a data de validade"
TYPED = {"field:surname": "SILVA", "field:given-names": "", "field:birth-date": ""}


def _field(page: str, name: str) -> str:
    """The one field's own tag."""
    found = re.findall(rf'<(?:input|select)[^>]* name="{re.escape(name)}"[^>]*>', page)
    assert len(found) == 1, found
    return str(found[0])


async def test_reading_the_document_keeps_what_was_typed_and_fills_the_rest(ana: Person) -> None:
    path = await ana.open()
    person = {"representative_name": "Rosa Silva", "representative_standing": "guardian", "representative_proof": ""}
    status, page = await ana.submit(f"{path}/mrz", lines=MRZ, **TYPED, **person)
    assert status == 200
    assert 'value="SILVA"' in _field(page, "field:surname")
    assert "O documento diz: ERIKSSON" in page
    assert 'value="ANNA MARIA"' in _field(page, "field:given-names")
    assert page.count("lido do documento") == 3
    assert 'value="Rosa Silva"' in _field(page, "representative_name")
    assert '<option value="guardian" selected>' in page
    assert "data-typed" in page


async def test_what_was_typed_over_the_document_is_the_technicians(ana: Person) -> None:
    path = await ana.open()
    await ana.post(f"{path}/mrz", lines=MRZ, **TYPED)
    _, view = await ana.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": "1974-08-12"})
    assert {name: field["origin"] for name, field in view["applicant"].items()} == {
        "surname": "technician",
        "birth-date": "mrz",
    }


async def test_a_second_document_replaces_what_the_first_one_gave(ana: Person) -> None:
    path = await ana.open()
    await ana.submit(f"{path}/mrz", lines=MRZ)
    other = MRZ.replace("ERIKSSON<<", "BERGSSON<<")
    _, page = await ana.submit(f"{path}/mrz", lines=other, **{"field:surname": "ERIKSSON"})
    assert 'value="BERGSSON"' in _field(page, "field:surname")


async def test_a_zone_that_cannot_be_read_loses_nothing_either(ana: Person) -> None:
    path = await ana.open()
    status, page = await ana.submit(f"{path}/mrz", lines="P<UTO", **TYPED)
    assert status == 422
    assert 'value="SILVA"' in _field(page, "field:surname")


@pytest.mark.parametrize(
    ("fields", "wrong", "said"),
    [
        ({"field:birth-date": "1990-05-01"}, ["field:surname"], "Falta preencher este campo."),
        ({"field:surname": "SILVA", "field:birth-date": "2999-01-01"}, ["field:birth-date"], "não pode estar por vir"),
        ({"field:surname": "S" * 90, "field:birth-date": "1990-05-01"}, ["field:surname"], "mais curto"),
        (
            {"field:surname": "SILVA", "field:birth-date": "1990-05-01", "representative_name": "Rosa",
             "representative_standing": "parent"},
            ["representative_proof"], "Falta preencher este campo.",
        ),
        (
            {"field:surname": "SILVA", "field:birth-date": "1990-05-01", "representative_proof": "Certidão",
             "representative_standing": "parent"},
            ["representative_name"], "Falta preencher este campo.",
        ),
        (
            {"field:surname": "SILVA", "field:birth-date": "1990-05-01", "representative_name": "R" * 201,
             "representative_standing": "parent"},
            ["representative_name"], "mais curto",
        ),
    ],
)  # fmt: skip
async def test_the_fields_that_are_wrong_are_marked_each_with_its_reason(
    ana: Person, fields: dict[str, str], wrong: list[str], said: str
) -> None:
    path = await ana.open()
    status, page = await ana.submit(f"{path}/applicant", **fields)
    assert (status, "applicant-fields" in page) == (409, True)
    names = re.findall(r'name="([^"]*)"[^>]* aria-invalid="true" aria-describedby="([^"]*)"', page)
    assert [name for name, _ in names] == wrong
    for _, described_by in names:
        assert re.search(rf'id="{described_by}">[^<]*{re.escape(said)}', page)


async def test_a_document_that_has_run_out_is_remarked_and_stops_nobody(ana: Person) -> None:
    path = await ana.open("one")
    assert EXPIRED not in (await ana.see(path))[1]
    await ana.submit(f"{path}/mrz", lines=MRZ)
    assert EXPIRED in (await ana.see(path))[1]
    fields = {"field:surname": "SILVA", "field:birth-date": "1990-05-01", "field:expiry": "2012-04-15"}
    status, _ = await ana.post(f"{path}/applicant", **fields)
    assert status == 200
    assert EXPIRED in (await ana.see(f"{path}?edit=applicant"))[1]
    await ana.post(f"{path}/notice", language="pt")
    await ana.post(f"{path}/capture", target="right_hand")
    await ana.post(f"{path}/unable-to-sign", reason="x")
    assert EXPIRED in (await ana.see(path))[1]
    await ana.post(f"{path}/applicant", **{**fields, "field:expiry": "2031-04-15"})
    assert EXPIRED not in (await ana.see(path))[1]
    # Whoever signed, signed for other data.
    await ana.post(f"{path}/unable-to-sign", reason="x")
    assert (await ana.post(f"{path}/seal"))[1]["step"] == "sealed"


async def test_a_document_is_good_on_its_last_day(ana: Person) -> None:
    path = await ana.open()
    today = ana.counter.clock.now().date().isoformat()
    _, page = await ana.submit(f"{path}/mrz", lines=MRZ, **{"field:expiry": today})
    assert EXPIRED not in page
