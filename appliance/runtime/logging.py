"""Log lines: JSON, one a line, on stderr, written by a thread (`log_writer.py`) so that a slow reader blocks nothing.

What may stand in a line is decided by `log_fields.py`. Lines of libraries pass as their constant template, without
the arguments, because those may quote what somebody typed or sent.
"""

from __future__ import annotations

import logging
import logging.handlers
import queue
from collections.abc import Callable
from typing import IO, Any

import msgspec
import structlog

from appliance.errors import UsageError
from appliance.runtime.log_fields import AllowListedFields, EventDict, describe_exception, exception_by_name
from appliance.runtime.log_writer import LogWriter

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_QUEUE_LENGTH = 10_000


def _foreign(record: logging.LogRecord) -> dict[str, Any]:
    """A library's record. Without arguments the text may be formatted already, so then it is left out."""
    event: dict[str, Any] = {"event": "library-message", "level": record.levelname.lower(), "logger": record.name}
    if record.args and isinstance(record.msg, str):
        event["message"] = record.msg[:120]
    event.update(describe_exception(record.exc_info))
    return event


class _IntoQueue(logging.handlers.QueueHandler):
    """Turns a record into its line at once (nothing mutable waits in the queue); a full queue drops and counts."""

    def __init__(self, lines: queue.Queue[str | None], shape: Callable[[object, str, EventDict], EventDict]) -> None:
        super().__init__(lines)
        self._shape = shape
        self._stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self._dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        event: EventDict
        if isinstance(record.msg, dict):
            event = dict(record.msg)
        else:
            event = self._shape(None, "", self._stamp(None, "", _foreign(record)))
        if self._dropped:
            event["dropped"] = [*event.get("dropped", []), f"{self._dropped} lines"]
            self._dropped = 0
        line = msgspec.json.encode(event, order="deterministic").decode()
        return logging.makeLogRecord({"msg": line, "levelno": record.levelno, "levelname": record.levelname})

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record.getMessage())
        except queue.Full:
            self._dropped += 1


def configure_logging(
    level: str = "info", *, strict: bool = False, stream: IO[str] | None = None
) -> Callable[[], None]:
    """Route structlog and every library's logging to `stream` (stderr). Returns what stops it, written out if read.

    `strict` raises ServiceError `log-field-refused` for a field outside the allow-list (tests); otherwise the field
    is dropped and named.
    Raises UsageError `log-level-unknown`.
    """
    if level not in _LEVELS:
        raise UsageError(f"Unknown log level: choose one of {', '.join(_LEVELS)}.", code="log-level-unknown")
    number = _LEVELS[level]
    allow_listed = AllowListedFields(strict=strict)
    lines: queue.Queue[str | None] = queue.Queue(_QUEUE_LENGTH)
    into_queue = _IntoQueue(lines, AllowListedFields(strict=False))
    writer = LogWriter(lines, stream)
    root = logging.getLogger()
    before, level_before = list(root.handlers), root.level
    root.handlers[:] = [into_queue]
    root.setLevel(number)
    # Libraries: only what is wrong with them. Ours are filtered by structlog itself.
    libraries = {name: logging.getLogger(name).level for name in ("aiohttp", "asyncio", "tuf", "urllib3")}
    for name in libraries:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exception_by_name,
            allow_listed,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    writer.start()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if stopped:
            return
        stopped = True
        root.handlers[:] = before
        root.setLevel(level_before)
        for name, earlier in libraries.items():
            logging.getLogger(name).setLevel(earlier)
        structlog.reset_defaults()
        writer.stop()

    return stop
