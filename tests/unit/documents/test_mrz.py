"""Reading machine-readable zones, beginning with the specimens printed in ICAO Doc 9303."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.documents.mrz import inspect_mrz, read_mrz
from appliance.documents.mrz_layout import MrzKind
from appliance.errors import DocumentError
from tests.unit.documents.specimens import MRV_A, MRV_B, TD1, TD2, TD3, TODAY

ANNA = {"surname": "ERIKSSON", "given_names": "ANNA MARIA", "sex": "F", "issuer": "UTO"}
CARD = ANNA | {
    "document_code": "I",
    "document_number": "D23145890",
    "nationality": "UTO",
    "birth_date": "1974-08-12",
    "expiry_date": "2012-04-15",
    "optional_data": "",
}
VISA = ANNA | {
    "document_code": "V",
    "document_number": "L8988901C",
    "nationality": "XXX",
    "birth_date": "1940-09-07",
    "expiry_date": "1996-12-10",
}


@pytest.mark.parametrize(
    ("lines", "kind", "elements", "digits"),
    [
        (TD1, MrzKind.TD1, CARD | {"optional_data_2": ""}, 4),
        (TD2, MrzKind.TD2, CARD, 4),
        (
            TD3,
            MrzKind.TD3,
            CARD | {"document_code": "P", "document_number": "L898902C3", "optional_data": "ZE184226B"},
            5,
        ),
        (MRV_A, MrzKind.MRV_A, VISA | {"optional_data": "6ZE184226B"}, 3),
        (MRV_B, MrzKind.MRV_B, VISA | {"optional_data": ""}, 3),
    ],
    ids=["TD1", "TD2", "TD3", "MRV-A", "MRV-B"],
)
def test_the_specimens_of_doc_9303(
    lines: tuple[str, ...], kind: MrzKind, elements: dict[str, str], digits: int
) -> None:
    mrz = read_mrz(lines, today=TODAY)
    assert mrz.kind is kind
    assert mrz.elements == elements
    assert list(mrz.check_digits.values()) == [True] * digits
    assert not mrz.names_cut
    assert read_mrz("\n".join(lines), today=TODAY) == read_mrz("\n".join(lines) + "\n", today=TODAY) == mrz


def _changed(lines: tuple[str, ...], line: int, start: int, text: str) -> tuple[str, ...]:
    changed = list(lines)
    changed[line] = changed[line][:start] + text + changed[line][start + len(text) :]
    return tuple(changed)


REFUSED = [
    ("nothing", (), "mrz-format"),
    ("empty lines", ("", ""), "mrz-format"),
    ("one line", TD3[:1], "mrz-format"),
    ("a line too many", (*TD3, TD3[1]), "mrz-format"),
    ("a character short", (TD3[0], TD3[1][:-1]), "mrz-format"),
    ("a character over", (TD3[0], TD3[1] + "<"), "mrz-format"),
    ("a trailing space", (TD3[0], TD3[1] + " "), "mrz-format"),
    ("TD2 padded to the length of TD3", tuple(line.ljust(44, "<") for line in TD2), "mrz-format"),
    ("the same, made a passport", _changed(tuple(line.ljust(44, "<") for line in TD2), 0, 0, "P"), "mrz-characters"),
    ("TD2 cut from TD3", tuple(line[:36] for line in TD3), "mrz-format"),
    ("TD1 in two lines", TD1[:2], "mrz-format"),
    ("lines swapped", TD3[::-1], "mrz-format"),
    ("lower case", _changed(TD3, 0, 5, "eriksson"), "mrz-characters"),
    ("a digit in the name", _changed(TD3, 0, 5, "ER1KSSON"), "mrz-characters"),
    ("a letter in a date", _changed(TD3, 1, 13, "74O812"), "mrz-characters"),
    ("a letter as check digit", _changed(TD3, 1, 9, "G"), "mrz-characters"),
    ("a filler as check digit", _changed(TD3, 1, 9, "<"), "mrz-characters"),
    ("a filler as composite", _changed(TD3, 1, 43, "<"), "mrz-characters"),
    ("a filler for the digit of a used field", _changed(TD3, 1, 42, "<"), "mrz-characters"),
    ("no document number", _changed(TD3, 1, 0, "<<<<<<<<<0"), "mrz-characters"),
    ("an unknown sex", _changed(TD3, 1, 20, "X"), "mrz-characters"),
    ("digits of another script", _changed(TD3, 1, 13, "٧٤٠٨١٢"), "mrz-characters"),
    ("a half-known date", _changed(TD3, 1, 13, "7<0812"), "mrz-characters"),
    ("no expiry date", _changed(TD3, 1, 21, "<<<<<<0"), "mrz-characters"),
    ("an unknown issuer", _changed(TD3, 0, 2, "QQQ"), "mrz-country"),
    ("an unknown nationality", _changed(TD3, 1, 10, "ZZZ"), "mrz-country"),
    ("no issuer", _changed(TD3, 0, 2, "<<<"), "mrz-characters"),
    ("no such day", _changed(TD3, 1, 13, "7402300"), "mrz-date"),
    ("no such month", _changed(TD3, 1, 21, "1213159"), "mrz-date"),
    ("a name that begins with a filler", _changed(TD3, 0, 5, "<"), "mrz-names"),
    ("no name", _changed(TD3, 0, 5, "<" * 39), "mrz-names"),
    ("three parts", _changed(TD3, 0, 5, "ERIKSSON<<ANNA<<MARIA"), "mrz-names"),
]


@pytest.mark.parametrize(("lines", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_not_a_zone_is_refused(lines: tuple[str, ...], code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        inspect_mrz(lines, today=TODAY)
    assert refused.value.code == code
    assert not any(value in refused.value.sentence for value in ("ERIKSSON", "L898902C3", "740812"))


@pytest.mark.parametrize(
    ("element", "line", "start", "text"),
    [
        ("document number", 1, 0, "L898902C4"),
        ("document number", 1, 9, "7"),
        ("birth date", 1, 13, "740813"),
        ("expiry date", 1, 21, "120416"),
        ("optional data", 1, 28, "ZE184226C"),
        ("composite", 1, 43, "1"),
    ],
)
def test_a_wrong_check_digit_names_its_element_and_not_its_value(
    element: str, line: int, start: int, text: str
) -> None:
    lines = _changed(TD3, line, start, text)
    with pytest.raises(DocumentError) as refused:
        read_mrz(lines, today=TODAY)
    assert refused.value.code == "mrz-check-digit"
    assert element in refused.value.sentence
    assert text not in refused.value.sentence
    assert inspect_mrz(lines, today=TODAY).check_digits[element.replace(" ", "_")] is False


def test_an_unused_field_may_have_a_filler_or_a_zero_for_its_check_digit() -> None:
    for digit in "<0":
        lines = _changed(TD3, 1, 28, "<" * 14 + digit + "8")
        assert read_mrz(lines, today=TODAY).elements["optional_data"] == ""


def test_names_without_a_second_part_and_names_that_fill_the_line() -> None:
    single = _changed(TD3, 0, 5, "ARKFREITH".ljust(39, "<"))
    assert read_mrz(single, today=TODAY).elements["surname"] == "ARKFREITH"
    assert read_mrz(single, today=TODAY).elements["given_names"] == ""
    full = _changed(TD3, 0, 5, ("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<KRASUANG")[:39])
    assert read_mrz(full, today=TODAY).names_cut


@pytest.mark.parametrize(
    ("birth", "expiry", "today", "birth_date", "expiry_date"),
    [
        ("260504", "410504", date(2026, 5, 4), "2026-05-04", "2041-05-04"),
        ("260505", "420504", date(2026, 5, 4), "1926-05-05", "1942-05-04"),
        ("000229", "260503", date(2026, 5, 4), "2000-02-29", "2026-05-03"),
        ("7408<<", "991231", date(2026, 5, 4), "1974-08-XX", "1999-12-31"),
        ("26<<<<", "300101", date(2026, 5, 4), "2026-XX-XX", "2030-01-01"),
        ("2606<<", "300101", date(2026, 5, 4), "1926-06-XX", "2030-01-01"),
        ("<<<<<<", "300101", date(2026, 5, 4), "XXXX-XX-XX", "2030-01-01"),
    ],
    ids=["born today", "born tomorrow is a century ago", "leap day", "no day", "no month", "later month", "unknown"],
)
def test_two_digits_of_a_year(birth: str, expiry: str, today: date, birth_date: str, expiry_date: str) -> None:
    lines = _changed(_changed(TD3, 1, 13, birth), 1, 21, expiry)
    elements = inspect_mrz(lines, today=today).elements
    assert (elements["birth_date"], elements["expiry_date"]) == (birth_date, expiry_date)
