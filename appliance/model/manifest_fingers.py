"""What a package says of its fingerprints beside their quality: how alike they are, and liveness hints on all of
them (`manifest_liveness` has those on each).

Figures and codes; nothing that gives back a print or that could be compared with another package's.
"""

from __future__ import annotations

from typing import Literal

from appliance.model.manifest_values import Algorithm, Code, Count, Share, Value


class LikenessRecord(Value, frozen=True, kw_only=True):
    """`attempt` is the other's place in the manifest's `attempts`, from 0, and `position` which finger of it. `score`
    from 0 to 1, not a probability."""

    attempt: Count
    position: Code
    score: Share


class ResemblanceRecord(Value, frozen=True, kw_only=True):
    """Of one impression to those given as other fingers. `alike` are those at or above the manifest's threshold.

    `omitted` says why nothing of it could be compared, and is None where it could.
    """

    minutiae: Count
    alike: tuple[LikenessRecord, ...]
    omitted: Code | None


class AlikeRecord(Value, frozen=True, kw_only=True):
    """Two impressions given as different fingers, by their places in `attempts` and what they were given as there. Of
    one placement both places are the same."""

    first: Count
    first_position: Code
    second: Count
    second_position: Code
    score: Share


class UniquenessRecord(Value, frozen=True, kw_only=True):
    """Whether the fingers are as many as they claim. A warning: nothing was barred by it.

    `compared`: pairs given as different fingers. `repeated`: one finger given as two; one entry for two positions, the
    strongest. `swapped`: a right and a left finger that seem to have changed places between rounds. `omitted` says why
    nothing was compared, and is None where anything was.
    """

    algorithm: Algorithm
    threshold: Share
    compared: Count
    repeated: tuple[AlikeRecord, ...]
    swapped: tuple[AlikeRecord, ...]
    omitted: Code | None


class OverallLivenessRecord(Value, frozen=True, kw_only=True):
    """Of all impressions, kept or not: the most doubtful one's `score`, and that of each position in `fingers`.

    `examined` and `omitted` count impressions with and without a score.
    """

    score: Share | None
    alarm: bool
    fingers: dict[Code, Share | None]
    examined: Count
    omitted: Count
    algorithm: Algorithm
    pad: Literal["not-performed"]
