"""A face drawn from nothing, whose 98 landmarks are known; and the same points laid on a photograph by its eyes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

Points = NDArray[np.float64]
SKIN_BGR: Final = (112, 144, 188)
BACKGROUND_BGR: Final = (196, 196, 196)
_GRAINS: Final = 80.0
"""Between the eyes: skin's own texture, coarser than a pixel, so that it is not what a sensor's noise is like."""
_EYES: Final = ((251.0, 272.0), (364.0, 272.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the face is like. Lengths are those of the standard's upright frame, eyes 113 apart."""

    eye_opening: float = 16.0
    mouth_opening: float = 2.0
    skin_bgr: tuple[int, int, int] = SKIN_BGR
    background_bgr: tuple[int, int, int] = BACKGROUND_BGR
    seed: int = 0


def upright_98(drawing: Drawing | None = None) -> Points:
    """(98, 2) in the upright frame."""
    face = drawing or Drawing()
    jaw = _arc((308.0, 285.0), (118.0, 193.0), np.linspace(math.pi, 0.0, 33))
    brows = [_ring((eye[0], eye[1] - 30.0), (36.0, 5.0), 9) for eye in _EYES]
    bridge = np.column_stack([np.full(4, 308.0), np.linspace(280.0, 336.0, 4)])
    base = np.column_stack([np.linspace(288.0, 328.0, 5), [352.0, 356.0, 358.0, 356.0, 352.0]])
    eyes = [_ring(eye, (24.0, face.eye_opening / 2.0), 8) for eye in _EYES]
    outer = _ring((308.5, 402.0), (46.5, 14.0 + face.mouth_opening / 2.0), 12)
    inner = _ring((308.5, 402.0), (36.0, face.mouth_opening / 2.0), 8)
    return np.concatenate([jaw, *brows, bridge, base, *eyes, outer, inner, np.array(_EYES)])


def laid_on(points: Points, left_eye: tuple[float, float], right_eye: tuple[float, float]) -> Points:
    """The upright points turned and scaled so that the eyes' middles come to these; whole pixels, as ADNet gives."""
    start, goal = np.array(_EYES), np.array([left_eye, right_eye])
    turn = complex(*(goal[1] - goal[0])) / complex(*(start[1] - start[0]))
    moved = (points - start[0]) @ np.array([[turn.real, turn.imag], [-turn.imag, turn.real]]) + goal[0]
    return np.asarray(np.floor(moved + 0.5))


def portrait(
    height_px: int = 720,
    width_px: int = 1280,
    *,
    between_eyes_px: float = 150.0,
    roll_deg: float = 0.0,
    drawing: Drawing | None = None,
) -> tuple[Pixels, Points]:
    """(H, W, 3) uint8 and its (98, 2) landmarks: shaded, pored skin, so that blur and coding have what to take away."""
    face = drawing or Drawing()
    middle = np.array([width_px / 2.0, height_px * 0.42])
    half = between_eyes_px / 2.0 * np.array([math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))])
    points = laid_on(upright_98(face), tuple(middle - half), tuple(middle + half))
    image = np.empty((height_px, width_px, 3), np.uint8)
    image[:] = face.background_bgr
    chaos = np.random.default_rng(face.seed)
    head = _head(points)
    cv2.fillPoly(image, [head], face.skin_bgr)
    _features(image, points, face)
    within = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(within, [head], 1)
    grain_px = between_eyes_px / _GRAINS
    pores = cv2.GaussianBlur(chaos.normal(0.0, 1.0, image.shape[:2]).astype(np.float32), (0, 0), grain_px)
    pores = np.asarray(pores * (5.0 / float(np.std(pores))), np.float32)
    across = np.linspace(0.92, 1.08, width_px, dtype=np.float32)
    shaded = image * across[None, :, None] + (pores * within)[:, :, None]
    return np.asarray(np.clip(shaded, 0, 255), np.uint8), points


def _head(points: Points) -> NDArray[np.int32]:
    """The jaw and, mirrored above the ears, the skull."""
    jaw = points[:33]
    axis = (jaw[0] + jaw[32]) / 2.0
    skull = axis - (jaw[1:32] - axis) * 0.95
    return np.concatenate([jaw, skull]).astype(np.int32)


def _features(image: Pixels, points: Points, face: Drawing) -> None:
    dark = tuple(int(level * 0.35) for level in face.skin_bgr)
    lips = (int(face.skin_bgr[0] * 0.75), int(face.skin_bgr[1] * 0.65), int(face.skin_bgr[2] * 0.95))
    for brow in (points[33:42], points[42:51]):
        cv2.fillPoly(image, [brow.astype(np.int32)], dark)
    for rim, pupil in ((points[60:68], points[96]), (points[68:76], points[97])):
        cv2.fillPoly(image, [rim.astype(np.int32)], (225, 228, 230))
        radius = max(1, int(np.ptp(rim[:, 1]) / 2))
        cv2.circle(image, (int(pupil[0]), int(pupil[1])), radius, dark, -1)
    cv2.polylines(image, [points[51:55].astype(np.int32), points[55:60].astype(np.int32)], False, dark, 1)
    cv2.fillPoly(image, [points[76:88].astype(np.int32)], lips)
    cv2.fillPoly(image, [points[88:96].astype(np.int32)], dark)


def _ring(centre: tuple[float, float], radii: tuple[float, float], count: int) -> Points:
    """From the left, over the top, to the right and back below."""
    return _arc(centre, radii, math.pi + np.arange(count) * 2.0 * math.pi / count)


def _arc(centre: tuple[float, float], radii: tuple[float, float], angles: NDArray[np.float64]) -> Points:
    return np.column_stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)])
