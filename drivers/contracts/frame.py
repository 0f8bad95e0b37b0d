"""An image as it leaves a device: pixels, where they came from, and whether anything real was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(H, W) grey, or (H, W, 3) in OpenCV's order B, G, R; uint8, 0 is black, C-contiguous. Prints are dark on light."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One image.

    `pixels` may lie in memory that the giver takes back (a `FramePool` slot): who keeps it, copies it.
    `captured_monotonic_ns` of a camera's frame is a moment before which it was not taken; of others, when it was read.
    `resolution_ppi` is None where it has no meaning (a camera) or is unknown.
    `simulated` is true for everything that no sensor saw, emulators included; it travels into the signed package.
    `position` is the finger that it shows where the device says so (one placement on a slap scanner gives several
    frames). `preview` marks a picture that is only to be looked at: nobody vouches for it, and it is never kept.
    `lossy`: its pixels were compressed with loss on their way, and are never to be so again.
    `reduced_by` says how many of the camera's pixels lie along one of a preview's.
    """

    pixels: Pixels
    sequence: int
    captured_monotonic_ns: int
    resolution_ppi: int | None = None
    simulated: bool = False
    position: str = ""
    preview: bool = False
    reduced_by: float = 1.0
    lossy: bool = False


class FramePool(Protocol):
    """Where a driver puts its pixels, so that they need not be copied again."""

    def take(self, height: int, width: int, channels: int = 1) -> Pixels:
        """An array to write into, (H, W) for one channel, (H, W, 3) for three; its content is undefined."""
        ...


class PrivatePool:
    """A pool of ordinary memory, for tests and for one-off use without a host process."""

    def take(self, height: int, width: int, channels: int = 1) -> Pixels:
        shape = (height, width) if channels == 1 else (height, width, channels)
        return np.empty(shape, np.uint8)
