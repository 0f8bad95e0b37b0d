"""Which of the vault's images go into a package, and by which names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appliance.attendance.capture_records import Kept
from appliance.attendance.face_doubts import is_alarmed
from appliance.attendance.finger_impression import fingers_of
from appliance.attendance.image_file import SUFFIXES
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.capture import Attempt, ImagePart
from appliance.model.verdict import CaptureKind


def tries_of(attendance: Attendance) -> list[tuple[Target, Attempt]]:
    """Every try, those before a restart included, in the order in which they were made."""
    tries = [(target, attempt) for target in attendance.targets for attempt in target.tries]
    return sorted(tries, key=lambda known: known[1].started_at)


def images_of(captures: Iterable[Kept], attempts: Sequence[Attempt]) -> dict[str, tuple[str, ImagePart]]:
    """What the package holds, by the stored images' names: each one's name in it, and the vault's image.

    The chosen ones, and those that a liveness hint raised an alarm on, whatever became of the attempt (BSI TR-03121-3
    vol. 2 §5.5): of several fingers in one image that image, of a finger with its own no other.
    """
    images: dict[str, tuple[str, ImagePart]] = {}
    for kept in captures:
        if kept.part is not None and kept.record.part is not None:
            images.setdefault(kept.part.name, (kept.record.part, kept.part))
    for index, attempt in enumerate(attempts):
        if attempt.kind is CaptureKind.FACE and attempt.part is not None and is_alarmed(attempt):
            name = f"attempts/{index}-{attempt.kind.value}.{SUFFIXES[attempt.part.media_type]}"
            images.setdefault(attempt.part.name, (name, attempt.part))
        for one in fingers_of(attempt):
            if one.is_alarmed:
                what = attempt.position if one.segment is not None else one.position
                name = f"attempts/{index}-{what}.{SUFFIXES[one.part.media_type]}"
                images.setdefault(one.part.name, (name, one.part))
    return images
