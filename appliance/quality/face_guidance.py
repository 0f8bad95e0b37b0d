"""What stands in the way of a portrait and what would make it better, as codes, the most useful to mend first.

A reason blocks, advice guides. Who must be alone comes first, then distance, place, which way the head is held, eyes,
mouth, light, and last what the camera does by itself once the rest is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from appliance.model.verdict import Component, Pose
from appliance.quality.iso29794_5 import names

NO_FACE, SEVERAL_FACES, FACE_TOO_SMALL = "no-face", "several-faces", "face-too-small"
CAMERA_TOO_COARSE = "camera-too-coarse"
"""Nobody can come near enough to it for the profile: its picture is to be enlarged. No matter of the person's."""
IN_PROFILE, NO_COLOUR, COVERED = "face-in-profile", "picture-without-colour", "face-covered"
NOT_JUDGEABLE = "image-not-judged"
LOOK_HERE = "look-here"
CLOSER, FURTHER = "closer", "further"
MOVE_LEFT, MOVE_RIGHT, MOVE_UP, MOVE_DOWN = "move-left", "move-right", "move-up", "move-down"
TURN_LEFT, TURN_RIGHT, CHIN_UP, CHIN_DOWN, TILTED = "turn-left", "turn-right", "chin-up", "chin-down", "head-tilted"
"""What the person is to do, by their own left and right."""

LEAST_BETWEEN_EYES_PX: Final = 45.0
"""With less no comparison of faces is to be relied on, whatever else is right."""
FURTHEST_TURNED_DEG, FURTHEST_TILTED_DEG = 25.0, 20.0
"""Beyond it a half of the face is hardly seen. The rule book's 5 and 8 degrees are advice: of turning and nodding it
makes no demand, and a head that leans is set upright when the portrait is cut out."""
_SHUT, _ALMOST_SHUT = 25, 60
_UNLIKELY: Final = 50
_SIDE_LIGHT: Final = 40
_MOVED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One face: `between_eyes_px` in the camera's whole picture, how many are near enough to this camera, and how many
    the profile wants; `placement` and `head` as `face_placement` has them, `tone` as `face_tone` measures it."""

    faces: int
    between_eyes_px: float
    near_enough_px: float
    wanted_px: float
    pose: Pose
    looks_elsewhere: bool
    placement: Sequence[str]
    head: Sequence[str]
    components: Mapping[str, Component]
    tone: Mapping[str, float]

    def below(self, name: str, scalar: int) -> bool:
        """Whether that component is known, and lower."""
        found = self.components.get(name)
        return found is not None and found.scalar < scalar


def portrait_reasons(seen: Seen) -> tuple[str, ...]:
    """What no score makes up for."""
    return tuple(
        dict.fromkeys(
            (
                *_present(
                    (SEVERAL_FACES, seen.faces > 1), (FACE_TOO_SMALL, seen.between_eyes_px < LEAST_BETWEEN_EYES_PX)
                ),
                *_far_off(seen.pose),
                *_present(("eyes-closed", seen.below(names.EYES_OPEN, _SHUT))),
                *tone_reasons(seen.tone),
            )
        )
    )


def portrait_advice(seen: Seen) -> tuple[str, ...]:
    """What would make it better; a code that is a reason already may be among it."""
    said = (
        *_present((CLOSER, FURTHER not in seen.placement and seen.between_eyes_px < seen.near_enough_px)),
        *seen.placement,
        *seen.head,
        *_present(
            ("eyes-closed", seen.below(names.EYES_OPEN, _ALMOST_SHUT)),
            ("eyes-not-found", seen.below(names.EYES_VISIBLE, _UNLIKELY)),
            (LOOK_HERE, seen.looks_elsewhere),
            ("mouth-open", seen.below(names.MOUTH_CLOSED, _UNLIKELY)),
            (COVERED, seen.below(names.FACE_OCCLUSION, _UNLIKELY)),
            ("light-from-the-side", seen.below(names.ILLUMINATION_UNIFORMITY, _SIDE_LIGHT)),
        ),
        *tone_advice(seen.tone),
        *_present(
            ("face-not-at-rest", seen.below(names.EXPRESSION_NEUTRALITY, _MOVED)),
            (CAMERA_TOO_COARSE, seen.near_enough_px < seen.wanted_px and seen.between_eyes_px < seen.wanted_px),
        ),
    )
    return tuple(dict.fromkeys(said))


def tone_reasons(tone: Mapping[str, float]) -> Iterator[str]:
    spread = tone["brightest_level"] - tone["darkest_level"]
    return _present(
        ("too-dark", tone["brightest_level"] < 60.0),
        ("too-bright", tone["clipped_share"] > 0.35),
        ("too-little-contrast", spread < 20.0),
        ("blurred", tone["sharpness"] < 0.08),
        ("picture-noisy", tone["noise_deviation"] > 20.0),
    )


def tone_advice(tone: Mapping[str, float]) -> Iterator[str]:
    return _present(
        ("too-dark", tone["brightest_level"] < 90.0),
        ("too-bright", tone["clipped_share"] > 0.08),
        ("blurred", tone["sharpness"] < 0.15),
        ("picture-noisy", tone["noise_deviation"] > 10.0),
    )


def _far_off(pose: Pose) -> Iterator[str]:
    yaw, pitch, roll = pose.yaw_deg or 0.0, pose.pitch_deg or 0.0, pose.roll_deg or 0.0
    return _present(
        (TURN_LEFT, yaw < -FURTHEST_TURNED_DEG),
        (TURN_RIGHT, yaw > FURTHEST_TURNED_DEG),
        (CHIN_UP, pitch > FURTHEST_TURNED_DEG),
        (CHIN_DOWN, pitch < -FURTHEST_TURNED_DEG),
        (TILTED, abs(roll) > FURTHEST_TILTED_DEG),
    )


def _present(*found: tuple[str, bool]) -> Iterator[str]:
    return (code for code, present in found if present)
