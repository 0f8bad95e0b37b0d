"""Which of the vault's images go into a package, and by which names. Pure."""

from __future__ import annotations

from appliance.attendance.finger_records import is_alarmed
from appliance.attendance.image_file import SUFFIXES
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.capture import Attempt, ImagePart
from appliance.model.verdict import CaptureKind


def tries_of(attendance: Attendance) -> list[tuple[Target, Attempt]]:
    """Every try, those before a restart included, in the order in which they were made."""
    tries = [(target, attempt) for target in attendance.targets for attempt in target.tries]
    return sorted(tries, key=lambda known: known[1].started_at)


def images_of(tries: list[tuple[Target, Attempt]]) -> dict[int, tuple[str, ImagePart]]:
    """What the package holds of the attempts' images, by their places: each one's name in it, and the vault's image.

    The chosen ones, and those that a liveness hint raised an alarm on.
    """
    images: dict[int, tuple[str, ImagePart]] = {}
    for index, (target, attempt) in enumerate(tries):
        if attempt.part is not None and attempt == target.chosen:
            images[index] = (part_name(target, attempt), attempt.part)
        elif attempt.part is not None and is_alarmed(attempt):
            images[index] = (f"attempts/{index}-{attempt.position}.{SUFFIXES[attempt.part.media_type]}", attempt.part)
    return images


def part_name(target: Target, attempt: Attempt) -> str:
    if attempt.kind is CaptureKind.EXCEPTION_PHOTO:
        return f"captures/exception-{target.name.split('_')[0]}.png"
    name = f"{attempt.kind.value}/{attempt.position}" if attempt.position else attempt.kind.value
    suffix = SUFFIXES[attempt.part.media_type] if attempt.part is not None else "png"
    return f"captures/{name}.{suffix}"


def position_of(target: Target, attempt: Attempt) -> str | None:
    """A picture of a hand says which."""
    return target.name.removesuffix("_exception") if attempt.kind is CaptureKind.EXCEPTION_PHOTO else attempt.position
