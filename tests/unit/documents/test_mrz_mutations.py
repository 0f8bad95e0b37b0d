"""One character read wrongly: whatever a check digit can notice is refused, in every zone and at every position."""

from __future__ import annotations

import pytest

from appliance.documents.mrz import read_mrz
from appliance.documents.mrz_layout import LAYOUTS, MrzKind
from appliance.errors import DocumentError
from tests.unit.documents.specimens import MRV_A, MRV_B, TD1, TD2, TD3, TODAY

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_ZONES = {MrzKind.TD1: TD1, MrzKind.TD2: TD2, MrzKind.TD3: TD3, MrzKind.MRV_A: MRV_A, MrzKind.MRV_B: MRV_B}


def _value(character: str) -> int:
    return 0 if character == "<" else _CHARACTERS.index(character)


def _covered(kind: MrzKind) -> set[tuple[int, int]]:
    layout = LAYOUTS[kind]
    own = {
        (span.line, at)
        for name in layout.checked
        for span in [layout.spans[name]]
        for at in range(span.start, span.end + 1)
    }
    composite = {(span.line, at) for span in layout.composite for at in range(span.start, span.end)}
    return own | composite | ({(layout.composite_at.line, layout.composite_at.start)} if layout.composite_at else set())


@pytest.mark.parametrize("kind", MrzKind)
def test_one_changed_character_is_refused_unless_its_value_is_the_same_to_the_check_digit(kind: MrzKind) -> None:
    zone = _ZONES[kind]
    passed = []
    for line, at in sorted(_covered(kind)):
        original = zone[line][at]
        for character in _CHARACTERS:
            if (_value(character) - _value(original)) % 10 == 0:
                continue  # Doc 9303's digit cannot tell these apart: 0, A, K, U and the filler, for one
            changed = zone[line][:at] + character + zone[line][at + 1 :]
            lines = [*zone[:line], changed, *zone[line + 1 :]]
            try:
                read_mrz(lines, today=TODAY)
            except DocumentError:
                continue
            passed.append((line, at, character))
    assert passed == []


@pytest.mark.parametrize("kind", MrzKind)
def test_no_single_character_breaks_the_reader(kind: MrzKind) -> None:
    """Whatever a camera or a hostile document holds, the answer is a zone or one of our errors."""
    zone = _ZONES[kind]
    answers = set()
    for line, text in enumerate(zone):
        for at in range(len(text)):
            for character in ("0", "A", "<", " ", "é", "\0", "９"):
                lines = [*zone[:line], text[:at] + character + text[at + 1 :], *zone[line + 1 :]]
                try:
                    read_mrz(lines, today=TODAY)
                except DocumentError as error:
                    answers.add(error.code)
    assert answers <= {"mrz-format", "mrz-characters", "mrz-country", "mrz-date", "mrz-names", "mrz-check-digit"}
