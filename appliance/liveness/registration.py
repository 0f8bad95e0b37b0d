"""How an earlier frame must be turned and shifted to be this one, if it is: a few guesses from their landmarks.

Every pair of landmarks with like surroundings speaks for one turn and shift (a generalised Hough transform: Ballard,
Generalizing the Hough transform to detect arbitrary shapes, Pattern Recognition 13(2), 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.liveness.frame_signature import FrameSignature, places_of, surroundings_of
from appliance.liveness.landmarks import TURNS_DEG, Landmarks

GUESSES = 8
LEAST_VOTES, MORE_VOTES = 5, 6
"""For the first two guesses, and for further ones. Chance alone gives so many to the likeliest of 30 frames: a guess is
cheap, and only the ridges tell."""
_ALIKE = 0.70
_CELL_PX = 12.0
_CELLS = 16
_MIDDLE = np.complex64(complex(_CELLS / 2, _CELLS / 2))
"""Twelve pixels each: shifts of up to 96 pixels each way, turns about the image's middle included."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A place `p` of the earlier frame `frame`, as a complex number, lies at `p * e^(i turn) + shift` in this one."""

    frame: int
    turn_rad: float
    shift_px: complex
    votes: int


def guesses(earlier: Sequence[FrameSignature], turned: Landmarks) -> list[Guess]:
    """The likeliest first, at most eight. `turned`: this frame's landmarks."""
    owners = np.repeat(np.arange(len(earlier)), [each.landmarks for each in earlier])
    if not len(owners) or not len(turned.places):
        return []
    before, now = _complex(places_of(earlier)), _complex(turned.places)
    turns, count = len(TURNS_DEG), len(turned.places)
    alike = surroundings_of(earlier) @ turned.around[1:].reshape(turns * count, -1).T
    alike = alike.reshape(-1, turns, count)
    likest = alike.argmax(axis=2)
    which, turn = np.nonzero(np.take_along_axis(alike, likest[:, :, None], axis=2)[:, :, 0] > _ALIKE)
    whose = likest[which, turn]
    turned_by = np.exp(1j * np.deg2rad(TURNS_DEG)).astype(np.complex64)
    shift = (now[whose] - before[which] * turned_by[turn]) * np.complex64(1 / _CELL_PX) + _MIDDLE
    x, y = shift.real.astype(np.int32), shift.imag.astype(np.int32)
    near = (shift.real >= 0) & (x < _CELLS) & (shift.imag >= 0) & (y < _CELLS)
    cell = (((owners[which] * turns + turn) * _CELLS + y) * _CELLS + x)[near]
    which, whose = which[near], whose[near]
    votes = np.bincount(cell, minlength=len(earlier) * turns * _CELLS * _CELLS).astype(np.int32)
    smooth = _with_neighbours(votes.reshape(-1, _CELLS, _CELLS))
    found: list[Guess] = []
    for _ in range(GUESSES):
        best = int(np.argmax(smooth))
        plane, y0, x0 = (int(part) for part in np.unravel_index(best, smooth.shape))
        if smooth[plane, y0, x0] < (LEAST_VOTES if len(found) < 2 else MORE_VOTES):
            break
        after = cell - best
        theirs = (after == 0) | (after == _CELLS)
        if x0 + 1 < _CELLS:
            theirs |= (after == 1) | (after == _CELLS + 1)
        if y0 + 1 == _CELLS:
            theirs &= after < _CELLS
        found.append(_fitted(plane // turns, before[which[theirs]], now[whose[theirs]], TURNS_DEG[plane % turns]))
        smooth[plane, max(y0 - 1, 0) : y0 + 2, max(x0 - 1, 0) : x0 + 2] = 0
    return found


def _with_neighbours(votes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Each cell with the next ones across and down: two cells wide, so that no shift lies on an edge of all."""
    wide = votes.copy()
    wide[:, :, :-1] += votes[:, :, 1:]
    tall = wide.copy()
    tall[:, :-1] += wide[:, 1:]
    return tall


def _fitted(frame: int, before: NDArray[np.complex64], now: NDArray[np.complex64], turn_deg: float) -> Guess:
    """The turn and shift that bring the pairs nearest together; the turn stays near the one that they voted for."""
    b, n = before - before.mean(), now - now.mean()
    around = complex((n * np.conj(b)).sum() * np.exp(-1j * np.deg2rad(turn_deg)))
    off = float(np.clip(np.angle(around), -np.deg2rad(6.0), np.deg2rad(6.0))) if abs(around) > 1.0 else 0.0
    turn = float(np.deg2rad(turn_deg)) + off
    return Guess(frame, turn, complex(now.mean() - before.mean() * np.exp(1j * turn)), len(before))


def _complex(points: NDArray[np.float32]) -> NDArray[np.complex64]:
    return np.asarray(points[:, 0] + 1j * points[:, 1], np.complex64)
