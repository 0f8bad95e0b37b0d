"""What lies behind: a wall with doors, boards and pictures on it, because honest rooms have straight edges too."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def room(random: np.random.Generator, height: int, width: int) -> Plane:
    """(height, width, 3) float32."""
    tone = random.uniform(90, 215) * random.uniform(0.92, 1.08, 3)
    across = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :, None]
    down = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None, None]
    wall = tone * (1.0 + random.uniform(-0.1, 0.1) * across + random.uniform(-0.1, 0.1) * down)
    wall = np.ascontiguousarray(np.broadcast_to(wall, (height, width, 3)), np.float32)
    for _ in range(int(random.integers(0, 5))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        w, h = random.uniform(60, 500), random.uniform(60, 700)
        corners = ((round(x - w / 2), round(y - h / 2)), (round(x + w / 2), round(y + h / 2)))
        cv2.rectangle(wall, *corners, tuple(tone * random.uniform(0.4, 1.3)), cv2.FILLED)
        if random.random() < 0.5:
            cv2.rectangle(wall, *corners, tuple(tone * random.uniform(0.3, 0.8)), int(random.integers(2, 10)))
    wall += (
        cv2.GaussianBlur(random.standard_normal((height, width, 1)).astype(np.float32), (0, 0), 1.2)[..., None] * 3.0
    )
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), float(random.uniform(0.8, 4.0))), np.float32)
