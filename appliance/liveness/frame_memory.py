"""The frames that an attendance has seen, as signatures: a value that ends with the attendance, never written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.liveness.frame_signature import FrameSignature

MOST_FRAMES = 30


@dataclass(frozen=True, slots=True)
class FrameMemory:
    """At most 30 frames, the oldest first. `key`: 0 to 2**128 - 1, the attendance's own and random; it chooses where a
    frame is sampled, and without it nobody can say where that was."""

    key: int
    frames: tuple[FrameSignature, ...] = ()

    def with_frame(self, frame: FrameSignature) -> FrameMemory:
        """The oldest is forgotten where there is no more room."""
        return replace(self, frames=(*self.frames, frame)[-MOST_FRAMES:])
