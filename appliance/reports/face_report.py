"""What was found out about one face, as a section of a report: pictures with the limits drawn, reasons, components.

It judges nothing: score, reasons and components are the verdict's, places and limits are those of `appliance.quality`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from appliance.face.portrait import Portrait
from appliance.model.configuration import Thresholds
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Pose, Verdict
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.geometry import FaceGeometry
from appliance.quality.iso29794_5.portrait_profiles import PortraitProfile, Range, Template
from appliance.reports.block_pictures import png_uri
from appliance.reports.page import Section, shown_name
from appliance.reports.sources import ReportSources
from drivers.contracts import Pixels

LOW: Final = 50
"""A scalar below it is called low and gets a hint: the middle of the scale, our choice. It decides nothing."""
_NOSE_TIP: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """The largest face as the networks see it. `points`: (478, 3) pixels of the picture; the portrait is what would be
    handed on for `profile`; geometries are those of the picture and of the portrait."""

    points: NDArray[np.floating]
    pose: Pose
    geometry: FaceGeometry
    portrait: Portrait
    portrait_geometry: FaceGeometry


@dataclass(frozen=True, slots=True, eq=False)
class FaceFindings:
    """All that is known of one picture. `pixels`: (H, W, 3) uint8 B, G, R. `name`: the file's own, without its folder.

    Without `seen`, `missing_packs` names the model packs that are not installed; is there none, no face was seen.
    """

    name: str
    pixels: Pixels
    verdict: Verdict
    profile: PortraitProfile
    limits: Template
    seen: SeenFace | None
    missing_packs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComponentRow:
    """`raw` is empty and `scalar` None where the verdict does not have the component."""

    name: str
    raw: str
    scalar: int | None

    @property
    def is_low(self) -> bool:
        return self.scalar is not None and self.scalar < LOW


@dataclass(frozen=True)
class LimitRow:
    """One limit, and what the picture and the portrait have of it; None is *not known*."""

    code: str
    allowed: str
    in_picture: str | None
    in_portrait: str | None
    picture_holds: bool
    portrait_holds: bool


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class DrawnFace:
    """Shapes to draw over a picture, in its pixels. `axes`: from the tip of the nose, to the face's own right, down and
    forwards, as x and y. `boxes`: the head as measured, the least and the largest allowed."""

    uri: str
    width: int
    height: int
    stroke: float
    points: list[tuple[float, float]]
    eye_band: Box
    centre_band: Box
    boxes: dict[str, Box]
    nose: tuple[float, float]
    axes: dict[str, tuple[float, float]]


def face_section(findings: FaceFindings, sources: ReportSources, number: int) -> Section:
    """`number`: the section's in its page, from 1 on."""
    name, verdict, seen = shown_name(findings.name), findings.verdict, findings.seen
    rows = [_component(one, verdict) for one in names.COMPONENTS]
    pose = verdict.pose or Pose()
    pictures: dict[str, DrawnFace] = {}
    if seen is not None:
        pictures["face"] = _drawn(findings.pixels, seen.points, seen.geometry, findings.limits, seen.pose)
        made = seen.portrait
        pictures["portrait"] = _drawn(made.pixels, made.points, seen.portrait_geometry, findings.limits, None)
    height, width = findings.pixels.shape[:2]
    html = sources.templates["face.html"].render(
        number=number,
        name=name,
        judged=verdict.score != NOT_JUDGED,
        verdict=verdict,
        findings=findings,
        kind=CaptureKind.FACE,
        least=[(Thresholds().face, "report.portrait")],
        width=width,
        height=height,
        picture=None if seen else png_uri(findings.pixels),
        pictures=pictures,
        portrait=None if seen is None else _facts(seen.portrait),
        pose=[(axis, _degrees(value)) for axis, value in _angles(pose)],
        seen_pose=None if seen is None else [(axis, _degrees(value)) for axis, value in _angles(seen.pose)],
        limits=[] if seen is None else list(_limits(seen, findings.profile, findings.limits)),
        rows=rows,
        measured=sum(row.scalar is not None for row in rows),
        low=LOW,
    )
    return Section(name, str(verdict.score), html)


def _component(name: str, verdict: Verdict) -> ComponentRow:
    found = verdict.components.get(name)
    return ComponentRow(name, "", None) if found is None else ComponentRow(name, f"{found.raw:.4g}", found.scalar)


def _facts(portrait: Portrait) -> dict[str, Any]:
    height, width = portrait.pixels.shape[:2]
    return {
        "size": f"{width} × {height}",
        "scale": f"{portrait.scale:.2f}",
        "enlarged": portrait.enlarged,
        "turn": f"{portrait.turn_deg:.1f}",
        "filled": round(100 * portrait.filled_share, 1),
    }


def _angles(pose: Pose) -> list[tuple[str, float | None]]:
    return [("yaw", pose.yaw_deg), ("pitch", pose.pitch_deg), ("roll", pose.roll_deg)]


def _degrees(value: float | None) -> str | None:
    return None if value is None else f"{value:+.1f}"


def _limits(seen: SeenFace, profile: PortraitProfile, limits: Template) -> Iterator[LimitRow]:
    held: list[tuple[str, str, Range, str, float]] = [
        ("yaw", "yaw_deg", limits.yaw_deg, "°", 1),
        ("pitch", "pitch_deg", limits.pitch_deg, "°", 1),
        ("roll", "roll_deg", limits.roll_deg, "°", 1),
        ("head-width", "head_width", limits.head_width, " %", 100),
        ("head-length", "head_length", limits.head_length, " %", 100),
        ("eye-line", "eye_line", limits.eye_line, " %", 100),
        ("centre", "centre", limits.centre, " %", 100),
        ("width", "width_px", profile.width_px, " px", 1),
        ("height", "height_px", profile.height_px, " px", 1),
        ("inter-eye", "inter_eye_px", Range(profile.least_inter_eye_px, math.inf), " px", 1),
    ]
    for code, field, allowed, unit, by in held:
        values = [getattr(geometry, field) for geometry in (seen.geometry, seen.portrait_geometry)]
        picture, portrait = (None if value is None else f"{value * by:.0f}{unit}" for value in values)
        holds = [value is None or value in allowed for value in values]
        if code == "inter-eye" and seen.portrait.enlarged:
            holds[1] = holds[1] and holds[0]  # no more was seen than in the picture
        yield LimitRow(code, _allowed(allowed, unit, by), picture, portrait, holds[0], holds[1])


def _allowed(allowed: Range, unit: str, by: float) -> str:
    if allowed.least == allowed.most:
        return f"{allowed.least * by:.0f}{unit}"
    if math.isinf(allowed.most):
        return f"≥ {allowed.least * by:.0f}{unit}"
    return f"{allowed.least * by:.0f} – {allowed.most * by:.0f}{unit}"


def _drawn(
    pixels: Pixels, points: NDArray[np.floating], geometry: FaceGeometry, limits: Template, pose: Pose | None
) -> DrawnFace:
    height, width = pixels.shape[:2]
    centre, eyes = geometry.centre * width, geometry.eye_line * height

    def head(head_width: float, head_length: float) -> Box:
        across, down = head_width * width, head_length * height
        return _box(centre - across / 2, eyes - down / 2, across, down)

    nose = (round(float(points[_NOSE_TIP, 0]), 1), round(float(points[_NOSE_TIP, 1]), 1))
    return DrawnFace(
        uri=png_uri(pixels),
        width=width,
        height=height,
        stroke=round(max(width, height) / 500, 2),
        points=[(round(x, 1), round(y, 1)) for x, y in points[:, :2].tolist()],
        eye_band=_box(0, limits.eye_line.least * height, width, _length(limits.eye_line) * height),
        centre_band=_box(limits.centre.least * width, 0, _length(limits.centre) * width, height),
        boxes={
            "measured": head(geometry.head_width, geometry.head_length),
            "least": head(limits.head_width.least, limits.head_length.least),
            "most": head(limits.head_width.most, limits.head_length.most),
        },
        nose=nose,
        axes={} if pose is None else _axes(pose, nose, 0.4 * geometry.head_width * width),
    )


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1))


def _length(span: Range) -> float:
    return span.most - span.least


def _axes(pose: Pose, nose: tuple[float, float], length: float) -> dict[str, tuple[float, float]]:
    """The ends of the head's own axes as the picture shows them; none where an angle is not known."""
    if pose.yaw_deg is None or pose.pitch_deg is None or pose.roll_deg is None:
        return {}
    yaw, pitch, roll = (math.radians(angle) for angle in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))
    # As `iso29794_5.pose`: x right, y down, z away; a face looks against z, roll is around where it looks.
    looks = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), -math.cos(yaw) * math.cos(pitch)])
    level = np.array([math.cos(yaw), 0.0, math.sin(yaw)])
    below = np.cross(-looks, level)
    across = math.cos(roll) * level + math.sin(roll) * below
    down = math.cos(roll) * below - math.sin(roll) * level
    ends = {"across": across, "down": down, "forward": looks}
    return {
        name: (round(nose[0] + length * float(axis[0]), 1), round(nose[1] + length * float(axis[1]), 1))
        for name, axis in ends.items()
    }
