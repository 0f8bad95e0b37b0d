"""Where each element stands in the five machine-readable zones of ICAO Doc 9303 (parts 4, 5, 6 and 7). Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MrzKind(StrEnum):
    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True)
class Span:
    """`line` from 0; `start` and `end` as in a slice."""

    line: int
    start: int
    end: int

    def of(self, lines: tuple[str, ...]) -> str:
        return lines[self.line][self.start : self.end]

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`checked` are the elements whose check digit is the next character. `composite` covers the spans before it."""

    kind: MrzKind
    lines: int
    length: int
    first_letters: str
    spans: dict[str, Span]
    checked: tuple[str, ...]
    composite: tuple[Span, ...]
    composite_at: Span | None


_SECOND_LINE = {
    "document_number": Span(1, 0, 9),
    "nationality": Span(1, 10, 13),
    "birth_date": Span(1, 13, 19),
    "sex": Span(1, 20, 21),
    "expiry_date": Span(1, 21, 27),
}
"""Common to all zones of two lines."""

_FRONT = {"document_code": Span(0, 0, 2), "issuer": Span(0, 2, 5)}
_DATED = ("document_number", "birth_date", "expiry_date")

_TD1 = Layout(
    kind=MrzKind.TD1,
    lines=3,
    length=30,
    first_letters="ACI",
    spans=_FRONT
    | {
        "document_number": Span(0, 5, 14),
        "optional_data": Span(0, 15, 30),
        "birth_date": Span(1, 0, 6),
        "sex": Span(1, 7, 8),
        "expiry_date": Span(1, 8, 14),
        "nationality": Span(1, 15, 18),
        "optional_data_2": Span(1, 18, 29),
        "names": Span(2, 0, 30),
    },
    checked=_DATED,
    composite=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
    composite_at=Span(1, 29, 30),
)
_TD2 = Layout(
    kind=MrzKind.TD2,
    lines=2,
    length=36,
    first_letters="ACI",
    spans=_FRONT | _SECOND_LINE | {"names": Span(0, 5, 36), "optional_data": Span(1, 28, 35)},
    checked=_DATED,
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)),
    composite_at=Span(1, 35, 36),
)
_TD3 = Layout(
    kind=MrzKind.TD3,
    lines=2,
    length=44,
    first_letters="P",
    spans=_FRONT | _SECOND_LINE | {"names": Span(0, 5, 44), "optional_data": Span(1, 28, 42)},
    checked=(*_DATED, "optional_data"),
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)),
    composite_at=Span(1, 43, 44),
)
_MRV_A = Layout(
    kind=MrzKind.MRV_A,
    lines=2,
    length=44,
    first_letters="V",
    spans=_FRONT | _SECOND_LINE | {"names": Span(0, 5, 44), "optional_data": Span(1, 28, 44)},
    checked=_DATED,
    composite=(),
    composite_at=None,
)
_MRV_B = Layout(
    kind=MrzKind.MRV_B,
    lines=2,
    length=36,
    first_letters="V",
    spans=_FRONT | _SECOND_LINE | {"names": Span(0, 5, 36), "optional_data": Span(1, 28, 36)},
    checked=_DATED,
    composite=(),
    composite_at=None,
)

LAYOUTS = {layout.kind: layout for layout in (_TD1, _TD2, _TD3, _MRV_A, _MRV_B)}

ELEMENTS = (
    "document_code",
    "issuer",
    "surname",
    "given_names",
    "document_number",
    "nationality",
    "birth_date",
    "sex",
    "expiry_date",
    "optional_data",
    "optional_data_2",
)
"""What a read zone is made of; `optional_data_2` exists on TD1 only."""
