"""Zones of specimens that others photographed and typed off (the lines lie beside the project, by number)."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.documents.mrz import read_mrz
from appliance.documents.mrz_layout import MrzKind
from appliance.errors import DocumentError
from tests.unit.documents.specimens import TODAY

pytestmark = pytest.mark.shared

_LINES = Path(__file__).parents[4] / "shared" / "data" / "documents" / "mrz-lines"


def _typed(*numbers: int) -> list[str]:
    return [(_LINES / f"{number:03d}.gt.txt").read_text("ascii").rstrip("\n") for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ((5, 6, 4), MrzKind.TD1),
        ((52, 51), MrzKind.TD3),
        ((54, 53), MrzKind.TD3),
        ((55, 56), MrzKind.TD3),
        ((24, 25), MrzKind.MRV_A),
        ((28, 29), MrzKind.MRV_A),
        ((46, 47), MrzKind.MRV_A),
        ((60, 61), MrzKind.MRV_A),
        ((62, 63), MrzKind.MRV_A),
    ],
)
def test_whole_zones_are_read(numbers: tuple[int, ...], kind: MrzKind) -> None:
    assert read_mrz(_typed(*numbers), today=TODAY).kind is kind


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((9, 7, 8), "mrz-check-digit"),
        ((30, 33, 32), "mrz-check-digit"),
        ((26, 27), "mrz-country"),
        ((44, 45), "mrz-date"),
        ((59, 58), "mrz-date"),
        ((37, 36), "mrz-format"),
        ((20, 19), "mrz-format"),
        ((40, 39), "mrz-format"),
    ],
)
def test_invented_specimens_and_cut_lines_are_refused(numbers: tuple[int, ...], code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_mrz(_typed(*numbers), today=TODAY)
    assert refused.value.code == code
