"""A report of impressions: one page that stands by itself, says why in both languages and shows every number."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.model.verdict import NOT_JUDGED
from appliance.quality.fingerprint import ALGORITHM, SIMPLE_ALGORITHM
from appliance.quality.nfiq2.names import MEASURES
from appliance.quality.nfiq2.score import measured
from appliance.reports.fingerprint_report import ACTIONABLE, FingerprintFindings, fingerprint_section
from appliance.reports.page import BEGINS, report_page
from appliance.reports.sources import ReportSources, read_sources
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.reports.parsed import Element, parsed, references


@pytest.fixture(scope="module")
def sources() -> ReportSources:
    return read_sources()


def _findings(name: str = "print.png", *, score: int = 61, reasons: tuple[str, ...] = ()) -> FingerprintFindings:
    pixels = draw_fingerprint(1, "right_index", 0)
    found = measured(pixels)
    return FingerprintFindings(
        name, pixels, 3, 5, score, ALGORITHM, reasons, (), found.native, found.minutiae, found.measures
    )


def _unscored(name: str = "blank.png") -> FingerprintFindings:
    pixels = np.full((300, 200), 255, np.uint8)
    return FingerprintFindings(name, pixels, 0, 0, NOT_JUDGED, "some-algorithm/1", ("empty-image",))


def _html(sources: ReportSources, *findings: FingerprintFindings) -> str:
    sections = [fingerprint_section(one, sources, number) for number, one in enumerate(findings, 1)]
    return report_page(sections, sources, "fingerprint")


@pytest.fixture(scope="module")
def page(sources: ReportSources) -> Element:
    html = _html(sources, _findings(), _unscored())
    assert html.startswith(BEGINS)
    return parsed(html)


def test_it_fetches_nothing_and_runs_nothing(page: Element) -> None:
    assert all(reference.startswith(("#", "data:image/png;base64,")) for reference in references(page))
    assert not {one.tag for one in page.everything()} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    names = {name for one in page.everything() for name in one.attributes}
    assert [name for name in names if name == "style" or name.startswith("on")] == []
    (style,) = page.all_of("style")
    assert re.findall(r"url\(|@import|https?:", style.text) == []


def test_its_policy_forbids_all_but_its_own_pictures_and_style(page: Element) -> None:
    (style,) = page.all_of("style")
    (policy,) = [meta.attribute("content") for meta in page.all_of("meta") if meta.attribute("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'")


def test_every_name_is_there_once_and_every_reference_leads_to_one(page: Element) -> None:
    names = [one.attributes["id"] for one in page.everything() if "id" in one.attributes]
    assert len(set(names)) == len(names)
    inside = {reference[1:] for reference in references(page) if reference.startswith("#")}
    labelled = {one.attribute(at) for one in page.everything() for at in ("aria-labelledby", "for")}
    assert inside | labelled <= {*names, ""}


def test_every_picture_says_what_it_shows(page: Element) -> None:
    pictures = [one for one in page.all_of("svg") if one.attribute("aria-hidden") != "true"]
    assert all(one.attribute("role") == "img" and one.attribute("aria-labelledby") for one in pictures)
    captions = page.all_of("figcaption")
    assert len(captions) == 5 + 1
    assert all(one.said(language).strip() for one in captions for language in ("pt", "en"))


def test_the_five_pictures_have_one_scale(page: Element) -> None:
    of_print = page.all_of("section")[0]
    boxes = {figure.all_of("svg")[0].attribute("viewbox") for figure in of_print.all_of("figure")}
    assert len(boxes) == 1


def test_every_measure_has_its_row(page: Element) -> None:
    rows = [row.all_of("th")[0].text for row in page.all_of("section")[0].all_of("tr")]
    for name in (*MEASURES, *ACTIONABLE):
        assert rows.count(name) == 1, name


def test_there_are_as_many_marks_as_minutiae(page: Element) -> None:
    minutiae = _findings().minutiae
    assert minutiae is not None
    marks = page.all_of("g", "mark")
    assert len(marks) == len(minutiae) > 0
    for number, kind in ((1, "ending"), (2, "bifurcation"), (0, "unclear")):
        assert len(page.all_of("g", kind)) == int((minutiae.kind == number).sum())
    first = marks[0].all_of("title")[0].text
    assert f"x {minutiae.x[0] + 5}, y {minutiae.y[0] + 3}" in first


def test_ticks_lie_along_the_ridges(sources: ReportSources) -> None:
    y, x = np.mgrid[:320, :320]
    for along_deg in (0, 30, 75, 120, 160):
        across = np.radians(along_deg) + np.pi / 2
        wave = np.cos(2 * np.pi / 9 * (x * np.cos(across) - y * np.sin(across)))
        pixels = np.asarray(127 + 100 * wave, np.uint8)
        native = measured(pixels).native
        html = fingerprint_section(FingerprintFindings("", pixels, 0, 0, 1, "", native=native), sources, 1).html
        shown = [int(tick.all_of("title")[0].text.rstrip("°")) for tick in parsed(html).all_of("path", "counted")]
        off = [abs((degrees - along_deg + 90) % 180 - 90) for degrees in shown]
        assert off
        assert max(off) <= 3


def test_the_impression_is_shown_as_it_was_scored(page: Element) -> None:
    (picture,) = page.all_of("section")[0].all_of("image")
    data = base64.b64decode(picture.attribute("href").removeprefix("data:image/png;base64,"))
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(np.asarray(shown), _findings().pixels)


def test_both_languages_say_everything(page: Element) -> None:
    def spans(language: str) -> list[Element]:
        return [one for one in page.all_of("span") if one.attribute("lang") == language]

    assert len(spans("pt")) == len(spans("en")) > 100
    assert all(one.text.strip() for language in ("pt", "en") for one in spans(language))
    assert [one.text for one in page.everything() if re.search(r"report\.[a-z]", one.text)] == []
    assert "O que fez a pontuação" in page.said("pt")
    assert "What made the score" in page.said("en")
    assert "What made the score" not in page.said("pt")


def test_measures_did_not_make_a_score_that_simpler_ones_gave(sources: ReportSources) -> None:
    page = parsed(_html(sources, replace(_findings(), algorithm=SIMPLE_ALGORITHM)))
    assert "What made the score" not in page.said("en")
    assert "What was measured" in page.said("en")


def test_the_scale_marks_the_least_scores_and_says_for_which_fingers_it_is_enough(sources: ReportSources) -> None:
    page = parsed(_html(sources, _findings(score=25)))
    assert [one.text for one in page.all_of("svg", "bar")[0].all_of("text")] == ["10", "20", "30", "0", "100"]
    assert ["enough" in one.attribute("class") for one in page.all_of("ul", "fingers")[0].all_of("li")] == [
        True,
        True,
        False,
    ]


def test_no_score_is_enough_where_something_stands_in_the_way(sources: ReportSources) -> None:
    page = parsed(_html(sources, _findings(score=90, reasons=("no-ridges",))))
    assert page.all_of("li", "enough") == []
    assert "carregue" not in page.all_of("ul", "reasons")[0].said("pt")
    assert "pouse a polpa do dedo" in page.all_of("ul", "reasons")[0].said("pt")


def test_what_could_not_be_scored_says_why(page: Element) -> None:
    unscored = page.all_of("section")[1]
    assert "255 não avaliada" in re.sub(r"\s+", " ", unscored.said("pt"))
    assert "255 not scored" in re.sub(r"\s+", " ", unscored.said("en"))
    assert "Não se vê nenhum dedo" in unscored.all_of("ul", "reasons")[0].said("pt")
    assert unscored.all_of("table") == []
    assert len(unscored.all_of("figure")) == 1


def test_what_was_measured_and_not_scored_shows_its_maps_all_the_same(sources: ReportSources) -> None:
    page = parsed(_html(sources, _findings(score=NOT_JUDGED, reasons=("no-ridges",))))
    assert len(page.all_of("figure")) == 5
    assert page.all_of("svg", "bar") == []


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.png",
        "\"'><b>.png",
        "a\u202egnp.exe",
        "\udcff\udcfe.png",
        "{{ 7*7 }}",
        "a\0b\n.png",
        "",
    ],
)
def test_a_name_is_text_and_nothing_else(sources: ReportSources, name: str) -> None:
    _holds_only_text(sources, name)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=40) | st.text(st.sampled_from("<>&\"'/!-{}%=# \n`]["), max_size=20))
def test_no_name_breaks_out(name: str) -> None:
    _holds_only_text(_SOURCES, name)


_SOURCES = read_sources()


def _holds_only_text(sources: ReportSources, name: str) -> None:
    html = _html(sources, _unscored(name), _unscored("b"))
    html.encode()
    page, plain = parsed(html), parsed(_html(sources, _unscored("a"), _unscored("b")))
    assert [(one.tag, sorted(one.attributes)) for one in page.everything()] == [
        (one.tag, sorted(one.attributes)) for one in plain.everything()
    ]
    shown = page.all_of("bdi")[0].text
    assert len(shown) == len(name)
    assert shown.isprintable()
