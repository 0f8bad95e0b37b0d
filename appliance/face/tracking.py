"""Which face is followed from frame to frame, and when to look for faces anew: decided out of what was seen.

A followed face needs no detection: the next frame is looked at where its points were. Every so many frames the whole
frame is looked at all the same, to notice that somebody else has come into it. Knows no network and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from appliance.face.crop import FaceCrop, around_detection, around_landmarks
from appliance.face.detection import DetectedFace
from appliance.face.landmarks import Landmarks

LEAST_PRESENCE: Final = 0.5
DETECTION_EVERY_FRAMES: Final = 10
"""A second person is noticed after a third of a second at 30 frames a second, at a tenth of a detection a frame."""
_LARGEST_JUMP: Final = 0.5
"""By which part of its edge a face moves between frames at most; what is farther off is another face."""


@dataclass(frozen=True, slots=True)
class Track:
    """Whom the last frame showed. `crop`: where to look next, None where nobody is followed.

    `frames_since_detection`: of those in which the whole was not looked at. `faces`: how many there were when it was
    last. `identity`: counts the faces that were followed one after the other: it changes when somebody else may sit
    there, so that nothing is carried over from one to another.
    """

    crop: FaceCrop | None = None
    frames_since_detection: int = 0
    faces: int = 0
    identity: int = 0

    @property
    def is_lost(self) -> bool:
        return self.crop is None

    def wants_detection(self, every_frames: int = DETECTION_EVERY_FRAMES) -> bool:
        """Whether the next frame has to be looked at as a whole."""
        return self.is_lost or self.frames_since_detection + 1 >= every_frames

    def detected(self, faces: Sequence[DetectedFace]) -> Track:
        """After a look at the whole frame: the followed face stays followed; else the largest one is from now on."""
        track = replace(self, frames_since_detection=0, faces=len(faces))
        if self.crop is not None or not faces:
            return track
        largest = max(faces, key=lambda face: face.edge_px)
        return replace(track, crop=around_detection(largest), identity=self.identity + 1)

    def skipped_detection(self) -> Track:
        return replace(self, frames_since_detection=self.frames_since_detection + 1)

    def located(self, landmarks: Landmarks) -> Track:
        """After a look at the crop: followed to where its points are, or lost.

        Lost is also what leaps or collapses within one frame: points that slid onto somebody else or onto nothing.
        """
        if self.crop is None:
            return self
        here = around_landmarks(landmarks.points) if landmarks.presence >= LEAST_PRESENCE else None
        if here is None or not here.is_possible or _is_another(self.crop, here):
            return replace(self, crop=None)
        return replace(self, crop=here)


def _is_another(before: FaceCrop, now: FaceCrop) -> bool:
    moved = np.hypot(now.x_px - before.x_px, now.y_px - before.y_px)
    return bool(moved > _LARGEST_JUMP * before.edge_px or not 0.5 <= now.edge_px / before.edge_px <= 2)
