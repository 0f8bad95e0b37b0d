"""The frames that an attendance has seen, as signatures: a value that ends with the attendance, never written.

What the box has seen in other attendances is known by traces alone, which tell the very same pixels and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.liveness.frame_signature import FrameSignature

MOST_FRAMES = 30
MOST_TRACES = 200


@dataclass(frozen=True, slots=True)
class Traces:
    """Of the box's latest frames, whoever gave them: keyed digests of 16 bytes, the oldest first. `key`: 0 to
    2**128 - 1, random, new with every start of the box, so that a digest means nothing elsewhere or later."""

    key: int
    digests: tuple[bytes, ...] = ()

    def with_digest(self, digest: bytes) -> Traces:
        """The oldest is forgotten where there is no more room; one that is there already counts as new again."""
        others = tuple(known for known in self.digests if known != digest)
        return replace(self, digests=(*others, digest)[-MOST_TRACES:])


@dataclass(frozen=True, slots=True)
class FrameMemory:
    """At most 30 frames, the oldest first. `key`: 0 to 2**128 - 1, the attendance's own and random; it chooses where a
    frame is sampled, and without it nobody can say where that was."""

    key: int
    frames: tuple[FrameSignature, ...] = ()
    traces: Traces | None = None
    """None where nothing is known of other attendances."""

    def with_frame(self, frame: FrameSignature) -> FrameMemory:
        """The oldest is forgotten where there is no more room."""
        return replace(self, frames=(*self.frames, frame)[-MOST_FRAMES:])
