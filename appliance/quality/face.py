"""The verdict on one portrait: exactly one face, large, lit and sharp enough.

Components bear the names of ISO/IEC 29794-5 only where they can be measured without trained networks; the others are
left out. Yaw and pitch are not measured. Nothing here depends on how light a skin is: exposure is judged by what is
lost at the ends of the scale and by the face's brightest parts, not by its mean.
"""

from __future__ import annotations

import cv2
import numpy as np

from appliance.model.verdict import NOT_JUDGED, CaptureKind, Component, Pose, Verdict
from appliance.quality.eyes import EyeFinder, Eyes
from appliance.quality.face_colour import natural_colour
from appliance.quality.face_count import single_face
from appliance.quality.face_detection import TILTS_DEG, FaceBox, FaceDetector
from appliance.quality.face_light import face_ellipse, light_components, luminance_histogram
from appliance.quality.face_noise import noise_deviation
from appliance.quality.face_pose import inter_eye_distance, roll_component
from appliance.quality.face_sharpness import face_sharpness
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-simple-face/2"
LEAST_EDGE_PX = 64
FOUND_TILTED_DEG = max(TILTS_DEG)
"""A head that is only found after turning the picture leans by about that much."""
LARGEST_PIXELS = 64 * 1024 * 1024


class FaceAssessor:
    """Holds the detectors. One thread at a time."""

    def __init__(self) -> None:
        self._detector = FaceDetector()
        self._eyes = EyeFinder()

    def assess(self, pixels: Pixels, *, reduced_by: float = 1.0) -> Verdict:
        """The verdict on (H, W, 3) uint8 B, G, R; grey is taken as colour. The largest face is judged. Never raises.

        Of a picture that was made smaller to be looked at, sizes are said as the whole one has them.
        """
        refusal = _refusal(pixels)
        if refusal is not None:
            return Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=(refusal,), algorithm=ALGORITHM)
        colour = pixels if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
        grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
        faces = self._detector.find(grey)
        leaning = not faces
        if leaning:
            faces = self._detector.find_tilted(grey)
        if not faces:
            return Verdict(kind=CaptureKind.FACE, score=NOT_JUDGED, reasons=("no-face",), faces=0, algorithm=ALGORITHM)
        if len(faces) == 1:
            # Somebody else in the picture must not be missed: look again for heads that lean or turn away.
            faces += self._detector.find_others(grey, faces[0])
        eyes = self._eyes.find(grey, faces[0])
        return _judged(colour, grey, faces, eyes, leaning=leaning, reduced_by=reduced_by)


def _refusal(pixels: Pixels) -> str | None:
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return "not-an-image"
    if min(pixels.shape[:2]) < LEAST_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return "image-too-large"
    return None


def _judged(
    colour: Pixels, grey: Pixels, faces: list[FaceBox], seen: Eyes | None, *, leaning: bool, reduced_by: float
) -> Verdict:
    eyes = seen.enlarged(reduced_by) if seen is not None else None
    largest = max(faces, key=lambda box: box.area)
    others = sorted((box.area for box in faces if box is not largest), reverse=True)
    part = np.s_[max(0, largest.top) : largest.top + largest.side, max(0, largest.left) : largest.left + largest.side]
    face, face_grey = colour[part], grey[part]
    mask = face_ellipse(*face_grey.shape)
    skin = face_grey[mask > 0]
    components: dict[str, Component] = light_components(luminance_histogram(face, mask))
    components["NaturalColour"] = natural_colour(face, mask)
    components["SingleFacePresent"] = single_face(others[0] / largest.area if others else 0.0)
    if eyes is not None:
        components["InterEyeDistance"] = inter_eye_distance(eyes)
        components["HeadPoseRoll"] = roll_component(eyes)
    noise = noise_deviation(face_grey)
    measures = {
        "face_width_px": float(largest.side) * reduced_by,
        "sharpness": face_sharpness(face_grey, noise),
        "noise_deviation": noise,
        "brightest_level": float(np.percentile(skin, 95)),
        "darkest_level": float(np.percentile(skin, 5)),
        "clipped_share": float((skin >= 252).mean()),
    }
    if eyes is not None:
        measures["tilt_deg"] = abs(eyes.roll_deg)
    if leaning:
        measures["tilt_deg"] = max(FOUND_TILTED_DEG, measures.get("tilt_deg", 0.0))
    reasons = (("several-faces",) if others else ()) + _reasons(measures)
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
    spread = measures["brightest_level"] - measures["darkest_level"]
    found = (
        ("face-too-small", measures["face_width_px"] < 90.0),
        ("too-dark", measures["brightest_level"] < 60.0),
        ("too-bright", measures["clipped_share"] > 0.35),
        ("too-little-contrast", spread < 20.0),
        ("blurred", measures["sharpness"] < 0.08),
        ("picture-noisy", measures["noise_deviation"] > 20.0),
        ("head-tilted", measures.get("tilt_deg", 0.0) >= FOUND_TILTED_DEG),
    )
    return tuple(code for code, present in found if present)


def _advice(measures: dict[str, float], eyes: Eyes | None) -> tuple[str, ...]:
    """What would make the portrait better."""
    found = (
        ("closer", eyes is not None and eyes.distance_px < 120.0),
        ("too-dark", measures["brightest_level"] < 90.0),
        ("too-bright", measures["clipped_share"] > 0.08),
        ("blurred", measures["sharpness"] < 0.15),
        ("picture-noisy", measures["noise_deviation"] > 10.0),
        ("head-tilted", measures.get("tilt_deg", 0.0) > 8.0),
        ("eyes-not-found", eyes is None),
    )
    return tuple(code for code, present in found if present)


def _between(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))
