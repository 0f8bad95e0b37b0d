"""Every face in a picture that is kept, small ones too: looked for at several scales and believed when borne out.

One look of the detector sees a face from about a twentieth of the picture's width on. Looking into parts of the
picture sees smaller ones, and sees faces where there are none. What it is not sure of has to be found again when looked
at closer, and the landmark network has to see a face there too, unless both looks leave little doubt: a profile
has too few points for it. An ear, or a nose with its mouth, may look like a face of its own, and so may a button: what
lies on a larger face's head, or is much smaller than another, has to be beyond doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.face.closer_look import closer_score
from appliance.face.crop import around_detection
from appliance.face.detection import EDGE_PX, SAME_FACE_OVERLAP, Candidates, DetectedFace, FaceDetector
from appliance.face.landmarks import FaceLandmarker, Landmarks
from appliance.face.overlap import overlaps
from appliance.face.picture import require_picture
from drivers.contracts import Pixels

LEAST_SCORE: Final = 0.35
SURE_SCORE: Final = 0.75
LEAST_CLOSER_SCORE: Final = 0.3
SURE_CLOSER_SCORE: Final = 0.5
LEAST_PRESENCE: Final = 0.9
"""Chosen on some eighty faces in group photographs, and on prints, documents and backgrounds without any."""
_SMALL: Final = 1 / 6
"""Of the largest face's edge. A button is up to a seventh of it."""
SURE_CLOSER_SCORE_OF_SMALL: Final = 0.55
"""Of five buttons in two portraits without colour none had more than 0.51, and none was sure from afar; of 101 such
small faces in fifty collages, with colour and without, one had less than 0.60, and that one was sure from afar."""
_ACROSS: Final = (2, 3, 4, 6)
"""The picture is looked at in so many parts a side, each overlapping its neighbours by half."""
_ACROSS_COLOURLESS: Final = (*_ACROSS, 8, 11)
"""Without colour the detector sees a face only where it is larger in what is looked at."""
_COLOURLESS: Final = 2.0
"""Levels: how far a colourless picture's channels may deviate from one another, coded, or toned as a whole."""
_HEAD_FOR_FACE: Final = 1.5
_LEAST_WITHIN: Final = 0.6
_LEAST_PART_PX: Final = EDGE_PX
"""A smaller part would only be blown up."""

Part = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """`landmarks` is None where only the detector vouches for the face: one in profile."""

    detected: DetectedFace
    landmarks: Landmarks | None

    @property
    def box(self) -> NDArray[np.float32]:
        """(4,): left, top, right, bottom; of the points where there are any."""
        return self.detected.box if self.landmarks is None else self.landmarks.box


class FaceSearch:
    """Uses a detector and a landmarker that may serve others too. One thread at a time."""

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker) -> None:
        self._detector = detector
        self._landmarker = landmarker

    def find(self, pixels: Pixels) -> list[FoundFace]:
        """The faces in (h, w) grey or (h, w, 3) B, G, R uint8, the most certain first. Raises QualityError.

        Takes a tenth of a second or several: for a picture that is kept, not for a preview.
        """
        require_picture(pixels)
        found: list[tuple[FoundFace, float]] = []
        for face in self._candidates(pixels).faces():
            closer = closer_score(self._detector, pixels, face)
            if self._is_face(pixels, face, closer):
                points = self._landmarker.settle(pixels, around_detection(face))
                one = FoundFace(face, points if _is_confirmed(face, points) else None)
                if not any(_is_same(one, other) for other, _ in found):
                    found.append((one, closer))
        return believed(found)

    def _is_face(self, pixels: Pixels, face: DetectedFace, closer: float) -> bool:
        if face.score >= SURE_SCORE and closer >= SURE_CLOSER_SCORE:
            return True
        if face.score < SURE_SCORE and closer < LEAST_CLOSER_SCORE:
            return False
        return self._landmarker.locate(pixels, around_detection(face)).presence >= LEAST_PRESENCE

    def _candidates(self, pixels: Pixels) -> Candidates:
        height, width = pixels.shape[:2]
        seen = [self._detector.candidates(pixels, LEAST_SCORE), self._seen_from_afar(pixels)]
        across = _ACROSS_COLOURLESS if _is_colourless(pixels) else _ACROSS
        for left, top, right, bottom in _parts(width, height, across):
            part = np.asarray(pixels[top:bottom, left:right], np.uint8)
            inside = self._detector.candidates(part, LEAST_SCORE).moved(left, top)
            boxes = inside.boxes
            # What an edge within the picture cuts is seen whole in the part beside.
            cut = (boxes[:, 0] < left) & (left > 0) | (boxes[:, 2] > right) & (right < width)
            cut |= (boxes[:, 1] < top) & (top > 0) | (boxes[:, 3] > bottom) & (bottom < height)
            seen.append(inside[~cut])
        scores = np.concatenate([one.scores for one in seen])
        return Candidates(scores, np.concatenate([one.places for one in seen]))

    def _seen_from_afar(self, pixels: Pixels) -> Candidates:
        """A face that fills the picture is found with black around it, as if from twice as far."""
        height, width = pixels.shape[:2]
        step = max(1, max(height, width) // EDGE_PX)  # it is large: every so many pixels will do
        thin = pixels[::step, ::step]
        margin = max(thin.shape[:2]) // 2
        wider = np.pad(thin, ((margin, margin), (margin, margin), *((0, 0),) * (pixels.ndim - 2)))
        seen = self._detector.candidates(wider, LEAST_SCORE).moved(-margin, -margin)
        return Candidates(seen.scores, seen.places * np.float32(step))


def believed(found: Sequence[tuple[FoundFace, float]]) -> list[FoundFace]:
    """Those of a picture's faces, each with its score from nearer, that are no part of one and no button below it."""
    faces = [one for one, _ in found]
    return [
        one
        for one, closer in found
        if not (closer < SURE_CLOSER_SCORE and any(_is_on_head_of(one, each) for each in faces))
        and not (_is_doubtful(one, closer) and any(_is_small_beside(one, each) for each in faces))
    ]


def _is_confirmed(face: DetectedFace, points: Landmarks) -> bool:
    """Points settle on the nearest face, which may be another."""
    fits = overlaps(face.box, points.box[None])[0] > SAME_FACE_OVERLAP
    return bool(fits) and points.presence >= LEAST_PRESENCE


def _is_same(one: FoundFace, other: FoundFace) -> bool:
    return bool(overlaps(one.box, other.box[None])[0] > SAME_FACE_OVERLAP)


def _is_doubtful(one: FoundFace, closer: float) -> bool:
    return one.detected.score < SURE_SCORE and closer < SURE_CLOSER_SCORE_OF_SMALL


def _is_small_beside(one: FoundFace, other: FoundFace) -> bool:
    return bool(one.detected.edge_px < _SMALL * other.detected.edge_px)


def _is_on_head_of(one: FoundFace, other: FoundFace) -> bool:
    """Whether it is smaller and lies on the other's head; by the detector's boxes, for points settle on the nearest."""
    box, face = one.detected.box, other.detected
    if one is other or one.detected.edge_px >= face.edge_px:
        return False
    reach = _HEAD_FOR_FACE * face.edge_px / 2
    shared = np.minimum(box[2:], face.centre + reach) - np.maximum(box[:2], face.centre - reach)
    return float(np.clip(shared, 0, None).prod()) >= _LEAST_WITHIN * float((box[2:] - box[:2]).prod())


def _is_colourless(pixels: Pixels) -> bool:
    if pixels.ndim == 2:
        return True
    blue, green, red = (pixels[::4, ::4, channel].astype(np.int16) for channel in range(3))
    return all(float((green - other).std()) <= _COLOURLESS for other in (blue, red))


def _parts(width: int, height: int, counts: Sequence[int]) -> list[Part]:
    """Left, top, right, bottom of each part; `counts`: how many there are a side, and then how many smaller ones."""
    parts = []
    for across in counts:
        part_width, part_height = 2 * width // (across + 1), 2 * height // (across + 1)
        if max(part_width, part_height) < _LEAST_PART_PX or min(part_width, part_height) < 1:
            break
        for row in range(across):
            for column in range(across):
                left = (width - part_width) * column // (across - 1)
                top = (height - part_height) * row // (across - 1)
                parts.append((left, top, left + part_width, top + part_height))
    return parts
