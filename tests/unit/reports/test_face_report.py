"""A report of a portrait: it shows what the verdict holds, says what it does not, and draws limits where they lie."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.commands.face_findings import face_findings
from appliance.face.portrait import compose_portrait
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Component, Pose, Verdict
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.face_mesh import from_face_mesh
from appliance.quality.iso29794_5.geometry import face_geometry
from appliance.quality.iso29794_5.portrait_profiles import ADULT, PERMIT
from appliance.reports.face_report import LOW, FaceFindings, SeenFace, face_section
from appliance.reports.page import report_page
from appliance.reports.sources import ReportSources, read_sources
from tests.unit.face.head_points import head_points
from tests.unit.reports.parsed import Element, parsed, references

PICTURE = np.full((720, 1280, 3), 120, np.uint8)
UNSEEN = Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=("no-face",), faces=0, algorithm="some-algorithm/1")
JUDGED = Verdict(
    kind=CaptureKind.FACE,
    score=61,
    advice=("closer",),
    components={
        names.SHARPNESS: Component(raw=-12.345678, scalar=LOW - 1),
        names.HEAD_POSE_YAW: Component(raw=2.5, scalar=LOW),
    },
    pose=Pose(yaw_deg=2.5, roll_deg=-1.0),
    faces=1,
    algorithm="some-algorithm/1",
)


@pytest.fixture(scope="module")
def sources() -> ReportSources:
    return read_sources()


def _seen(pose: Pose) -> SeenFace:
    points = np.column_stack([head_points(640, 300, between_eyes_px=150), np.zeros(478)])
    portrait = compose_portrait(PICTURE, points, size=PERMIT, limits=ADULT)
    return SeenFace(
        points,
        pose,
        face_geometry(from_face_mesh(points), pose, width_px=1280, height_px=720),
        portrait,
        face_geometry(from_face_mesh(portrait.points), pose, width_px=1244, height_px=1600),
    )


SEEN = FaceFindings("face.png", PICTURE, JUDGED, PERMIT, ADULT, _seen(Pose(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)))
WITHOUT_PACKS = replace(SEEN, seen=None, missing_packs=("face-detection",))


def _page(sources: ReportSources, *findings: FaceFindings) -> Element:
    return parsed(report_page([face_section(one, sources, at) for at, one in enumerate(findings, 1)], sources, "face"))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_it_fetches_nothing_and_runs_nothing(sources: ReportSources) -> None:
    page = _page(sources, SEEN)
    assert all(reference.startswith(("#", "data:image/png;base64,")) for reference in references(page))
    assert not {one.tag for one in page.everything()} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    attributes = {name for one in page.everything() for name in one.attributes}
    assert [name for name in attributes if name == "style" or name.startswith("on")] == []


def test_each_of_the_28_components_is_there_once_with_what_the_verdict_says(sources: ReportSources) -> None:
    (listed,) = _page(sources, SEEN).all_of("ul", "components")
    assert [one.text for one in listed.all_of("code")] == list(names.COMPONENTS)
    rows = dict(zip(names.COMPONENTS, listed.all_of("li"), strict=True))
    assert "-12.35" in rows[names.SHARPNESS].said("en")
    assert "-12,35" in rows[names.SHARPNESS].said("pt")
    assert rows[names.SHARPNESS].all_of("rect", "amount")[0].attribute("width") == str(2 * (LOW - 1))
    assert "not measured" in rows[names.NATURAL_COLOUR].said("en")
    assert rows[names.NATURAL_COLOUR].all_of("rect") == []


def test_a_low_component_says_what_to_do_and_one_that_is_not_does_not(sources: ReportSources) -> None:
    (listed,) = _page(sources, SEEN).all_of("ul", "components")
    rows = dict(zip(names.COMPONENTS, listed.all_of("li"), strict=True))
    assert "clean the lens" in rows[names.SHARPNESS].said("en")
    assert "straight at the camera" not in rows[names.HEAD_POSE_YAW].said("en")


def test_every_low_component_has_its_hint_in_both_languages(sources: ReportSources) -> None:
    worst = {name: Component(raw=0.0, scalar=0) for name in names.COMPONENTS}
    verdict = Verdict(kind=CaptureKind.FACE, score=1, components=worst, algorithm="")
    page = _page(sources, replace(SEEN, verdict=verdict))
    spans = [one for one in page.all_of("span") if one.attribute("lang")]
    assert [one.text for one in spans if re.search(r"report\.[a-z]", one.text)] == []
    assert len(page.all_of("li", "in-the-way")) == 28


def test_limits_are_drawn_where_the_rule_book_has_them(sources: ReportSources) -> None:
    portrait = _page(sources, SEEN).all_of("figure")[1]
    eye_band, centre_band = (portrait.all_of("svg")[0].all_of("rect", code)[0] for code in ("eye-band", "centre-band"))
    assert float(eye_band.attribute("y")) == pytest.approx(0.30 * 1600)
    assert float(eye_band.attribute("height")) == pytest.approx(0.20 * 1600)
    assert float(centre_band.attribute("x")) == pytest.approx(0.45 * 1244, abs=0.1)
    least, most, measured = (
        float(portrait.all_of("rect", code)[0].attribute("width")) for code in ("least", "most", "measured")
    )
    assert least < measured < most
    assert len(portrait.all_of("circle")) == 478


def test_axes_of_a_head_that_looks_ahead_are_those_of_the_picture(sources: ReportSources) -> None:
    face = _page(sources, SEEN).all_of("figure")[0]
    ends = {}
    for code in ("axis-across", "axis-down", "axis-forward"):
        path = next(one for one in face.all_of("path", code) if "L" in one.attribute("d")).attribute("d")
        start, end = (np.array([float(at) for at in place.split(",")]) for place in path[1:].split("L"))
        ends[code] = end - start
    assert ends["axis-across"][0] > 0 == ends["axis-across"][1]
    assert ends["axis-down"][1] > 0 == ends["axis-down"][0]
    assert np.all(ends["axis-forward"] == 0)


def test_a_head_turned_to_the_right_has_an_axis_that_leads_there(sources: ReportSources) -> None:
    turned = replace(SEEN, seen=_seen(Pose(yaw_deg=30.0, pitch_deg=0.0, roll_deg=0.0)))
    (path,) = [
        one.attribute("d") for one in _page(sources, turned).all_of("path", "axis-forward") if "L" in one.attribute("d")
    ]
    start, end = (float(place.split(",")[0]) for place in path[1:].split("L"))
    assert end > start


def test_without_packs_it_says_which_are_missing_and_shows_the_verdict(sources: ReportSources) -> None:
    page = _page(sources, WITHOUT_PACKS)
    assert "face-detection are missing" in _plain(page.said("en"))
    assert "Come a little closer" in page.said("en")
    assert page.all_of("circle") == []
    assert len(page.all_of("image")) == 1


def test_packs_that_are_not_installed_are_named_from_the_folder(tmp_path: Path) -> None:
    found = face_findings(tmp_path)("a.png", PICTURE, UNSEEN)
    assert found.seen is None
    assert found.missing_packs == ("face-detection", "face-landmarker")


def test_where_no_face_is_seen_it_says_so(sources: ReportSources) -> None:
    page = _page(sources, FaceFindings("a", PICTURE, UNSEEN, PERMIT, ADULT, None))
    assert "found no face" in page.said("en")
    assert "255 not scored" in _plain(page.said("en"))
    assert "Não se vê um rosto" in page.all_of("ul", "reasons")[0].said("pt")


def test_pixels_between_the_eyes_that_come_of_enlarging_do_not_hold_a_limit(sources: ReportSources) -> None:
    seen = _seen(Pose())
    wider = replace(seen, portrait_geometry=replace(seen.portrait_geometry, inter_eye_px=500.0))
    page = _page(sources, replace(SEEN, seen=wider))
    (row,) = [one for one in page.all_of("tr") if "Between the eyes" in one.said("en")]
    assert len(row.all_of("td", "outside-limit")) == 2


def test_it_says_what_was_enlarged_and_filled(sources: ReportSources) -> None:
    said = _plain(_page(sources, SEEN).all_of("figure")[1].said("en"))
    assert "1244 × 1600" in said
    assert "Enlarged" in said


def test_a_name_is_text_and_nothing_else(sources: ReportSources) -> None:
    page = _page(sources, replace(WITHOUT_PACKS, name="<script>x</script>\u202e"))
    assert page.all_of("script") == []
    assert page.all_of("bdi")[0].text.startswith("<script>x")
