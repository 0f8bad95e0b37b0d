"""Writing machine-readable zones, with every check digit: for specimens, drawn documents and tests. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from appliance.documents.mrz_check_digit import check_digit
from appliance.documents.mrz_layout import LAYOUTS, MrzKind
from appliance.documents.mrz_names import write_names
from appliance.errors import DocumentError

_LONG_NUMBER = 9


def write_mrz(kind: MrzKind, elements: Mapping[str, str]) -> tuple[str, ...]:
    """The lines for `elements` as `read_mrz` names and shapes them (ISO dates, names in any Latin spelling).

    Elements left out are empty. Raises DocumentError `mrz-element` naming what does not fit, or `mrz-names`.
    """
    layout = LAYOUTS[kind]
    if elements.get("document_code", "")[:1] not in tuple(layout.first_letters):
        raise _does_not_fit("document_code")
    names = layout.spans["names"]
    fields = dict.fromkeys(layout.spans, "")
    for name in fields:
        if name != "names":
            fields[name] = _field(name, elements.get(name, ""))
    fields["names"] = write_names(elements.get("surname", ""), elements.get("given_names", ""), names.length)
    long_number = len(fields["document_number"]) > _LONG_NUMBER and kind in (MrzKind.TD1, MrzKind.TD2)
    if long_number:
        number = fields["document_number"]
        fields["document_number"] = number[:_LONG_NUMBER]
        fields["optional_data"] = f"{number[_LONG_NUMBER:]}{check_digit(number)}<{fields['optional_data']}"
    lines = [["<"] * layout.length for _ in range(layout.lines)]
    for name, span in layout.spans.items():
        if len(fields[name]) > span.length:
            raise _does_not_fit(name)
        lines[span.line][span.start : span.end] = fields[name].ljust(span.length, "<")
    for name in layout.checked:
        span = layout.spans[name]
        text = "".join(lines[span.line][span.start : span.end])
        unused = name == "optional_data" and not text.strip("<")
        moved = name == "document_number" and long_number
        lines[span.line][span.end] = "<" if unused or moved else check_digit(text)
    if layout.composite_at is not None:
        at = layout.composite_at
        covered = "".join("".join(lines[span.line][span.start : span.end]) for span in layout.composite)
        lines[at.line][at.start] = check_digit(covered)
    return tuple("".join(line) for line in lines)


def _field(name: str, value: str) -> str:
    if name in ("birth_date", "expiry_date"):
        match = re.fullmatch(r"[0-9X]{2}([0-9]{2}|XX)-([0-9]{2}|XX)-([0-9]{2}|XX)", value)
        if match is None:
            raise _does_not_fit(name)
        return "".join(match.groups()).replace("X", "<")
    text = value.replace(" ", "<")
    if not re.fullmatch(r"[A-Z0-9<]*", text):
        raise _does_not_fit(name)
    return text


def _does_not_fit(name: str) -> DocumentError:
    return DocumentError(f"The {name.replace('_', ' ')} does not fit into a machine-readable zone.", code="mrz-element")
