"""Where an impression is lighter or darker than around, in patches wider than a ridge; and what lies around them.

Moisture, pressure, scars and the print's outline make them, so that they belong to one frame and not to the finger. No
ridge is left in what they are found in: nothing with a period below some 14 pixels comes through.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.impression import Impression, Plane

KEPT, SOUGHT = 36, 56
"""Of a frame that is remembered; of one that is looked for, where something may have come between."""
STEP_PX = 4
TURNS_DEG = (-12.0, -4.0, 4.0, 12.0)
_PATCH, _AROUND = 1.25, 5.0
_APART = 5
_LEAST_LEVELS = 1.0
_RINGS = ((2.5, 8), (5.0, 10), (8.0, 12))
AROUND = 1 + sum(count for _, count in _RINGS)
_UPRIGHT = np.concatenate([[0.0], *(r * np.exp(2j * np.pi * np.arange(n) / n) for r, n in _RINGS)])
_POLE = (np.exp(1j * np.deg2rad((0.0, *TURNS_DEG)))[:, None] * _UPRIGHT[None]).astype(np.complex64)

Points = NDArray[np.float32]
"""(N, 2): across and down, in pixels at 500 ppi from the middle of the image."""


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """`places`: (N, 2) float32. `around`: (5, N, 31) float32 of length 1: unturned, then by `TURNS_DEG`."""

    places: Points
    around: NDArray[np.float32]


def find_landmarks(impression: Impression) -> Landmarks:
    """At most 56, the strongest first."""
    patches = _patches(impression)
    strength = np.abs(patches)
    peaks = (strength == cv2.dilate(strength, np.ones((_APART, _APART), np.uint8))) & (strength > _LEAST_LEVELS)
    down, across = np.nonzero(peaks)
    order = np.argsort(-strength[down, across], kind="stable")[:SOUGHT]
    at = np.stack([across[order], down[order]], axis=1).astype(np.float32)
    middle = (np.array(patches.shape[::-1], np.float32) - 1.0) / 2.0
    return Landmarks((at - middle) * np.float32(STEP_PX), _around(patches, at))


def _patches(impression: Impression) -> Plane:
    """A quarter of the size, what is wider than a ridge and narrower than the finger."""
    height, width = impression.grey.shape
    small = cv2.resize(impression.grey, (width // STEP_PX, height // STEP_PX), interpolation=cv2.INTER_AREA)
    small = small.astype(np.float32)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _PATCH) - cv2.GaussianBlur(small, (0, 0), _AROUND), np.float32)


def _around(patches: Plane, at: Points) -> NDArray[np.float32]:
    """(5, N, 31): the patches at and around each place, as they are and as they were had the image been turned."""
    if not len(at):
        return np.zeros((len(_POLE), 0, AROUND), np.float32)
    across = np.ascontiguousarray(at[None, :, None, 0] + _POLE.real[:, None]).reshape(-1, AROUND)
    down = np.ascontiguousarray(at[None, :, None, 1] + _POLE.imag[:, None]).reshape(-1, AROUND)
    levels = cv2.remap(patches, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    unit = levels / (np.sqrt(np.square(levels).sum(axis=1, keepdims=True)) + np.float32(1e-6))
    return np.asarray(unit.reshape(len(_POLE), len(at), AROUND), np.float32)
