"""What is written is read again, for any elements that fit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.documents.mrz import read_mrz
from appliance.documents.mrz_countries import COUNTRY_CODES
from appliance.documents.mrz_layout import LAYOUTS, MrzKind
from appliance.documents.mrz_names import transliterated
from appliance.documents.mrz_writer import write_mrz
from appliance.errors import DocumentError
from tests.unit.documents.specimens import MRV_A, MRV_B, TD1, TD2, TD3, TODAY

_LETTERS = st.characters(min_codepoint=ord("A"), max_codepoint=ord("Z"))
_NUMBERS = st.text(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=1, max_size=9)
_NAMES = st.lists(st.text(_LETTERS, min_size=1, max_size=6), max_size=2).map(" ".join)
_CODES = st.sampled_from(sorted(COUNTRY_CODES))


@st.composite
def _elements(draw: st.DrawFn, kind: MrzKind) -> dict[str, str]:
    layout = LAYOUTS[kind]
    free = layout.spans["optional_data"].length
    return {
        "document_code": draw(st.sampled_from(layout.first_letters)) + draw(st.sampled_from(["", "R", "S"])),
        "issuer": draw(_CODES),
        "surname": draw(_NAMES.filter(bool)),
        "given_names": draw(_NAMES),
        "document_number": draw(_NUMBERS),
        "nationality": draw(_CODES),
        "birth_date": draw(st.dates(TODAY - timedelta(days=36_000), TODAY)).isoformat(),
        "sex": draw(st.sampled_from(["M", "F", ""])),
        "expiry_date": draw(st.dates(date(2000, 1, 1), date(TODAY.year + 15, 12, 31))).isoformat(),
        "optional_data": draw(_NUMBERS)[:free],
    } | ({"optional_data_2": draw(_NUMBERS)} if kind is MrzKind.TD1 else {})


@pytest.mark.parametrize("kind", MrzKind)
@given(data=st.data())
def test_written_and_read_again(kind: MrzKind, data: st.DataObject) -> None:
    elements = data.draw(_elements(kind))
    lines = write_mrz(kind, elements)
    mrz = read_mrz(lines, today=TODAY)
    assert mrz.kind is kind
    assert mrz.elements == elements
    assert write_mrz(kind, mrz.elements) == lines


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (MrzKind.TD1, TD1),
        (MrzKind.TD2, TD2),
        (MrzKind.TD3, TD3),
        (MrzKind.MRV_A, MRV_A),
        (MrzKind.MRV_B, MRV_B),
    ],
)
def test_the_specimens_are_written_as_doc_9303_prints_them(kind: MrzKind, lines: tuple[str, ...]) -> None:
    assert write_mrz(kind, read_mrz(lines, today=TODAY).elements) == lines


@pytest.mark.parametrize("kind", [MrzKind.TD1, MrzKind.TD2])
def test_a_number_of_over_nine_characters_goes_on_in_the_optional_data(kind: MrzKind) -> None:
    elements = read_mrz(TD2, today=TODAY).elements | {"document_number": "D23145890734"}
    if kind is MrzKind.TD1:
        elements |= {"optional_data": "AB1", "optional_data_2": ""}
    lines = write_mrz(kind, elements)
    number = LAYOUTS[kind].spans["document_number"]
    assert lines[number.line][number.end] == "<"
    assert read_mrz(lines, today=TODAY).elements == elements
    wrong = [line.replace("734", "735") for line in lines]
    with pytest.raises(DocumentError) as refused:
        read_mrz(wrong, today=TODAY)
    assert refused.value.code == "mrz-check-digit"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Gonçalves", "GONCALVES"),
        ("d'Ávila-Sousa", "DAVILA<SOUSA"),
        ("Conceição  Magalhães", "CONCEICAO<MAGALHAES"),
        ("Müller", "MUELLER"),
        ("Strauß", "STRAUSS"),
        ("Łukasz Øster", "LUKASZ<OESTER"),
        ("Þórður Åse", "THORDUR<AASE"),
        ("Nguyễn", "NGUYEN"),
        ("ﬁ", "FI"),
        ("名前", ""),
    ],
)
def test_letters_beyond_a_to_z(name: str, written: str) -> None:
    assert transliterated(name) == written


def test_long_names_are_cut_but_both_parts_stay() -> None:
    elements = read_mrz(TD1, today=TODAY).elements | {"surname": "A" * 40, "given_names": "BEATRIZ"}
    mrz = read_mrz(write_mrz(MrzKind.TD1, elements), today=TODAY)
    assert (mrz.elements["surname"], mrz.elements["given_names"]) == ("A" * 27, "B")
    assert mrz.names_cut


@pytest.mark.parametrize(
    ("element", "value", "code"),
    [
        ("document_code", "P", "mrz-element"),
        ("document_number", "D" * 30, "mrz-element"),
        ("document_number", "d1", "mrz-element"),
        ("birth_date", "12.08.1974", "mrz-element"),
        ("expiry_date", "", "mrz-element"),
        ("nationality", "UTOP", "mrz-element"),
        ("surname", "名前", "mrz-names"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(element: str, value: str, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        write_mrz(MrzKind.TD1, read_mrz(TD1, today=TODAY).elements | {element: value})
    assert refused.value.code == code
