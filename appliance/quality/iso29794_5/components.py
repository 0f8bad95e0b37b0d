"""Everything that can be said of one face by the names of ISO/IEC 29794-5, and by which method each was had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.model.verdict import Component, Pose
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.alignment import AlignedFace, align
from appliance.quality.iso29794_5.background import background_raw
from appliance.quality.iso29794_5.estimated import compression as own_compression
from appliance.quality.iso29794_5.estimated import expression as own_expression
from appliance.quality.iso29794_5.estimated import head_covering as own_covering
from appliance.quality.iso29794_5.estimated import occlusion as own_occlusion
from appliance.quality.iso29794_5.estimated import sharpness as own_sharpness
from appliance.quality.iso29794_5.estimated import unified as own_unified
from appliance.quality.iso29794_5.estimated.skin import coarse_face, own_skin
from appliance.quality.iso29794_5.landmarks import FaceLandmarks
from appliance.quality.iso29794_5.mapping import component
from appliance.quality.iso29794_5.model_free import components_of
from appliance.quality.iso29794_5.pose import pose_raw
from drivers.contracts import Pixels

STANDARD: Final = "iso-iec-29794-5-2025"
"""The algorithm of a component that follows the standard's formula."""
NOT_ANGLES: Final = Pose()
_LEAST_BOX_PX: Final = 16

Found = tuple[str, Component, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceInputs:
    """One face of one picture. What is None, or of a pose not known, leaves its components out.

    `image` is (H, W, 3) uint8 B, G, R; `face_areas_px` those of all faces found; `background` (h, w) uint8 over the
    whole image, at any scale, 1 where nobody is; `blendshapes` coefficients by the mesh network's names. `reduced_by`:
    how much larger the camera's picture is, where `image` was made smaller to be looked at.
    """

    image: Pixels
    landmarks: FaceLandmarks
    pose: Pose = NOT_ANGLES
    face_areas_px: Sequence[float] = ()
    background: Pixels | None = None
    blendshapes: Mapping[str, float] | None = None
    reduced_by: float = 1.0


@dataclass(frozen=True, slots=True)
class FaceComponents:
    """By the standard's names: the components, and the algorithm that gave each."""

    components: Mapping[str, Component]
    algorithms: Mapping[str, str]


def face_components(inputs: FaceInputs) -> FaceComponents:
    """Up to 28, in the standard's order. Raises QualityError: no such image, or points that are no face's."""
    face = align(inputs.image, inputs.landmarks)
    found = {name: (value, algorithm) for name, value, algorithm in (*_by_formula(face, inputs), *_own(face, inputs))}
    if (value := own_unified.unified({name: value for name, (value, _) in found.items()})) is not None:
        found[names.UNIFIED_QUALITY_SCORE] = (value, own_unified.ALGORITHM)
    present = [name for name in names.COMPONENTS if name in found]
    return FaceComponents({name: found[name][0] for name in present}, {name: found[name][1] for name in present})


def _by_formula(face: AlignedFace, inputs: FaceInputs) -> Iterator[Found]:
    by_name = components_of(
        face, inputs.image, inputs.landmarks, face_areas_px=inputs.face_areas_px, yaw_deg=inputs.pose.yaw_deg
    )
    if inputs.reduced_by != 1.0 and (eyes := by_name.get(names.INTER_EYE_DISTANCE)) is not None:
        # Said in the camera's pixels; all the other measures are shares.
        by_name[names.INTER_EYE_DISTANCE] = component(names.INTER_EYE_DISTANCE, eyes.raw * inputs.reduced_by)
    yield from ((name, value, STANDARD) for name, value in by_name.items())
    yield from _mapped(pose_raw(inputs.pose), STANDARD)
    if inputs.background is not None:
        yield from _mapped(background_raw(inputs.image, face.to_frame, inputs.background), STANDARD)


def _own(face: AlignedFace, inputs: FaceInputs) -> Iterator[Found]:
    if (box := _box(inputs)) is not None:
        yield names.SHARPNESS, own_sharpness.sharpness(box), own_sharpness.ALGORITHM
        if (coded := own_compression.compression(box)) is not None:
            yield names.COMPRESSION_ARTIFACTS, coded, own_compression.ALGORITHM
    if inputs.blendshapes is not None and (moved := own_expression.expression(inputs.blendshapes)) is not None:
        yield names.EXPRESSION_NEUTRALITY, moved, own_expression.ALGORITHM
    coarse = coarse_face(face)
    if coarse is None or (skin := own_skin(coarse)) is None:
        return
    yield from _mapped(own_occlusion.occlusion_raw(coarse, skin), own_occlusion.ALGORITHM)
    if inputs.background is not None:
        covered = own_covering.head_covering_raw(inputs.image, face.to_frame, inputs.background, skin)
        yield from _mapped(covered, own_covering.ALGORITHM)


def _mapped(raw: Iterator[tuple[str, float]], algorithm: str) -> Iterator[Found]:
    """By the standard's own mapping: the raw value means what the standard's does."""
    return ((name, component(name, value), algorithm) for name, value in raw)


def _box(inputs: FaceInputs) -> Pixels | None:
    """The face as the camera gave it, grey: the upright rectangle around it. None where too little is to be seen."""
    points = inputs.landmarks.at(inputs.landmarks.scheme.region)
    left, top = np.maximum(0, np.floor(points.min(axis=0))).astype(int).tolist()
    right, bottom = np.maximum(0, np.ceil(points.max(axis=0)) + 1).astype(int).tolist()
    part = inputs.image[top:bottom, left:right]
    return own_sharpness.grey_of(part) if min(part.shape[:2]) >= _LEAST_BOX_PX else None
