"""From a finger as far as it touches the glass to its tip alone: a turned box that ends at the first crease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.fingerprint.contact_map import ContactMap
from appliance.fingerprint.finger_columns import Column
from appliance.fingerprint.first_crease import length_mm
from appliance.fingerprint.hand_angle import as_placed, upright

_TRUST: Final = 0.12
"""The elongation at which a finger's own axis counts as much as the hand's."""
_LEAN_DEG: Final = 15.0
"""No finger leans further from its hand than this."""
_HALO_MM: Final = 0.35
"""By which the map's windows make contact wider on each side."""


@dataclass(frozen=True)
class Fingertip:
    """`centre_mm`: x and y from the image's corner. `across_mm` and `along_mm`: of the tip's end, to the right and
    upwards in the hand's direction. `is_cut`: by the image's border. `column`: the finger's number from the left; what
    may be the tip of one and the same has one and the same."""

    centre_mm: tuple[float, float]
    angle_deg: float
    width_mm: float
    height_mm: float
    area_mm2: float
    across_mm: float
    along_mm: float
    is_cut: bool
    column: int


def fingertips(of: Sequence[Column], hand_deg: float, within: ContactMap) -> list[Fingertip]:
    """From left to right; what may be the tip of one finger from its end on."""
    tips = []
    for number, column in enumerate(of):
        lower: Column | None = column
        while lower is not None:
            tips.append(_fingertip(lower, hand_deg, within, number))
            lower = lower.lower
    return tips


def _fingertip(of: Column, hand_deg: float, within: ContactMap, number: int) -> Fingertip:
    lean = (of.axis.angle_deg - hand_deg + 90.0) % 180.0 - 90.0
    share = of.axis.elongation / (of.axis.elongation + _TRUST)
    angle = hand_deg + float(np.clip(lean * share, -_LEAN_DEG, _LEAN_DEG))
    points = upright(of.tip.points, angle)
    edge = within.cell_mm / 2 - _HALO_MM
    left, right = points[:, 0].min() - edge, points[:, 0].max() + edge
    top = points[:, 1].max() + edge
    height = length_mm(top - points[:, 1], of.tip.relief, right - left)
    height = min(height + edge, top - points[:, 1].min() + edge)
    x, y = as_placed(np.array([[(left + right) / 2, top - height / 2]]), angle)[0]
    end = upright(as_placed(np.array([[(left + right) / 2, top]]), angle), hand_deg)[0]
    kept = float((top - points[:, 1] <= height).mean()) * of.tip.area_mm2
    is_cut = _touches_border(of, within)
    centre, (across, along) = (float(x), float(y)), (float(value) for value in end)
    return Fingertip(centre, angle, float(right - left), float(height), kept, across, along, is_cut, number)


def _touches_border(of: Column, within: ContactMap) -> bool:
    rows, columns = within.mask.shape
    cells = of.tip.points / within.cell_mm
    low, high = cells.min(axis=0), cells.max(axis=0)
    return bool(low.min() < 1 or high[0] > columns - 1 or high[1] > rows - 1)
