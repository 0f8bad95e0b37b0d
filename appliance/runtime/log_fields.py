"""Which names may appear in a log line, and the processor that keeps everything else out.

Personal data cannot be logged, because only these names pass, and only as short scalars. A new name is added here,
where a reviewer sees it. Not responsible for where lines go (`logging.py`).
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any

from appliance.errors import ServiceError

ALLOWED_FIELDS = frozenset(
    {
        # what structlog itself adds
        "event", "level", "timestamp", "logger", "exception", "where", "dropped",
        # identifiers that the appliance makes itself or that the signed configuration gives
        "attendance_id", "package_id", "receipt_id", "technician_id", "centre_id", "post_id", "device_id",
        "profile_id", "driver", "plan_id", "version", "configuration_version", "upload_id", "certificate_id",
        "check", "task", "contract", "fault", "simulated",
        # kinds, states and reasons from closed vocabularies
        "code", "reason", "reasons", "state", "previous", "step", "kind", "position", "decision", "role", "mode",
        "command", "signal", "exit_status", "status", "method", "route", "error", "advice", "language",
        # quantities
        "count", "attempt", "attempts", "round", "number", "score", "threshold", "accepted", "bytes", "offset",
        "sha256", "pid", "port", "host", "url", "duration_s", "duration_ms", "delay_s", "interval_s", "timeout_s",
        "deadline_s", "age_s", "lag_ms", "free_bytes", "fps", "width", "height", "expires_at", "not_after", "steps",
        "event_type", "host_pid", "returncode", "frames", "frames_dropped",
        "queued", "sent", "erased", "restarts", "pending", "remaining", "root_version", "path", "line", "message",
    }
)  # fmt: skip
"""`message` is only ever a library's constant message template, without its arguments."""

_EVENT = re.compile(r"[a-z][a-z0-9 ._:-]{0,79}")
_LONGEST_VALUE = 200

EventDict = MutableMapping[str, Any]


def _describe(error: BaseException, trace: TracebackType | None) -> dict[str, str]:
    """An exception without its message: messages quote values."""
    described = {"exception": type(error).__name__}
    # Walked by hand: a formatted traceback reads source files, which would block the event loop.
    for frame, line in traceback.walk_tb(trace):
        described["where"] = f"{PurePath(frame.f_code.co_filename).name}:{line}"
    code = getattr(error, "code", None)
    if isinstance(code, str):
        described["code"] = code
    return described


def describe_exception(exc_info: object) -> dict[str, str]:
    """`exception`, `where` and our own `code`, from whatever `exc_info=` was given; {} where there is none."""
    if isinstance(exc_info, BaseException):
        return _describe(exc_info, exc_info.__traceback__)
    if isinstance(exc_info, tuple) and len(exc_info) == 3 and isinstance(exc_info[1], BaseException):
        return _describe(exc_info[1], exc_info[2])
    return {}


def exception_by_name(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: `exc_info` becomes the exception's name, place and code."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if exc_info:
        for name, value in describe_exception(exc_info).items():
            event.setdefault(name, value)
    return event


def _scalar(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _passes(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_VALUE
    if isinstance(value, list | tuple):
        return len(value) <= 32 and all(_scalar(item) and _passes(item) for item in value)
    return _scalar(value)


class AllowListedFields:
    """A structlog processor. `strict` raises ServiceError `log-field-refused`; otherwise only the field's name stays.

    An event is a short lower-case phrase, fixed in the code; a formatted one would smuggle values past the list.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        refused = [name for name, value in event.items() if name not in ALLOWED_FIELDS or not _passes(value)]
        if not _EVENT.fullmatch(str(event.get("event", ""))):
            refused.append("event")
        if not refused:
            return event
        if self._strict:
            raise ServiceError(f"A log line may not carry {', '.join(sorted(refused))}.", code="log-field-refused")
        kept = {name: value for name, value in event.items() if name not in refused}
        # The names are code, not data: keyword arguments of a log call.
        return {"event": "log-field-refused", **kept, "dropped": sorted(refused)}
