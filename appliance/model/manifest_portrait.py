"""What a package says of a portrait beside its score: what it was made for, how, and which criteria it meets."""

from __future__ import annotations

from typing import Annotated

import msgspec

from appliance.model.manifest_values import Code, Count, Share, Value

Edge = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class CriterionRecord(Value, frozen=True, kw_only=True):
    name: Code
    mandatory: bool
    met: bool


class CompositionRecord(Value, frozen=True, kw_only=True):
    """How the picture was made of the camera's still, in one step. `scale`: its pixels for one of the still's;
    `enlarged`: more than one, so that there is less in it than its size says. `turn_deg`: by how much the head leaned,
    clockwise as seen. `filled_share`: of it, what lay outside the still and repeats its edge."""

    width_px: Edge
    height_px: Edge
    scale: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    enlarged: bool
    turn_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    filled_share: Share


class PortraitRecord(Value, frozen=True, kw_only=True):
    """`profile`: the limits it was to keep (`permit`, `live`), `template` by which age's (`adult`, `under-ten`,
    `under-six`). `omitted` says why no portrait was composed, and is None where one was; the image is then the still as
    the camera gave it. `stills`: of how many it is the best. `criteria`: those that could be told; they decide which
    still is kept and never whether a person is refused.
    """

    profile: Code
    template: Code
    composition: CompositionRecord | None
    omitted: Code | None
    stills: Count
    criteria: tuple[CriterionRecord, ...]
