"""The roundish pieces of contact in a map: the parts of fingers, told from strokes and text, and from one another.

Each cell's distance to the nearest cell without contact makes hills of fingers. What never rises to half a finger's
width is none (writing, rules, dirt). Where two hills meet in a saddle well below both, there are two pieces: fingers
that touch, or the parts of a finger on either side of a crease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.contact_map import ContactMap, Grid
from appliance.fingerprint.hand_angle import Moments
from drivers.contracts import Pixels

Labels = NDArray[np.int32]

_LEAST_RADIUS_MM: Final = 2.2
"""A six-year-old's little finger touches the glass in 6 mm of width."""
_STEP: Final = 1.12
"""From one height at which the hills are looked at to the next."""
_PROMINENCE: Final = 1.15
"""How much higher than the saddle a hill must be to be one."""
_HOLE_MM2: Final = 30.0
"""A scar's, a drop's, the rim of a hole punched in a card; larger ones stay open."""
_AROUND_MM: Final = 0.6
"""How far beyond its opening a piece reaches."""


@dataclass(frozen=True)
class Piece:
    """`points`: (n, 2) float64, x and y of its cells' centres, in mm from the image's corner. `relief`: (n,)
    float32."""

    points: NDArray[np.float64]
    relief: NDArray[np.float32]
    area_mm2: float

    @cached_property
    def hull(self) -> NDArray[np.float64]:
        """(k, 2): the points between which all others lie."""
        return np.asarray(cv2.convexHull(self.points.astype(np.float32))[:, 0], np.float64)

    @cached_property
    def moments(self) -> Moments:
        return Moments.of(self.points)


def joined(pieces: Sequence[Piece]) -> Piece:
    """Several as one."""
    points = np.concatenate([piece.points for piece in pieces])
    relief = np.concatenate([piece.relief for piece in pieces])
    return Piece(points, relief, sum(piece.area_mm2 for piece in pieces))


def phalanges(of: ContactMap) -> list[Piece]:
    """The largest first."""
    contact = _opened(_without_holes(of), of.cell_mm)
    heights = np.asarray(cv2.distanceTransform(contact, cv2.DIST_L2, 5) * np.float32(of.cell_mm), np.float32)
    seeds, saddles = _hills(heights)
    if not saddles:
        return []
    return sorted(
        _pieces(of, _owners(contact, seeds, saddles, of.cell_mm), len(saddles)), key=lambda piece: -piece.area_mm2
    )


def _owners(contact: Pixels, seeds: Labels, saddles: list[float], cell_mm: float) -> Labels:
    """To which hill each cell with contact belongs: the nearest; 0 for none."""
    count, parts = cv2.connectedComponents(contact, connectivity=8)
    if count == len(saddles) + 1:
        hill = np.zeros(count, np.int32)
        hill[parts[seeds > 0]] = seeds[seeds > 0]
        return np.asarray(hill[parts], np.int32)
    apart = np.asarray(seeds == 0, np.uint8)
    far, nearest = cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    hill = np.zeros(int(nearest.max()) + 1, np.int32)
    hill[nearest[seeds > 0]] = seeds[seeds > 0]
    owner = np.asarray(hill[nearest], np.int32)
    reach = ((np.array([0.0, *saddles]) + _AROUND_MM) / cell_mm).astype(np.float32)[owner]
    owner[(contact == 0) | (far > reach)] = 0
    return owner


def _without_holes(of: ContactMap) -> Pixels:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - of.mask, connectivity=4)
    if count == 1:
        return of.mask
    filled = stats[:, cv2.CC_STAT_AREA] * of.cell_mm**2 < _HOLE_MM2
    filled[0] = True
    return np.asarray(filled[labels], np.uint8)


def _opened(contact: Pixels, cell_mm: float) -> Pixels:
    """Without what is thinner than any finger, also where the image's border cuts through it (a card's rules)."""
    side = 2 * round(_LEAST_RADIUS_MM / cell_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    eroded = cv2.erode(contact, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(cv2.dilate(eroded, disc), np.uint8)


def _hills(heights: Grid) -> tuple[Labels, list[float]]:
    """Each hill's number, from 1 on, on its cells above the saddle that parts it from others; and these saddles, mm."""
    flat = heights.ravel()
    peaks = np.flatnonzero((heights >= cv2.dilate(heights, np.ones((3, 3), np.uint8))) & (heights >= _LEAST_RADIUS_MM))
    hills: dict[int, tuple[float, Labels, int]] = {}
    hill_of = np.zeros(peaks.size, np.int64)
    """The hill on which each peak lies: 0, no hill, before the first level."""
    born, level = 0, _LEAST_RADIUS_MM
    while peaks.size:
        _, parts_at_level = cv2.connectedComponents(np.asarray(heights >= level, np.uint8), connectivity=8)
        labels = np.asarray(parts_at_level, np.int32)
        part_of = labels.ravel()[peaks]
        highest = np.zeros(int(part_of.max()) + 1)
        np.maximum.at(highest, part_of, flat[peaks])
        parent_of = np.zeros(highest.size, np.int64)
        parent_of[part_of] = hill_of
        children: dict[int, list[int]] = {}
        for part in range(1, highest.size):
            if highest[part] >= level * (_PROMINENCE if parent_of[part] else 1.0):
                children.setdefault(int(parent_of[part]), []).append(part)
        for parent, parts in children.items():
            if len(parts) < 2 and parent:
                continue
            hills.pop(parent, None)
            for part in parts:
                born += 1
                hills[born] = (level, labels, part)
                hill_of[part_of == part] = born
        level *= _STEP
        higher = flat[peaks] >= level
        peaks, hill_of = peaks[higher], hill_of[higher]
    seeds = np.zeros(heights.shape, np.int32)
    for number, (_, labels, part) in enumerate(hills.values(), 1):
        seeds[labels == part] = number
    return seeds, [saddle for saddle, _, _ in hills.values()]


def _pieces(of: ContactMap, owner: Labels, count: int) -> list[Piece]:
    cells = np.flatnonzero(owner)
    cells = cells[np.argsort(owner.ravel()[cells], kind="stable")]
    y, x = np.divmod(cells, owner.shape[1])
    points = (np.stack([x, y], axis=1) + 0.5) * of.cell_mm
    relief = of.relief.ravel()[cells]
    ends = np.searchsorted(owner.ravel()[cells], np.arange(1, count + 1), side="right")
    starts = np.append(0, ends[:-1])
    return [
        Piece(points[start:end], relief[start:end], float(end - start) * of.cell_mm**2)
        for start, end in zip(starts, ends, strict=True)
        if end > start
    ]
