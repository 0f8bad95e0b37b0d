"""Whether the person before the camera is the one in the document's portrait: not supported, and said so.

A network for this would have to be one with a clear licence and known training data. Those in the registries are
trained on collections of faces that were gathered without asking and are withdrawn or for research only, or do not
say on what (decision 0029). Until there is one, the operator compares with their own eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels


class PortraitOrigin(StrEnum):
    """Where the document's portrait was had from."""

    PRINTED = "printed"
    CHIP = "chip"


class ComparisonStatus(StrEnum):
    """There is no other answer yet: whoever adds one adds the values that it can have."""

    NOT_SUPPORTED = "not-supported"


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """Has no score: where nothing was compared there is none, not even 0. `reason`: a stable code."""

    status: ComparisonStatus
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class FaceSample:
    """`pixels`: (H, W, 3) uint8 B, G, R. `points`: (478, 2 or 3), the landmarks in them."""

    pixels: Pixels
    points: NDArray[np.floating]


class FaceComparer(Protocol):
    """One to one only: nobody is looked for among others."""

    def compare(self, live: FaceSample, document: FaceSample, origin: PortraitOrigin) -> FaceComparison: ...


class UnsupportedComparer:
    """Looks at neither picture."""

    def compare(self, live: FaceSample, document: FaceSample, origin: PortraitOrigin) -> FaceComparison:
        del live, document, origin
        return FaceComparison(ComparisonStatus.NOT_SUPPORTED, "no-model-with-clear-licence-and-known-training-data")
