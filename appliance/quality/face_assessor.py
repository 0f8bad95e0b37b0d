"""What judges faces, by whichever means are installed (`portrait`, and `face` where the networks are missing)."""

from __future__ import annotations

from typing import Protocol

from appliance.model.verdict import Verdict
from drivers.contracts import Pixels


class FaceAssessor(Protocol):
    """One thread at a time. Neither ever raises; both take (H, W) or (H, W, 3) uint8 B, G, R.

    `reduced_by`: of a picture that was made smaller to be looked at; sizes are said as the whole one has them.
    """

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0) -> Verdict:
        """The whole verdict on a picture that may be kept; the largest face is judged."""
        ...

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0) -> Verdict:
        """A quicker one on the next preview of a stream: it guides, and is never recorded."""
        ...
