"""Reading machine-readable zones: lines of text in, elements out (ICAO Doc 9303 parts 3 to 7). Pure.

Every position has its alphabet, every check digit is computed, and lines count as they were read: nothing is padded,
stripped or guessed. Not responsible for finding a zone in an image, nor for writing one (`mrz_writer.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from appliance.documents.mrz_check_digit import check_digit
from appliance.documents.mrz_countries import COUNTRY_CODES
from appliance.documents.mrz_dates import birth_date, expiry_date
from appliance.documents.mrz_layout import LAYOUTS, Layout, MrzKind, Span
from appliance.documents.mrz_names import read_names
from appliance.errors import DocumentError

_ALPHABETS = {
    "document_code": re.compile(r"[A-Z][A-Z0-9<]"),
    "issuer": re.compile(r"[A-Z]{1,3}<{0,2}"),
    "nationality": re.compile(r"[A-Z]{1,3}<{0,2}"),
    "document_number": re.compile(r"[A-Z0-9][A-Z0-9<]*"),
    "birth_date": re.compile(r"(?:[0-9]{2}|<<){3}"),
    "expiry_date": re.compile(r"[0-9]{6}"),
    "sex": re.compile(r"[MF<]"),
    "names": re.compile(r"[A-Z<]+"),
    "optional_data": re.compile(r"[A-Z0-9<]*"),
    "optional_data_2": re.compile(r"[A-Z0-9<]*"),
}


@dataclass(frozen=True, kw_only=True)
class Mrz:
    """`elements` by name (`mrz_layout.ELEMENTS`): dates in ISO 8601, fillers as spaces, an unspecified sex as "".

    `check_digits` says per element, and for `composite`, whether its digit is right. `names_cut` is True where the
    name field is full to its last character, so that names may have been cut off.
    """

    kind: MrzKind
    elements: dict[str, str]
    check_digits: dict[str, bool]
    names_cut: bool


def read_mrz(lines: Sequence[str] | str, *, today: date) -> Mrz:
    """A zone whose check digits are all right. `lines` is one string per line, or a string with line breaks.

    Raises DocumentError as `inspect_mrz`, and `mrz-check-digit` naming the first element that fails.
    """
    mrz = inspect_mrz(lines, today=today)
    for element, right in mrz.check_digits.items():
        if not right:
            raise DocumentError(
                f"The check digit of the {element.replace('_', ' ')} in the document's machine-readable zone is wrong: "
                "read it again.",
                code="mrz-check-digit",
            )
    return mrz


def inspect_mrz(lines: Sequence[str] | str, *, today: date) -> Mrz:
    """As `read_mrz`, but a wrong check digit is told in `check_digits` instead of raised.

    Raises DocumentError: `mrz-format` (number and length of lines, document code), `mrz-characters` (a character that
    its position does not allow), `mrz-country`, `mrz-date`, `mrz-names`.
    """
    zone = tuple(lines.removesuffix("\n").split("\n") if isinstance(lines, str) else lines)
    layout = _layout_of(zone)
    raw = {name: span.of(zone) for name, span in layout.spans.items()}
    for name, text in raw.items():
        if not _ALPHABETS[name].fullmatch(text):
            raise _bad_characters(name)
    number, number_right, optional_data = _document_number(layout, zone, raw)
    check_digits = {"document_number": number_right}
    for name in layout.checked[1:]:
        check_digits[name] = _check(layout, zone, name, raw[name])
    if layout.composite_at is not None:
        digit = _digit(zone, layout.composite_at, "composite")
        check_digits["composite"] = check_digit("".join(span.of(zone) for span in layout.composite)) == digit
    surname, given_names = read_names(raw["names"])
    elements = {
        "document_code": raw["document_code"].rstrip("<"),
        "issuer": _country("issuer", raw["issuer"]),
        "surname": surname,
        "given_names": given_names,
        "document_number": _plain(number),
        "nationality": _country("nationality", raw["nationality"]),
        "birth_date": birth_date(raw["birth_date"], today),
        "sex": raw["sex"].rstrip("<"),
        "expiry_date": expiry_date(raw["expiry_date"], today),
        "optional_data": _plain(optional_data),
    }
    if "optional_data_2" in raw:
        elements["optional_data_2"] = _plain(raw["optional_data_2"])
    return Mrz(kind=layout.kind, elements=elements, check_digits=check_digits, names_cut=not raw["names"].endswith("<"))


def _layout_of(zone: tuple[str, ...]) -> Layout:
    for layout in LAYOUTS.values():
        if (
            len(zone) == layout.lines
            and all(len(line) == layout.length for line in zone)
            and zone[0][0] in layout.first_letters
        ):
            return layout
    raise DocumentError(
        "This is not a machine-readable zone of a passport, card or visa, or part of it is missing: read it again.",
        code="mrz-format",
    )


def _digit(zone: tuple[str, ...], span: Span, element: str) -> str:
    digit = span.of(zone)
    if not re.fullmatch("[0-9]", digit):
        raise _bad_characters(f"{element} check digit")
    return digit


def _check(layout: Layout, zone: tuple[str, ...], name: str, text: str) -> bool:
    span = layout.spans[name]
    at = Span(span.line, span.end, span.end + 1)
    if name == "optional_data" and not text.strip("<") and at.of(zone) == "<":
        return True  # Doc 9303-4, §4.2.2: a filler may stand for 0 where the element is not used
    return check_digit(text) == _digit(zone, at, name)


def _document_number(layout: Layout, zone: tuple[str, ...], raw: dict[str, str]) -> tuple[str, bool, str]:
    """The number, whether its digit is right, and the optional data that is left.

    A number of over nine characters goes on in the optional data of a TD1 or TD2, with a filler in the place of its
    check digit, which then follows the number (Doc 9303-5, note j; 9303-6, note j).
    """
    number, span = raw["document_number"], layout.spans["document_number"]
    at = Span(span.line, span.end, span.end + 1)
    if at.of(zone) != "<" or layout.kind not in (MrzKind.TD1, MrzKind.TD2):
        return number, check_digit(number) == _digit(zone, at, "document_number"), raw["optional_data"]
    rest, filler, optional_data = raw["optional_data"].partition("<")
    if not filler or len(rest) < 2 or not rest[-1].isdigit() or "<" in number:
        raise _bad_characters("document_number check digit")
    number += rest[:-1]
    return number, check_digit(number) == rest[-1], optional_data


def _country(element: str, text: str) -> str:
    code = text.rstrip("<")
    if code not in COUNTRY_CODES:
        raise DocumentError(
            f"The {element} in the document's machine-readable zone is not a known code: read it again.",
            code="mrz-country",
        )
    return code


def _plain(text: str) -> str:
    """Trailing fillers are nothing, others stand for a space or a sign that the zone cannot show."""
    return text.rstrip("<").replace("<", " ")


def _bad_characters(element: str) -> DocumentError:
    return DocumentError(
        f"The {element.replace('_', ' ')} in the document's machine-readable zone holds a character that cannot stand "
        "there: read it again.",
        code="mrz-characters",
    )
