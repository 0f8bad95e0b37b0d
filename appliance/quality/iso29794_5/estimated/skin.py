"""Which pixels of a face look like the rest of its own skin: what the estimators of occlusion and covering rest on.

No colour of skin is presumed but the standard's wide range of natural colour, which says only whether there is skin in
colour at all; everything is held against this face's own cheeks, nose, forehead and chin. Nothing about the person is
inferred or kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.iso29794_5.alignment import AlignedFace
from appliance.quality.iso29794_5.landmarks import FaceLandmarks, Points
from drivers.contracts import Pixels

_PATCH: Final = 0.08
"""Half of a patch's side, of the distance between the eyes."""
_A_OF_SKIN, _B_OF_SKIN = (3.0, 30.0), (2.0, 40.0)
"""ISO/IEC 29794-5:2025, 7.3.10, widened by the light of a counter."""
_LEAST_PATCHES: Final = 2
_COARSER: Final = 2
_SHADE: Final = (0.35, 1.7)
"""How dark or light skin may be for its own reference, in CIELAB's lightness."""
_CHROMA_SHADE: Final = (0.5, 1.1)
_NEAR: Final = 0.55
_LEAST_NEAR, _MOST_NEAR = 7.0, 14.0
"""In the a*, b* plane: how far off skin may be, of its own distance from grey, so that grey is never skin."""
_OF_LIPS: Final = 1.4
_REDDER: Final = 20.0
"""Lips may be so much further off, and redder (a*) by so much more."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Lightness, a* and b* (CIELAB, D65) of a face's own skin."""

    lightness: float
    a: float
    b: float

    def like(self, lab: NDArray[np.float32], *, lips: bool = False) -> NDArray[np.bool_]:
        """(h, w) of (h, w, 3) float32: what may be this skin, lit or shaded; with `lips` also redder."""
        light = lab[:, :, 0] / np.float32(self.lightness)
        shade = np.clip(light, *_CHROMA_SHADE)
        off_a, off_b = lab[:, :, 1] - self.a * shade, lab[:, :, 2] - self.b * shade
        near = min(_MOST_NEAR, max(_LEAST_NEAR, _NEAR * math.hypot(self.a, self.b)))
        if lips:
            near *= _OF_LIPS
            off_a = np.where(off_a > 0, np.maximum(0, off_a - _REDDER), off_a)
        close = off_a * off_a + off_b * off_b <= near * near
        return np.asarray(close & (light >= _SHADE[0]) & (light <= _SHADE[1]))


@dataclass(frozen=True, slots=True)
class CoarseFace:
    """An aligned face at half its size, which is enough to tell skin from what is none.

    `lab` is (h, w, 3) float32 CIELAB, `region` (h, w) uint8, 1 on the face; `landmarks` are the upright frame's.
    """

    lab: NDArray[np.float32]
    region: Pixels
    landmarks: FaceLandmarks
    origin: tuple[int, int]

    def coarse(self, points: Points) -> Points:
        """(n, 2) of the frame in this face's pixels."""
        return np.asarray((points - self.origin) / _COARSER)


def coarse_face(face: AlignedFace) -> CoarseFace | None:
    """Each pixel is the mean of four, so that pores and noise do not count. None of a face that is a mere line."""
    height, width = (edge // _COARSER * _COARSER for edge in face.region.shape)
    if not height or not width:
        return None
    size = (width // _COARSER, height // _COARSER)
    small = np.asarray(cv2.resize(face.colour[:height, :width], size, interpolation=cv2.INTER_AREA), np.uint8)
    region = np.ascontiguousarray(face.region[:height:_COARSER, :width:_COARSER])
    return CoarseFace(lab_of(small), region, face.landmarks, (face.window.left, face.window.top))


def lab_of(colour: Pixels) -> NDArray[np.float32]:
    """CIELAB (h, w, 3) float32 of (h, w, 3) uint8 B, G, R; lightness 0 to 100, white D65."""
    return np.asarray(cv2.cvtColor(colour * np.float32(1.0 / 255.0), cv2.COLOR_BGR2LAB), np.float32)


def own_skin(face: CoarseFace) -> Skin | None:
    """Of five patches those that can be skin, and of these the median.

    None where fewer than two can: a grey picture, or a face that is covered nearly everywhere.
    """
    half = max(1, int(face.landmarks.between_eyes_px * _PATCH / _COARSER))
    skins = []
    for x, y in face.coarse(np.array(_places(face.landmarks))).astype(int).tolist():
        patch = face.lab[max(0, y - half) : max(0, y + half), max(0, x - half) : max(0, x + half)]
        if patch.size:
            lightness, a, b = np.median(patch.reshape(-1, 3), axis=0).tolist()
            if lightness > 0 and _within(a, _A_OF_SKIN) and _within(b, _B_OF_SKIN):
                skins.append((lightness, a, b))
    if len(skins) < _LEAST_PATCHES:
        return None
    return Skin(*np.median(skins, axis=0).tolist())


def _places(landmarks: FaceLandmarks) -> list[Points]:
    """Both cheeks, the bridge of the nose, between the brows, and under the lower lip."""
    scheme = landmarks.scheme
    left, right = np.array(landmarks.left_eye, np.float64), np.array(landmarks.right_eye, np.float64)
    nose, chin = landmarks.points[scheme.nose_tip], landmarks.points[scheme.chin]
    left_mouth, right_mouth = landmarks.points[list(scheme.mouth_corners)]
    between = (left + right) / 2.0
    mouth = (left_mouth + right_mouth) / 2.0
    return [
        left * 0.45 + left_mouth * 0.55,
        right * 0.45 + right_mouth * 0.55,
        between * 0.5 + nose * 0.5,
        between - (nose - between) * 0.45,
        mouth * 0.4 + chin * 0.6,
    ]


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
