"""Signature pads: the pen's points as it writes. What a signature is, once it is written, is the appliance's.

The names follow ISO/IEC 19794-7 (signature time series): X and Y, pressure, time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Protocol

import msgspec

from drivers.contracts.device import Driver, Stop

MOST_STROKES = 500
MOST_POINTS = 5000
"""In one stroke."""

Coordinate = Annotated[float, msgspec.Meta(ge=-10_000, le=10_000)]
Pressure = Annotated[float, msgspec.Meta(ge=0, le=1)]
Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=3_600_000)]
Extent = Annotated[float, msgspec.Meta(gt=0, le=10_000)]
PadSize = tuple[Extent, Extent]
"""Width and height in the unit of its points."""


class SignatureRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`timeout_s` is for the pen to touch the pad; once it has, the signature goes on until stopped."""

    timeout_s: float = 60.0


class PenPoint(msgspec.Struct, frozen=True, array_like=True):
    """(x, y) from the pad's upper left corner, `pressure` 0 to 1, `time_ms` since the first point, and the number
    of the stroke that it belongs to, from 0: a new one begins whenever the pen touches the pad."""

    x: Coordinate
    y: Coordinate
    pressure: Pressure
    time_ms: Milliseconds
    stroke: Annotated[int, msgspec.Meta(ge=0, lt=MOST_STROKES)]


class SignaturePad(Driver, Protocol):
    def size(self) -> PadSize:
        """Of the opened pad."""
        ...

    def sign(self, request: SignatureRequest, stop: Stop) -> Iterator[PenPoint]:
        """Points as they are written, on a cleared pad. Ends quietly on stop, or where the pad has a key for it.

        CaptureTimedOut when nobody began to write.
        """
        ...
