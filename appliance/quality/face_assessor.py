"""What judges faces, by whichever means are installed (`portrait`, and `face` where the networks are missing)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from appliance.face.portrait import Portrait
from appliance.model.portrait import Criterion
from appliance.model.verdict import Verdict
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from drivers.contracts import Pixels

LIVE_ADULT: Final = PortraitWanted()


@dataclass(frozen=True, slots=True, eq=False)
class MadePortrait:
    """`verdict`: of the portrait itself. `criteria`: those that could be told, its geometry's among them."""

    portrait: Portrait
    verdict: Verdict
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AssessedStill:
    """`compose`: makes the portrait of this very still; raises QualityError. None where it shows no face that could be
    judged, or where who judged it knows no points of faces."""

    verdict: Verdict
    compose: Callable[[], MadePortrait] | None = None


class FaceAssessor(Protocol):
    """One thread at a time. None of it ever raises; all take (H, W) or (H, W, 3) uint8 B, G, R.

    `reduced_by`: of a picture that was made smaller to be looked at; sizes are said as the whole one has them.
    `wanted`: what limits the advice goes by.
    """

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        """The whole verdict on a picture that may be kept; the largest face is judged."""
        ...

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        """The same, and what a portrait can be made of."""
        ...

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        """A quicker one on the next preview of a stream: it guides, and is never recorded."""
        ...
