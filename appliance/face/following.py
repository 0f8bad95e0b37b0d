"""Follows one face through the frames of a preview with as little work as will do."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.face.detection import FaceDetector
from appliance.face.landmarks import FaceLandmarker, Landmarks
from appliance.face.tracking import DETECTION_EVERY_FRAMES, Track
from drivers.contracts import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """`track` belongs to the next frame. `landmarks` is None where no face is there. `faces`: when last counted."""

    track: Track
    landmarks: Landmarks | None

    @property
    def faces(self) -> int:
        return max(self.track.faces, int(self.landmarks is not None))


class FaceFollower:
    """Uses a detector and a landmarker that may serve others too. Keeps nothing. One thread at a time."""

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        *,
        detection_every_frames: int = DETECTION_EVERY_FRAMES,
    ) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self._every_frames = detection_every_frames

    def follow(self, track: Track, pixels: Pixels) -> Followed:
        """The next frame, (h, w) grey or (h, w, 3) B, G, R uint8, of what `track` says of those before it.

        A face that is lost is looked for in the same frame. Raises QualityError.
        """
        is_new = track.is_lost
        if track.wants_detection(self._every_frames):
            track = track.detected(self._detector.detect(pixels))
        else:
            track = track.skipped_detection()
        if track.crop is None:
            return Followed(track, None)
        look = self._landmarker.settle if is_new else self._landmarker.locate
        seen = look(pixels, track.crop)
        track = track.located(seen)
        if not track.is_lost:
            return Followed(track, seen)
        # A face that has just been looked for in vain is not looked for again.
        return Followed(track, None) if is_new else self.follow(track, pixels)
