"""Whether what lies on the glass moves from one frame to the next."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

NEXT_WITHIN_S: Final = 0.5
"""A frame that comes later than that is another look, not the next one."""
_STEP_PX: Final = 4
_SMOOTHED_PX: Final = 3
_MOVING: Final = 0.4
"""Of the change that two pictures which have nothing in common show. A ridge of 9 pixels that moves by one gives 0.34,
by two 0.64."""
_LEAST_DEVIATION: Final = 2.0


class Stillness:
    """Of one capture: told of each frame in turn."""

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._before_s = 0.0

    def moves(self, pixels: Pixels, captured_s: float) -> bool:
        """(H, W) or (H, W, 3) uint8. False where no frame came shortly before, or one of another size."""
        seen = _sampled(pixels)
        before, gap_s = self._before, captured_s - self._before_s
        self._before, self._before_s = seen, captured_s
        if before is None or before.shape != seen.shape or not 0 <= gap_s <= NEXT_WITHIN_S:
            return False
        unlike = float(np.sqrt(before.var() + seen.var()))
        if unlike < _LEAST_DEVIATION:
            return False
        change = float(np.sqrt(np.square(seen - before).mean()))
        return change > _MOVING * unlike


def _sampled(pixels: Pixels) -> NDArray[np.float32]:
    """Every fourth pixel each way, without the noise of single ones."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    smooth = cv2.blur(grey, (_SMOOTHED_PX, _SMOOTHED_PX))
    return np.asarray(smooth[::_STEP_PX, ::_STEP_PX], np.float32)
