"""Light and colour of the two cheeks (ISO/IEC 29794-5:2025, 7.3.3 and 7.3.10)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.alignment import FRAME_PX, AlignedFace
from appliance.quality.iso29794_5.landmarks import whole
from appliance.quality.iso29794_5.luminance import histogram
from drivers.contracts import Pixels

_ZONE: Final = 0.3
"""A zone's side, of the distance between the eyes."""
_TO_XYZ_D50: Final = ((0.43605, 0.38508, 0.14309), (0.22249, 0.71689, 0.06062), (0.01393, 0.09710, 0.71419))
_WHITE_D50: Final = (0.964221, 1.0, 0.825211)
_CIE_E, _CIE_K = 216.0 / 24389.0, 24289.0 / 27.0
"""The second one is the reference's figure, not CIE's 24389 / 27; it counts in near-black only."""
_A_OF_SKIN, _B_OF_SKIN = (5.0, 25.0), (5.0, 35.0)
_NOT_SKIN: Final = 100.0


def cheeks_raw(face: AlignedFace, levels: Pixels) -> Iterator[tuple[str, float]]:
    """Of the aligned face and its luminance (h, w) uint8. What lies in a zone but not on the face counts as black."""
    left, right = _zones(face)
    parts = [_part(face, zone) for zone in (left, right)]
    areas = [max(0, zone[2] - zone[0]) * max(0, zone[3] - zone[1]) for zone in (left, right)]
    if all(areas):
        shares = []
        for part, area in zip(parts, areas, strict=True):
            counts = histogram(np.ascontiguousarray(levels[part]), np.ascontiguousarray(face.region[part]))
            counts[0] += area - counts.sum()
            shares.append(counts / area)
        yield names.ILLUMINATION_UNIFORMITY, float(np.minimum(*shares).sum())
    if not any(areas):
        yield names.NATURAL_COLOUR, _NOT_SKIN
        return
    sums = [(face.colour[part] * face.region[part][:, :, None]).sum((0, 1), dtype=np.int64) for part in parts]
    blue, green, red = ((sums[0] + sums[1]) / sum(areas) / 255.0).tolist()
    yield names.NATURAL_COLOUR, _distance_from_skin(red, green, blue)


_Zone = tuple[int, int, int, int]


def _zones(face: AlignedFace) -> tuple[_Zone, _Zone]:
    """Left, top, right, bottom in the frame, half open: half-way from the eyes to the mouth, each from its eye's middle
    towards the nose, as the reference has them."""
    landmarks = face.landmarks
    left_eye, right_eye = landmarks.left_eye, landmarks.right_eye
    middle_pair = landmarks.scheme.lips[len(landmarks.scheme.lips) // 2]
    between = (whole((left_eye[0] + right_eye[0]) / 2.0), whole((left_eye[1] + right_eye[1]) / 2.0))
    down = int(math.dist(between, landmarks.middle(middle_pair)) / 2)
    side = int(landmarks.between_eyes_px * _ZONE)
    return (
        _in_frame(left_eye[0], left_eye[1] + down, side),
        _in_frame(right_eye[0] - side, right_eye[1] + down, side),
    )


def _in_frame(left: int, top: int, side: int) -> _Zone:
    return max(0, left), max(0, top), min(FRAME_PX, left + side), min(FRAME_PX, top + side)


def _part(face: AlignedFace, zone: _Zone) -> tuple[slice, slice]:
    """Of the face's window; empty where they do not meet."""
    window = face.window
    left, right = (min(max(x, window.left), window.right) - window.left for x in (zone[0], zone[2]))
    top, bottom = (min(max(y, window.top), window.bottom) - window.top for y in (zone[1], zone[3]))
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def _distance_from_skin(red: float, green: float, blue: float) -> float:
    """In the a*, b* plane (CIELAB, D50), from mean sRGB values; 100 where either is negative."""
    light = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (red, green, blue)]
    x, y, z = (
        _lightness(sum(share * part for share, part in zip(row, light, strict=True)) / white)
        for row, white in zip(_TO_XYZ_D50, _WHITE_D50, strict=True)
    )
    a, b = 500.0 * (x - y), 200.0 * (y - z)
    if a < 0 or b < 0:
        return _NOT_SKIN
    return math.hypot(_outside(a, _A_OF_SKIN), _outside(b, _B_OF_SKIN))


def _lightness(value: float) -> float:
    return (_CIE_K * value + 16.0) / 116.0 if value <= _CIE_E else value ** (1.0 / 3.0)


def _outside(value: float, limits: tuple[float, float]) -> float:
    return max(0.0, limits[0] - value, value - limits[1])
