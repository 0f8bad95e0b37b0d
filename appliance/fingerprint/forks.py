"""Whether a place of the phase is where a ridge or a valley ends: by filters that look like one, at five widths.

An ending ridge is a forking valley, so one filter finds both; its sign tells which. Its parts that are even and odd
along the ridge add up to a fork that opens one way and subtract to one that opens the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.phase import NOWHERE
from appliance.fingerprint.taps import even, odd
from appliance.fingerprint.unit_vectors import UNIT, of_turn
from drivers.contracts import Pixels

_TAPS: Final = 17
_SHIFTS: Final = 3
"""The fork may be a pixel beside the place."""
_SIDE_PX: Final = _TAPS + _SHIFTS - 1
_LEAST: Final = 80
_MIRRORED: Final = 102 / 256
"""What the same fork turned round may have at most of the response."""
_NORM: Final = 1 / (1 << 17)
_AT_ONCE: Final = 1600
"""Places whose patches are cut out in one go: some megabytes, and OpenCV numbers them with 15 bits."""


def _shifted(taps: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, 19): the same taps at each shift."""
    return np.stack([np.pad(taps, (shift, _SHIFTS - 1 - shift)) for shift in range(_SHIFTS)])


_BELL: Final = even(50, 48, 41, 32, 23, 14, 8, 4, 2)
_SLOPE: Final = odd(0, 48, 82, 96, 90, 72, 50, 30, 16)
_EVEN_WAVES: Final = (
    even(0, 55, -53, -61, 74, 3, -28, 7, 3),
    even(0, 42, 0, -83, 3, 63, -1, -25, 1),
    even(0, 29, 25, -50, -58, 22, 51, 5, -24),
    even(-2, 16, 28, -14, -60, -41, 18, 41, 13),
    even(0, 13, 28, 13, -27, -50, -29, 14, 38),
)
_ODD_WAVES: Final = (
    even(52, -14, -32, 22, 6, -9, 1, 1, 0),
    even(44, 0, -36, 1, 19, 0, -7, 0, 2),
    even(37, 9, -28, -18, 12, 14, -1, -6, -1),
    even(31, 13, -17, -24, -5, 13, 11, 0, -5),
    even(26, 15, -7, -21, -16, 0, 11, 10, 3),
)
_DOWN: Final = np.concatenate([_shifted(_BELL), _shifted(_SLOPE)])
"""(6, 19)."""
_ACROSS: Final = tuple(
    np.stack([_shifted(wave) for wave in waves], axis=1).reshape(-1, _SIDE_PX) for waves in (_EVEN_WAVES, _ODD_WAVES)
)
"""(15, 19) each: of three shifts and five widths."""
_RESPONSES: Final = _SHIFTS * len(_ACROSS[0])
_WEIGHTS: Final = np.repeat(np.arange(16, 11, -1), _RESPONSES // 5).astype(np.float32) / 16
_GRID: Final = np.arange(_SIDE_PX, dtype=np.float32) - _SIDE_PX // 2


@dataclass(frozen=True)
class Forks:
    """(n,) each. `response`: 0 where it is none, otherwise from 80 to 255. `is_ending`: of a ridge, else of a valley.
    `is_turned`: it opens against the direction in which it was looked for."""

    response: NDArray[np.intp]
    is_ending: NDArray[np.bool_]
    is_turned: NDArray[np.bool_]


def forks(phase: Pixels, x: NDArray[np.intp], y: NDArray[np.intp], direction: NDArray[np.intp]) -> Forks:
    """At n places of (h, w) uint8, looked at along `direction` (256ths of a turn)."""
    found = [
        _forks(phase, x[first : first + _AT_ONCE], y[first : first + _AT_ONCE], direction[first : first + _AT_ONCE])
        for first in range(0, len(x), _AT_ONCE)
    ]
    if not found:
        return Forks(np.zeros(0, np.intp), np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    return Forks(
        np.concatenate([part.response for part in found]),
        np.concatenate([part.is_ending for part in found]),
        np.concatenate([part.is_turned for part in found]),
    )


def _forks(phase: Pixels, x: NDArray[np.intp], y: NDArray[np.intp], direction: NDArray[np.intp]) -> Forks:
    count = len(x)
    patches = _patches(phase, x, y, direction)
    down = (_DOWN @ patches.reshape(_SIDE_PX, -1)).reshape(2, _SHIFTS, _SIDE_PX, count)
    even, odd = ((_ACROSS[part] @ down[part]).reshape(_RESPONSES, count) for part in range(2))
    both = np.stack([even + odd, even - odd], axis=1)
    strength = (np.abs(both) * _WEIGHTS[:, None, None]).reshape(-1, count)
    best = strength.argmax(axis=0)
    each = np.arange(count)
    response = np.rint(strength[best, each] * np.float32(_NORM))
    mirrored = np.rint(strength[best ^ 1, each] * np.float32(_NORM))
    is_fork = (response >= _LEAST) & (response * _MIRRORED >= mirrored)
    return Forks(
        np.where(is_fork, response, 0).astype(np.intp),
        both.reshape(-1, count)[best, each] > 0,
        (best & 1).astype(bool),
    )


def _patches(
    phase: Pixels, x: NDArray[np.intp], y: NDArray[np.intp], direction: NDArray[np.intp]
) -> NDArray[np.float32]:
    """(19, 19, n): rows and columns of every patch, turned so that its columns run along `direction`."""
    cosine, sine = (_GRID[:, None] * part * np.float32(1 / (UNIT + 1)) for part in of_turn(direction))
    at_x = (x.astype(np.float32) - sine)[:, None] + cosine
    at_y = (y.astype(np.float32) + cosine)[:, None] + sine
    turned = cv2.remap(
        phase,
        at_x.reshape(_SIDE_PX**2, -1),
        at_y.reshape(_SIDE_PX**2, -1),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=NOWHERE,
    )
    return turned.reshape(at_x.shape).astype(np.float32)
