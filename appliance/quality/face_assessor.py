"""What judges faces, by whichever means are installed (`portrait`, and `face` where the networks are missing)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.model.verdict import Verdict
from drivers.contracts import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """What networks see of the face that was judged last, for others who look at the same picture.

    `landmarks_px`: (478, 3) float32 x, y, z in that picture's pixels, in MediaPipe's order; None where it showed no
    face that could be judged. `coefficients`: blendshapes by MediaPipe's names, 0 to 1.
    """

    landmarks_px: NDArray[np.float32] | None = None
    coefficients: Mapping[str, float] = field(default_factory=dict)


class FaceAssessor(Protocol):
    """One thread at a time. Neither ever raises; both take (H, W) or (H, W, 3) uint8 B, G, R.

    `reduced_by`: of a picture that was made smaller to be looked at; sizes are said as the whole one has them.
    """

    @property
    def seen(self) -> SeenFace | None:
        """Of the picture that was assessed or glanced at last. None where no networks are installed."""
        ...

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0) -> Verdict:
        """The whole verdict on a picture that may be kept; the largest face is judged."""
        ...

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0) -> Verdict:
        """A quicker one on the next preview of a stream: it guides, and is never recorded."""
        ...
