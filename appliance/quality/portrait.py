"""The verdict on one portrait by what networks see in it: the 28 components of ISO/IEC 29794-5, pose, what to mend.

The score is the scalar of UnifiedQualityScore, an estimate of our own (`iso29794_5.estimated.unified`), which the
algorithm's name says. Where it cannot be had the picture is not judged, and a reason says why. Of networks this knows
only what they see (`appliance.face`); who loads them decides where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.face.blendshapes import BlendshapeReader, named
from appliance.face.crop import around_detection
from appliance.face.detection import FaceDetector
from appliance.face.following import FaceFollower
from appliance.face.landmarks import FaceLandmarker, Landmarks
from appliance.face.portrait import compose_portrait
from appliance.face.search import FaceSearch, FoundFace
from appliance.face.segmentation import PersonSegmenter
from appliance.face.tracking import DETECTION_EVERY_FRAMES, Track
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Component, Pose, Verdict
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill, FacePoints, MadePortrait
from appliance.quality.face_guidance import (
    COVERED,
    FACE_TOO_SMALL,
    IN_PROFILE,
    NO_COLOUR,
    NO_FACE,
    NOT_JUDGEABLE,
    SEVERAL_FACES,
    Seen,
    portrait_advice,
    portrait_reasons,
)
from appliance.quality.face_picture import in_colour, refusal
from appliance.quality.face_placement import head_codes, near_enough_px, placement_codes
from appliance.quality.face_tone import tone_measures
from appliance.quality.gaze import looks_elsewhere
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.components import FaceInputs, face_components
from appliance.quality.iso29794_5.estimated.unified import ALGORITHM as UNIFIED
from appliance.quality.iso29794_5.face_mesh import from_face_mesh
from appliance.quality.iso29794_5.geometry import FaceGeometry, face_geometry, geometry_findings
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from appliance.quality.iso29794_5.pose import pose_of_mesh
from appliance.quality.portrait_criteria import criteria
from drivers.contracts import Pixels

ALGORITHM: Final = f"{UNIFIED}+mediapipe-face-mesh"
_SMALLEST_FACE_PX: Final = 16
_GREY: Final = 2
"""By how many levels the three colours of a grey picture may differ, after it was coded."""
_SOMEBODY: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Face:
    """The one that is judged, and what else was seen of the picture it is in. `near_enough_px`: what the camera's own
    picture said of it, where this one was made of that."""

    landmarks: Landmarks
    faces: int
    areas_px: Sequence[float]
    near_enough_px: float | None = None


class PortraitAssessor:
    """Holds the networks and whom the previews show. One thread at a time. A `quality.face_assessor.FaceAssessor`."""

    knows_points = True

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        blendshapes: BlendshapeReader,
        segmenter: PersonSegmenter | None,
    ) -> None:
        """Without a segmenter, what needs to know the background is left out of the components."""
        self._landmarker = landmarker
        self._blendshapes = blendshapes
        self._segmenter = segmenter
        self._search = FaceSearch(detector, landmarker)
        self._follower = FaceFollower(detector, landmarker)
        self._track = Track()
        self._followed_size = (0, 0)
        self._seen = FacePoints()

    def hand_over_points(self) -> FacePoints:
        points, self._seen = self._seen, FacePoints()
        return points

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        """Searches all of the picture for faces, which takes a tenth of a second or several."""
        return self._assessed(pixels, reduced_by, wanted)[0]

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        """As `assess`, and the portrait can be made of it."""
        verdict, face = self._assessed(pixels, 1.0, wanted)
        if face is None:
            return AssessedStill(verdict)
        return AssessedStill(verdict, partial(self._made, in_colour(pixels), face, wanted))

    def _assessed(self, pixels: Pixels, reduced_by: float, wanted: PortraitWanted) -> tuple[Verdict, _Face | None]:
        """Without the face where it shows none that could be judged."""
        self._seen = FacePoints()
        if (code := refusal(pixels)) is not None:
            return _unjudged(code), None
        colour = in_colour(pixels)
        try:
            found = self._search.find(colour)
            if not found:
                return _unjudged(NO_FACE, faces=0), None
            largest = max(found, key=_area_px)
            if largest.landmarks is None:
                several = (SEVERAL_FACES,) if len(found) > 1 else ()
                return _unjudged(*several, IN_PROFILE, faces=len(found)), None
            landmarks = self._landmarker.locate_carefully(colour, around_detection(largest.detected))
            face = _Face(landmarks, len(found), [_area_px(one) for one in found])
            self._seen = self._shown(landmarks)
            return self._judged(colour, face, self._seen, reduced_by, wanted, with_background=True), face
        except QualityError:
            return _unjudged(NOT_JUDGEABLE), None

    def _made(self, still: Pixels, face: _Face, wanted: PortraitWanted) -> MadePortrait:
        """Raises QualityError. Who else was there counts as in the still, whether or not the portrait shows them."""
        seen = face.landmarks
        made = compose_portrait(still, seen.points, size=wanted.profile, limits=wanted.template)
        points = np.asarray(np.hstack([made.points, seen.points[:, 2:] * made.scale]), np.float32)
        near_px = _near_enough_px(_geometry(seen.points, still), 1.0, wanted)
        in_it = replace(face, landmarks=Landmarks(points, seen.presence), near_enough_px=near_px)
        # What was enlarged shows no more than the still did.
        reduced_by = 1.0 / made.scale if made.enlarged else 1.0
        shown = self._shown(in_it.landmarks)
        verdict = self._judged(made.pixels, in_it, shown, reduced_by, wanted, with_background=True)
        findings = geometry_findings(_geometry(points, made.pixels), wanted.profile, wanted.age)
        return MadePortrait(made, verdict, criteria(verdict, [finding.code for finding in findings]))

    def glance(
        self,
        pixels: Pixels,
        *,
        reduced_by: float = 1.0,
        wanted: PortraitWanted = LIVE_ADULT,
        with_background: bool = False,
    ) -> Verdict:
        """Follows the face that was there before. Whether others have come is looked at every few frames.

        `with_background`: measures also what is behind the person, which takes another network.
        """
        self._seen = FacePoints()
        if (code := refusal(pixels)) is not None:
            return _unjudged(code)
        colour = in_colour(pixels)
        if colour.shape[:2] != self._followed_size:
            self._track, self._followed_size = Track(), (colour.shape[0], colour.shape[1])
        try:
            if self._track.faces > 1:
                # Whoever has left keeps nobody waiting: the whole is looked at until one is alone.
                self._track = replace(self._track, frames_since_detection=DETECTION_EVERY_FRAMES)
            followed = self._follower.follow(self._track, colour)
            self._track = followed.track
            if followed.landmarks is None:
                return _unjudged(NO_FACE, faces=0)
            left, top, right, bottom = followed.landmarks.box.tolist()
            # Of others it is known only that they are there.
            areas_px = [(right - left) * (bottom - top)] if followed.faces == 1 else []
            face = _Face(followed.landmarks, followed.faces, areas_px)
            self._seen = self._shown(followed.landmarks)
            return self._judged(colour, face, self._seen, reduced_by, wanted, with_background=with_background)
        except QualityError:
            self._track = Track()
            return _unjudged(NOT_JUDGEABLE)

    def _shown(self, landmarks: Landmarks) -> FacePoints:
        return FacePoints(landmarks.points, named(self._blendshapes.read(landmarks)))

    def _judged(
        self,
        colour: Pixels,
        face: _Face,
        shown: FacePoints,
        reduced_by: float,
        wanted: PortraitWanted,
        *,
        with_background: bool,
    ) -> Verdict:
        """Raises QualityError: its points are no face's."""
        pose = pose_of_mesh(face.landmarks.points)
        landmarks = from_face_mesh(face.landmarks.points)
        box = _box_of(face.landmarks, colour)
        if min(box.shape[:2]) < _SMALLEST_FACE_PX:
            return _unjudged(*((SEVERAL_FACES,) if face.faces > 1 else ()), FACE_TOO_SMALL, faces=face.faces)
        components = face_components(
            FaceInputs(
                image=colour,
                landmarks=landmarks,
                pose=pose,
                face_areas_px=face.areas_px,
                background=self._background(colour) if with_background else None,
                blendshapes=shown.coefficients,
                reduced_by=reduced_by,
            )
        ).components
        geometry = face_geometry(landmarks, pose, width_px=colour.shape[1], height_px=colour.shape[0])
        near_px = face.near_enough_px
        tone = tone_measures(np.asarray(cv2.cvtColor(box, cv2.COLOR_BGR2GRAY), np.uint8))
        between_eyes_px = geometry.inter_eye_px * reduced_by
        seen = Seen(
            faces=face.faces,
            between_eyes_px=between_eyes_px,
            near_enough_px=_near_enough_px(geometry, reduced_by, wanted) if near_px is None else near_px,
            wanted_px=wanted.profile.least_inter_eye_px,
            pose=pose,
            looks_elsewhere=looks_elsewhere(shown.coefficients, pose),
            placement=placement_codes(geometry, wanted),
            head=head_codes(geometry_findings(geometry, wanted.profile, wanted.age)),
            components=components,
            tone=tone,
        )
        reasons, unified = portrait_reasons(seen), components.get(names.UNIFIED_QUALITY_SCORE)
        if unified is None and not reasons:
            reasons = (NO_COLOUR if _is_grey(box) else COVERED,)
        return Verdict(
            kind=CaptureKind.FACE,
            score=NOT_JUDGED if unified is None else unified.scalar,
            reasons=reasons,
            advice=tuple(code for code in portrait_advice(seen) if code not in reasons),
            measures={name: round(value, 4) for name, value in {"between_eyes_px": between_eyes_px, **tone}.items()},
            components={name: Component(raw=round(c.raw, 6), scalar=c.scalar) for name, c in components.items()},
            pose=_rounded(pose),
            faces=face.faces,
            algorithm=ALGORITHM,
        )

    def _background(self, colour: Pixels) -> Pixels | None:
        if self._segmenter is None:
            return None
        return (self._segmenter.small_mask(colour) < _SOMEBODY).astype(np.uint8)


def _unjudged(*reasons: str, faces: int | None = None) -> Verdict:
    return Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=reasons, faces=faces, algorithm=ALGORITHM)


def _area_px(face: FoundFace) -> float:
    left, top, right, bottom = face.box.tolist()
    return float(max(0.0, right - left) * max(0.0, bottom - top))


def _box_of(landmarks: Landmarks, colour: Pixels) -> Pixels:
    """What of the face's box lies within the picture."""
    left, top, right, bottom = np.maximum(0, np.rint(landmarks.box)).astype(int).tolist()
    return np.asarray(colour[top:bottom, left:right], np.uint8)


def _geometry(points: NDArray[np.floating], pixels: Pixels) -> FaceGeometry:
    height, width = pixels.shape[:2]
    return face_geometry(from_face_mesh(points), pose_of_mesh(points), width_px=width, height_px=height)


def _near_enough_px(geometry: FaceGeometry, reduced_by: float, wanted: PortraitWanted) -> float:
    """In the camera's pixels."""
    return near_enough_px(geometry, wanted, wanted.profile.least_inter_eye_px / reduced_by) * reduced_by


def _is_grey(colour: Pixels) -> bool:
    blue, green, red = cv2.split(colour)
    return max(float(cv2.absdiff(green, other).mean()) for other in (blue, red)) <= _GREY


def _rounded(pose: Pose) -> Pose:
    def of(angle: float | None) -> float | None:
        return None if angle is None else round(angle, 2)

    return Pose(yaw_deg=of(pose.yaw_deg), pitch_deg=of(pose.pitch_deg), roll_deg=of(pose.roll_deg))
