"""A person who does not exist, before a plain wall: plainly a drawing, made to be judged like a photograph."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels
from drivers.simulated.drawn.features import paint_features
from drivers.simulated.drawn.head import paint_body, paint_hair_before, paint_hair_behind, paint_head
from drivers.simulated.drawn.paint import Canvas
from drivers.simulated.drawn.person import make_person

HEAD_SHARE = 0.56
"""Crown to chin, of the picture's height."""
HEAD_REACH = 1.4
"""No part of the head, its hair included, lies farther from its middle, in half heads."""


@lru_cache(maxsize=8)
def draw_face(seed: int, height: int, width: int, *, head_share: float = HEAD_SHARE, chin_up: float = 0.0) -> Pixels:
    """(height, width, 3) uint8 B, G, R: head and shoulders, upright, facing the camera. Read-only: it is shared.

    `head_share`: how near the person sits. `chin_up`: as `Person` has it.
    """
    random = np.random.default_rng([seed, 43])
    person = replace(make_person(seed), chin_up=chin_up)
    unit_px = head_share * height / 2
    across = (np.arange(width, dtype=np.float32) - width / 2) / unit_px
    down = (np.arange(height, dtype=np.float32) - height * 0.44) / unit_px
    x, y = np.meshgrid(across, down)
    canvas = _wall(height, width)
    # The head fills a part of the picture only: what is painted on a view of it lands in the whole.
    columns, rows = np.abs(across) < HEAD_REACH, (down > -HEAD_REACH) & (down < HEAD_REACH)
    head = np.s_[_extent(rows), _extent(columns)]
    paint_hair_behind(canvas[head], x[head], y[head], person, random)
    paint_body(canvas, x, y, unit_px, person)
    paint_head(canvas[head], x[head], y[head], unit_px, person)
    paint_features(canvas[head], x[head], y[head], person, random)
    paint_hair_before(canvas[head], x[head], y[head], person, random)
    # Skin and cloth are never as smooth as a formula.
    canvas += 2.0 * random.standard_normal((height, width, 1), dtype=np.float32)
    blurred = cv2.GaussianBlur(canvas, (0, 0), 0.6)
    pixels: Pixels = np.clip(np.round(blurred), 0, 255).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


def _extent(inside: NDArray[np.bool_]) -> slice:
    where = np.flatnonzero(inside)
    return slice(int(where[0]), int(where[-1]) + 1)


def _wall(height: int, width: int) -> Canvas:
    """Light grey, a little brighter in the middle."""
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    glow = 206.0 - 16.0 * (x**2 + 0.6 * y**2)
    return np.asarray(glow[..., None] * np.asarray((1.0, 0.985, 0.965), np.float32), np.float32)
