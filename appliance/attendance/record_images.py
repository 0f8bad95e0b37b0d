"""Which of the vault's images go into a package, and by which names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appliance.attendance.capture_records import Kept
from appliance.attendance.finger_records import is_alarmed
from appliance.attendance.image_file import SUFFIXES
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.capture import Attempt, ImagePart


def tries_of(attendance: Attendance) -> list[tuple[Target, Attempt]]:
    """Every try, those before a restart included, in the order in which they were made."""
    tries = [(target, attempt) for target in attendance.targets for attempt in target.tries]
    return sorted(tries, key=lambda known: known[1].started_at)


def images_of(captures: Iterable[Kept], attempts: Sequence[Attempt]) -> dict[str, tuple[str, ImagePart]]:
    """What the package holds, by the stored images' names: each one's name in it, and the vault's image.

    The chosen ones, and those of attempts that a liveness hint raised an alarm on.
    """
    images: dict[str, tuple[str, ImagePart]] = {}
    for kept in captures:
        if kept.part is not None and kept.record.part is not None:
            images.setdefault(kept.part.name, (kept.record.part, kept.part))
    for index, attempt in enumerate(attempts):
        for part in attempt.parts if is_alarmed(attempt) else ():
            images.setdefault(part.name, (f"attempts/{index}-{attempt.position}.{SUFFIXES[part.media_type]}", part))
    return images
