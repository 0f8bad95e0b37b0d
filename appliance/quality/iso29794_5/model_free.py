"""The 16 components that need no model but the one that found the landmarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from appliance.errors import QualityError
from appliance.model.verdict import Component
from appliance.quality.iso29794_5.alignment import FRAME_PX, AlignedFace, align
from appliance.quality.iso29794_5.cheeks import cheeks_raw
from appliance.quality.iso29794_5.face_count import single_face_raw
from appliance.quality.iso29794_5.framing import framing_raw
from appliance.quality.iso29794_5.landmarks import FaceLandmarks
from appliance.quality.iso29794_5.luminance import histogram, luminance, luminance_raw
from appliance.quality.iso29794_5.mapping import component
from appliance.quality.iso29794_5.openings import openings_raw
from drivers.contracts import Pixels


def model_free_components(
    image: Pixels,
    landmarks: FaceLandmarks,
    *,
    face_areas_px: Sequence[float] = (),
    yaw_deg: float | None = None,
    seen: Pixels | None = None,
) -> dict[str, Component]:
    """Of (H, W, 3) uint8 B, G, R and its largest face; by name, without those whose input is missing.

    `face_areas_px` are those of all faces found; `yaw_deg` is the head's; `seen` is (616, 616) uint8 of the upright
    frame, 1 where nothing covers the face (without it all of the face counts as seen).
    Raises QualityError: no such image or mask, or points that are no face's.
    """
    face = align(image, landmarks)
    return components_of(face, image, landmarks, face_areas_px=face_areas_px, yaw_deg=yaw_deg, seen=seen)


def components_of(
    face: AlignedFace,
    image: Pixels,
    landmarks: FaceLandmarks,
    *,
    face_areas_px: Sequence[float] = (),
    yaw_deg: float | None = None,
    seen: Pixels | None = None,
) -> dict[str, Component]:
    """The same of a face that is aligned already. Raises QualityError: `seen` is no such mask."""
    if seen is not None and (seen.shape != (FRAME_PX, FRAME_PX) or seen.dtype != np.uint8):
        raise QualityError(f"What is seen of a face is said for {FRAME_PX} x {FRAME_PX} places, by one byte each.")
    raw = _raw(face, image, landmarks, face_areas_px, yaw_deg, seen)
    return {name: component(name, value) for name, value in raw}


def _raw(
    face: AlignedFace,
    image: Pixels,
    landmarks: FaceLandmarks,
    face_areas_px: Sequence[float],
    yaw_deg: float | None,
    seen: Pixels | None,
) -> Iterator[tuple[str, float]]:
    levels = luminance(face.colour)
    counts = histogram(levels, face.region)
    seen_counts = counts if seen is None else histogram(levels, face.region & _part(seen, face))
    yield from luminance_raw(counts, seen_counts)
    yield from cheeks_raw(face, levels)
    yield from openings_raw(landmarks, face.landmarks)
    height_px, width_px = image.shape[:2]
    yield from framing_raw(landmarks, width_px=width_px, height_px=height_px, yaw_deg=yaw_deg)
    yield from single_face_raw(face_areas_px)


def _part(frame: Pixels, face: AlignedFace) -> Pixels:
    window = face.window
    return frame[window.top : window.bottom, window.left : window.right]
