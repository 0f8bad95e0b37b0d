"""The verdict on one portrait where the networks for faces are missing: exactly one face, large, lit and sharp enough.

Components bear the names of ISO/IEC 29794-5 only where they can be measured without trained networks; the others are
left out. Yaw and pitch are not measured. Nothing here depends on how light a skin is: exposure is judged by what is
lost at the ends of the scale and by the face's brightest parts, not by its mean.
"""

from __future__ import annotations

import cv2
import numpy as np

from appliance.model.verdict import NOT_JUDGED, CaptureKind, Component, Pose, Verdict
from appliance.quality.eyes import EyeFinder, Eyes
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill
from appliance.quality.face_colour import natural_colour
from appliance.quality.face_count import single_face
from appliance.quality.face_detection import TILTS_DEG, FaceBox, FaceDetector
from appliance.quality.face_guidance import FACE_TOO_SMALL, NO_FACE, SEVERAL_FACES, tone_advice, tone_reasons
from appliance.quality.face_light import face_ellipse, light_components, luminance_histogram
from appliance.quality.face_picture import in_colour, refusal
from appliance.quality.face_pose import inter_eye_distance, roll_component
from appliance.quality.face_tone import tone_measures
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-simple-face/2"
FOUND_TILTED_DEG = max(TILTS_DEG)
"""A head that is only found after turning the picture leans by about that much."""


class SimpleFaceAssessor:
    """Holds the detectors. One thread at a time. A `quality.face_assessor.FaceAssessor`."""

    def __init__(self) -> None:
        self._detector = FaceDetector()
        self._eyes = EyeFinder()

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        """The verdict on (H, W, 3) uint8 B, G, R; grey is taken as colour. The largest face is judged. Never raises.

        Of a picture that was made smaller to be looked at, sizes are said as the whole one has them. Of limits it knows
        too little for `wanted` to change anything.
        """
        if (code := refusal(pixels)) is not None:
            return Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=(code,), algorithm=ALGORITHM)
        colour = in_colour(pixels)
        grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
        faces = self._detector.find(grey)
        leaning = not faces
        if leaning:
            faces = self._detector.find_tilted(grey)
        if not faces:
            return Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=(NO_FACE,), faces=0, algorithm=ALGORITHM)
        if len(faces) == 1:
            # Somebody else in the picture must not be missed: look again for heads that lean or turn away.
            faces += self._detector.find_others(grey, faces[0])
        eyes = self._eyes.find(grey, faces[0])
        return _judged(colour, grey, faces, eyes, leaning=leaning, reduced_by=reduced_by)

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        """It knows no points that a portrait could be made by."""
        return AssessedStill(self.assess(pixels, wanted=wanted))

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        """The same: it knows no quicker way."""
        return self.assess(pixels, reduced_by=reduced_by, wanted=wanted)


def _judged(
    colour: Pixels, grey: Pixels, faces: list[FaceBox], seen: Eyes | None, *, leaning: bool, reduced_by: float
) -> Verdict:
    eyes = seen.enlarged(reduced_by) if seen is not None else None
    largest = max(faces, key=lambda box: box.area)
    others = sorted((box.area for box in faces if box is not largest), reverse=True)
    part = np.s_[max(0, largest.top) : largest.top + largest.side, max(0, largest.left) : largest.left + largest.side]
    face, face_grey = colour[part], grey[part]
    mask = face_ellipse(*face_grey.shape)
    components: dict[str, Component] = light_components(luminance_histogram(face, mask))
    components["NaturalColour"] = natural_colour(face, mask)
    components["SingleFacePresent"] = single_face(others[0] / largest.area if others else 0.0)
    if eyes is not None:
        components["InterEyeDistance"] = inter_eye_distance(eyes)
        components["HeadPoseRoll"] = roll_component(eyes)
    measures = {"face_width_px": float(largest.side) * reduced_by, **tone_measures(face_grey)}
    if eyes is not None:
        measures["tilt_deg"] = abs(eyes.roll_deg)
    if leaning:
        measures["tilt_deg"] = max(FOUND_TILTED_DEG, measures.get("tilt_deg", 0.0))
    reasons = ((SEVERAL_FACES,) if others else ()) + _reasons(measures)
    return Verdict(
        kind=CaptureKind.FACE,
        score=_score(measures),
        reasons=reasons,
        advice=tuple(code for code in _advice(measures, eyes) if code not in reasons),
        measures={name: round(value, 4) for name, value in measures.items()},
        components=components,
        pose=Pose(roll_deg=round(eyes.roll_deg, 2) if eyes is not None else None),
        faces=len(faces),
        algorithm=ALGORITHM,
    )


def _score(measures: dict[str, float]) -> int:
    """0 to 100: each fault takes its share."""
    spread = measures["brightest_level"] - measures["darkest_level"]
    shares = (
        0.4 + 0.6 * _between(measures["face_width_px"], 80.0, 300.0),
        _between(measures["sharpness"], 0.04, 0.17),
        _between(measures["brightest_level"], 40.0, 105.0),
        _between(measures["clipped_share"], 0.5, 0.05),
        _between(measures["noise_deviation"], 32.0, 8.0),
        _between(spread, 12.0, 45.0),
        _between(measures.get("tilt_deg", 0.0), 40.0, 12.0),
    )
    return round(100.0 * float(np.prod(shares)))


def _reasons(measures: dict[str, float]) -> tuple[str, ...]:
    """What no score makes up for, the most useful to mend first."""
    small = (FACE_TOO_SMALL,) if measures["face_width_px"] < 90.0 else ()
    tilted = ("head-tilted",) if measures.get("tilt_deg", 0.0) >= FOUND_TILTED_DEG else ()
    return (*small, *tone_reasons(measures), *tilted)


def _advice(measures: dict[str, float], eyes: Eyes | None) -> tuple[str, ...]:
    """What would make the portrait better."""
    far = ("closer",) if eyes is not None and eyes.distance_px < 120.0 else ()
    tilted = ("head-tilted",) if measures.get("tilt_deg", 0.0) > 8.0 else ()
    return (*far, *tone_advice(measures), *tilted, *(("eyes-not-found",) if eyes is None else ()))


def _between(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))
