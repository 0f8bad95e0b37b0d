"""Whether an earlier frame, turned and shifted as guessed, has its ridges where this one has them.

Pressed again, skin stretches otherwise and is differently wet: after a rigid move ridges meet in a part of the print at
best, and are not as strong where they meet. In a repeat they meet all over, as strong as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.frame_signature import Samples
from appliance.liveness.impression import Impression, Plane
from appliance.liveness.registration import Guess

LEAST_SHARE = 0.35
"""Of what is known of the earlier frame, how much must lie on this one for anything to be said."""
_LEAST_SAMPLES = 96
_CLEAR = 0.5
_HOPELESS = 0.2
_EDGE_PX = 96
_SEARCHES = (
    (128, np.arange(-4.0, 4.1, 2.0), np.arange(-6, 7, 3).astype(np.int32)),
    (192, np.arange(-1.0, 1.1, 0.5), np.arange(-2, 3, 1).astype(np.int32)),
    (384, np.arange(-0.3, 0.4, 0.15), np.arange(-1, 2, 1).astype(np.int32)),
)
"""Of how many samples; turns in degrees; shifts in pixels: around what the search before gave."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """`correlation`: 0 by chance, 1 where all is the same. `same_side`: of the places clearly on a ridge or in a valley
    in both, how many are on the same, 0.5 by chance. `share`: how much of the earlier frame that was told by."""

    correlation: float
    same_side: float
    share: float


NONE = Agreement(0.0, 0.0, 0.0)


def searchable(impression: Impression) -> Plane:
    """(H + 192, W + 192) float32: the ridges, as strong as they are seen by a signature; 0 around."""
    return np.asarray(cv2.copyMakeBorder(impression.bounded, *(_EDGE_PX,) * 4, cv2.BORDER_CONSTANT, value=0.0))


def agreement(now: Plane, earlier: Samples, guess: Guess) -> Agreement:
    """The best within some four degrees and six pixels of the guess. `now`: `searchable`."""
    places = np.asarray(earlier.places[:, 0] + 1j * earlier.places[:, 1], np.complex64)
    middle = complex(places.mean())
    places -= np.complex64(middle)
    turn, shift = guess.turn_rad, guess.shift_px + middle * np.exp(1j * guess.turn_rad)
    if len(places) < _LEAST_SAMPLES:
        return NONE
    for most, turns_deg, shifts_px in _SEARCHES:
        sampled = min(most, len(places))
        turns = turn + np.deg2rad(turns_deg)
        seen = _seen(now, places[:sampled], turns, shift, shifts_px)
        known = earlier.levels[:sampled]
        scores = seen.reshape(-1, sampled) @ known
        best = int(np.argmax(scores))
        if float(scores[best]) < _HOPELESS * float(known @ known):
            return NONE
        t, y, x = (int(part) for part in np.unravel_index(best, seen.shape[:3]))
        turn, shift = float(turns[t]), shift + complex(shifts_px[x], shifts_px[y])
    seen = _seen(now, places, np.array([turn]), shift, np.array([0], np.int32)).ravel()
    return _correlated(seen, earlier.levels)


def _correlated(seen: NDArray[np.float32], known: NDArray[np.float32]) -> Agreement:
    """Of what both hold. Exactly 0 is off the image."""
    met = seen != 0
    of_seen, of_known = float(np.square(seen).sum()), float(np.square(known[met]).sum())
    if not of_seen or not of_known:
        return NONE
    clear = (np.abs(seen) > _CLEAR) & (np.abs(known) > _CLEAR)
    same_side = float(((seen > 0) == (known > 0))[clear].mean()) if clear.any() else 0.0
    share = of_known / float(np.square(known).sum())
    return Agreement(float(seen @ known) / (of_seen * of_known) ** 0.5, same_side, share)


def _seen(
    now: Plane, places: NDArray[np.complex64], turns: NDArray[np.float64], shift: complex, shifts_px: NDArray[np.int32]
) -> Plane:
    """(turns, shifts down, shifts across, points) float32: what lies where the points come to lie."""
    height, width = now.shape
    turned = np.exp(1j * turns).astype(np.complex64)[:, None] * places[None]
    at = turned + np.complex64(shift + complex((width - 1) / 2, (height - 1) / 2))
    reach = int(np.abs(shifts_px).max())
    across = np.clip(np.rint(at.real), reach, width - 1 - reach).astype(np.int32)
    down = np.clip(np.rint(at.imag), reach, height - 1 - reach).astype(np.int32)
    moves = shifts_px[:, None] * np.int32(width) + shifts_px[None]
    found = now.ravel().take((down * np.int32(width) + across)[:, None, None] + moves[None, :, :, None])
    return np.asarray(found, np.float32)
