"""What stands in the way is told by typical values, whichever side is the better one."""

from __future__ import annotations

import pytest

from appliance.quality.nfiq2.names import FOREGROUND, MEASURES, ROI_GREY
from appliance.reports.fingerprint_report import ACTIONABLE
from appliance.reports.influences import Better, Standing, influences
from appliance.reports.sources import LOCALES
from appliance.reports.typical import TYPICAL, Typical
from appliance.web.catalogues import LANGUAGES, read_catalogue

_MEDIANS = {name: typical.median for name, typical in TYPICAL.items()}


def test_every_measure_has_its_typical_values_in_order() -> None:
    assert set(TYPICAL) == {*MEASURES, *ACTIONABLE}
    assert all(list(typical) == sorted(typical) for typical in TYPICAL.values())


def test_the_median_impression_is_typical_in_everything() -> None:
    assert {one.standing for one in influences(_MEDIANS)} == {Standing.TYPICAL}


@pytest.mark.parametrize(
    ("measure", "code", "low", "high"),
    [
        (FOREGROUND, "area", Standing.POOR, Standing.GOOD),
        (ROI_GREY, "grey", Standing.DARK, Standing.PALE),
        ("LCS_Bin10_Mean", "lcs", Standing.POOR, Standing.GOOD),
        ("OF_Bin10_Mean", "of", Standing.GOOD, Standing.POOR),
        ("RVUP_Bin10_StdDev", "rvu", Standing.GOOD, Standing.POOR),
    ],
)
def test_the_better_side_is_each_measures_own(measure: str, code: str, low: Standing, high: Standing) -> None:
    for value, standing in ((TYPICAL[measure].lowest - 1, low), (TYPICAL[measure].highest + 1, high)):
        found = {one.code: one for one in influences({**_MEDIANS, measure: value})}
        assert found[code].standing is standing


def test_what_stands_in_the_way_comes_first() -> None:
    found = influences({**_MEDIANS, "OF_Bin10_Mean": 0.6, "LCS_Bin10_Mean": 0.2})
    assert [one.code for one in found][:2] == ["lcs", "of"]
    assert [one.standing.is_in_the_way for one in found].count(True) == 2


def test_further_right_is_better() -> None:
    for one in influences(_MEDIANS):
        typical: Typical = one.typical
        worse, better = one.at(typical.lowest), one.at(typical.highest)
        assert (worse, better) == ((1.0, 0.0) if one.better is Better.LOW else (0.0, 1.0))
        assert one.at(typical.highest + 100) == better


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_influence_has_its_words(language: str) -> None:
    words = read_catalogue(language, LOCALES)
    for one in influences(_MEDIANS):
        sides = ("dark", "pale") if one.better is Better.MIDDLE else ("poor",)
        for key in ("", ".what", *(f".{side}" for side in sides)):
            assert words.find(f"report.influence.{one.code}{key}"), one.code + key


def test_the_languages_have_the_same_keys_and_none_of_the_pages() -> None:
    keys = [set(read_catalogue(language, LOCALES).messages) for language in LANGUAGES]
    assert all(key == keys[0] for key in keys)
    assert not keys[0] & set(read_catalogue("en").messages)
