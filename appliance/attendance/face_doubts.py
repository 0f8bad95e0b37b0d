"""The attempts at a face that liveness hints raised an alarm on, as long as they may be sent. Pure.

An alarm advises: it stops nothing by itself. What the technician finds of it is `commands.rule_on_liveness`.
"""

from __future__ import annotations

from collections.abc import Iterator

from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.capture import Attempt
from appliance.model.verdict import CaptureKind


def doubted_faces(attendance: Attendance) -> Iterator[tuple[Target, Attempt]]:
    """Of what is chosen, and where nothing is chosen yet of what competes."""
    for target in attendance.targets:
        if target.kind is CaptureKind.FACE:
            counting = target.attempts if target.chosen is None else (target.chosen,)
            yield from ((target, attempt) for attempt in counting if is_alarmed(attempt))


def is_alarmed(attempt: Attempt) -> bool:
    """With an image that could be sent."""
    return attempt.part is not None and attempt.liveness is not None and attempt.liveness.alarm
