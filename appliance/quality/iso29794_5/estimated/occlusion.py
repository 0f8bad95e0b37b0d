"""How much of eyes, mouth and face something covers (ISO/IEC 29794-5:2025, 7.4.5 to 7.4.7): our own estimate.

A share of the standard's zones that does not look like the face's own skin, without what is no skin on any face: the
eyes between their lids, the brows, what lies between the lips. It sees sunglasses, masks, scarves, bars; it does not
see clear glasses, nor a hand, nor anything of the skin's own colour, and it takes a beard for a cover.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.estimated.skin import CoarseFace, Skin
from appliance.quality.iso29794_5.landmarks import Indices
from drivers.contracts import Pixels

ALGORITHM: Final = "claim-kiosk-own-skin-occlusion/1"
_MARGIN: Final = 1.0 / 20.0
"""Of the distance between the eyes: how far an eye's zone reaches beyond it."""
_USUAL: Final = {names.EYES_VISIBLE: 0.2, names.MOUTH_OCCLUSION: 0.25, names.FACE_OCCLUSION: 0.1}
"""Shares that lashes, shadows and lips have on faces that nothing covers."""


def occlusion_raw(face: CoarseFace, skin: Skin) -> Iterator[tuple[str, float]]:
    """Covered shares, 0 to 1, by the standard's names. Nothing of a zone that lies outside of the picture."""
    like = skin.like(face.lab)
    eyes, lips, features = _eye_zones(face), _lip_zone(face), _features(face)
    zones = (
        (names.EYES_VISIBLE, eyes, like),
        (names.MOUTH_OCCLUSION, lips, skin.like(face.lab, lips=True)),
        (names.FACE_OCCLUSION, face.region & (1 - features), like),
    )
    for name, zone, seen in zones:
        if total := int(np.count_nonzero(zone)):
            covered = 1.0 - int(np.count_nonzero(zone[seen])) / total
            yield name, max(0.0, (covered - _USUAL[name]) / (1.0 - _USUAL[name]))


def _eye_zones(face: CoarseFace) -> Pixels:
    zone = np.zeros(face.region.shape, np.uint8)
    scheme = face.landmarks.scheme
    margin = face.landmarks.between_eyes_px * _MARGIN
    for rim in (scheme.left_eye_rim, scheme.right_eye_rim):
        points = face.landmarks.at(rim)
        corners = np.array([points.min(axis=0) - margin, points.max(axis=0) + margin])
        (left, top), (right, bottom) = np.rint(face.coarse(corners)).astype(int).tolist()
        cv2.rectangle(zone, (left, top), (right, bottom), 1, -1)
    for rim in (scheme.left_eye_rim, scheme.right_eye_rim):
        cv2.fillPoly(zone, [_drawn_at(face, rim)], 0)
    return zone


def _lip_zone(face: CoarseFace) -> Pixels:
    zone = np.zeros(face.region.shape, np.uint8)
    cv2.fillPoly(zone, [cv2.convexHull(_drawn_at(face, face.landmarks.scheme.mouth_rim))], 1)
    cv2.fillPoly(zone, [_between_lips(face)], 0)
    return zone


def _features(face: CoarseFace) -> Pixels:
    drawn = np.zeros(face.region.shape, np.uint8)
    scheme = face.landmarks.scheme
    for rim in (scheme.left_eye_rim, scheme.right_eye_rim, *scheme.brows, scheme.mouth_rim):
        cv2.fillPoly(drawn, [cv2.convexHull(_drawn_at(face, rim))], 1)
    return drawn


def _between_lips(face: CoarseFace) -> NDArray[np.int32]:
    lips = face.landmarks.scheme.lips
    around = (*(upper for upper, _ in lips), *(lower for _, lower in lips))
    return np.asarray(cv2.convexHull(_drawn_at(face, around)), np.int32)


def _drawn_at(face: CoarseFace, indices: Indices) -> NDArray[np.int32]:
    return np.asarray(np.rint(face.coarse(face.landmarks.at(indices))), np.int32)
