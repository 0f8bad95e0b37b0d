"""A finger made of numbers: minutiae and a flow of ridges, laid down turned, shifted, torn and soiled at will."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.minutiae import Minutiae
from appliance.fingerprint.ridges import Ridges
from appliance.fingerprint.template import Template, prepared

SIDE_PX = 480
_CELLS = SIDE_PX * 2 // 3 // 4
_REACH_PX = 170
_APART_PX = 12.0
_MIDDLE = SIDE_PX / 2


@dataclass(frozen=True)
class MadeFinger:
    """`x`, `y`: pixels from its middle, y downwards. `opens`: 0 or 1, which way along the ridges each minutia heads."""

    seed: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    opens: NDArray[np.intp]

    def ridges_rad(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """The angle of its ridges: slow waves of its own, so that no two fingers flow alike."""
        random = np.random.default_rng([self.seed, 1])
        angle = np.full(x.shape, random.uniform(0, np.pi))
        for _ in range(3):
            across, down, phase = random.uniform(-0.012, 0.012), random.uniform(-0.012, 0.012), random.uniform(0, 6)
            angle = angle + random.uniform(0.4, 0.9) * np.sin(across * x + down * y + phase)
        return angle

    def impression(
        self,
        *,
        turn_deg: float = 0.0,
        shift_px: tuple[float, float] = (0.0, 0.0),
        lost: float = 0.0,
        false: int = 0,
        jitter_px: float = 0.0,
        seed: int = 0,
    ) -> Template:
        """`lost`: the share of its minutiae that is missing. `false`: so many that are not its own."""
        ridges, minutiae = self.laid_down(turn_deg, shift_px, lost, false, jitter_px, seed)
        return prepared(ridges, minutiae)

    def laid_down(
        self, turn_deg: float, shift_px: tuple[float, float], lost: float, false: int, jitter_px: float, seed: int
    ) -> tuple[Ridges, Minutiae]:
        random = np.random.default_rng([self.seed, seed, 2])
        kept = random.random(len(self.x)) >= lost
        x, y, opens = self.x[kept], self.y[kept], self.opens[kept]
        x = np.concatenate([x, random.uniform(-_REACH_PX, _REACH_PX, false)])
        y = np.concatenate([y, random.uniform(-_REACH_PX, _REACH_PX, false)])
        opens = np.concatenate([opens, random.integers(0, 2, false)])
        turn = np.exp(1j * np.deg2rad(turn_deg))
        heads = self.ridges_rad(x, y) + np.pi * opens + np.deg2rad(turn_deg)
        x, y = x + random.normal(0, jitter_px, x.size), y + random.normal(0, jitter_px, y.size)
        laid = (x + 1j * y) * turn + complex(*shift_px) + _MIDDLE * (1 + 1j)
        seen = (np.abs(laid.real - _MIDDLE) < _MIDDLE - 1) & (np.abs(laid.imag - _MIDDLE) < _MIDDLE - 1)
        count = int(seen.sum())
        minutiae = Minutiae(
            laid.real[seen].round().astype(np.intp),
            laid.imag[seen].round().astype(np.intp),
            np.rint(-heads[seen] * 128 / np.pi).astype(np.intp) & 255,
            np.ones(count, np.uint8),
            np.full(count, 80, np.uint8),
        )
        return self._ridges(turn, complex(*shift_px), float(np.deg2rad(turn_deg))), minutiae

    def _ridges(self, turn: complex, shift: complex, turn_rad: float) -> Ridges:
        along = (np.arange(_CELLS) + 0.5) * 6 - _MIDDLE
        x, y = np.meshgrid(along, along)
        own = (x + 1j * y - shift) * np.conj(turn)
        normal = self.ridges_rad(own.real, own.imag) + turn_rad + np.pi / 2
        where = np.hypot(own.real, own.imag) < _REACH_PX * 1.2
        across, down = (np.rint(127 * part(normal) * where).astype(np.float32) for part in (np.cos, np.sin))
        stripes = np.tile(np.array([0, 0, 255, 255], np.uint8), (4 * _CELLS, _CELLS))
        return Ridges(stripes, (across, down), where, 0, 0, 0, 0)


def make_finger(seed: int, minutiae: int = 40) -> MadeFinger:
    """Minutiae no nearer to one another than on a finger."""
    random = np.random.default_rng([seed, 0])
    places: list[complex] = []
    while len(places) < minutiae:
        place = complex(*random.uniform(-_REACH_PX, _REACH_PX, 2))
        if abs(place) < _REACH_PX and all(abs(place - other) > _APART_PX for other in places):
            places.append(place)
    found = np.array(places)
    return MadeFinger(seed, found.real, found.imag, random.integers(0, 2, minutiae))
