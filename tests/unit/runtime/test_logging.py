"""Log lines are JSON, come from a thread, and cannot carry personal data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from appliance.errors import ServiceError, UsageError
from appliance.runtime.logging import configure_logging

Start = Callable[..., Callable[[], list[dict[str, Any]]]]


@pytest.fixture
def started() -> Iterator[Start]:
    """Configures logging into memory; what it returns stops it and gives the lines."""
    stops: list[Callable[[], None]] = []

    def start(level: str = "info", *, strict: bool = False) -> Callable[[], list[dict[str, Any]]]:
        stream = io.StringIO()
        stop = configure_logging(level, strict=strict, stream=stream)
        stops.append(stop)

        def lines() -> list[dict[str, Any]]:
            stop()
            return [json.loads(line) for line in stream.getvalue().splitlines()]

        return lines

    yield start
    for stop in stops:
        stop()


def _fail(error: Exception) -> None:
    raise error


def test_a_line_is_one_json_object_with_level_logger_and_time(started: Start) -> None:
    lines = started()
    structlog.get_logger("appliance.spool").info("package-queued", package_id="p-1", bytes=42)
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "package-queued",
        "level": "info",
        "logger": "appliance.spool",
        "package_id": "p-1",
        "bytes": 42,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"surname": "ERIKSSON"},
        {"code": {"surname": "ERIKSSON"}},
        {"code": b"ERIKSSON"},
        {"code": "E" * 201},
        {"reasons": [["ERIKSSON"]]},
    ],
    ids=["unknown name", "nested value", "bytes", "long text", "nested list"],
)
def test_a_field_outside_the_list_is_refused_in_tests_and_dropped_in_production(
    started: Start, fields: dict[str, object]
) -> None:
    started(strict=True)
    with pytest.raises(ServiceError) as refused:
        structlog.get_logger("t").info("capture-taken", **fields)
    assert refused.value.code == "log-field-refused"
    assert "ERIKSSON" not in str(refused.value)

    lines = started(strict=False)
    structlog.get_logger("t").info("capture-taken", attendance_id="a-1", **fields)
    [line] = lines()
    assert line["dropped"] == list(fields)
    assert line["attendance_id"] == "a-1"
    assert line["event"] == "capture-taken"
    assert "ERIKSSON" not in json.dumps(line)


def test_a_formatted_event_is_refused(started: Start) -> None:
    lines = started()
    structlog.get_logger("t").info("welcome Anna Maria ERIKSSON", device_id="d")
    [line] = lines()
    assert line["event"] == "log-field-refused"
    assert "ERIKSSON" not in json.dumps(line)


def test_an_exception_is_named_but_never_quoted(started: Start) -> None:
    lines = started()
    try:
        _fail(ServiceError("ERIKSSON is not served.", code="tasks-stuck"))
    except ServiceError:
        structlog.get_logger("t").exception("task-crashed")
    [line] = lines()
    assert (line["exception"], line["code"]) == ("ServiceError", "tasks-stuck")
    assert line["where"].startswith("test_logging.py:")
    assert "ERIKSSON" not in json.dumps(line)


def test_a_library_speaks_without_its_arguments(started: Start) -> None:
    lines = started()
    library = logging.getLogger("some.library")
    library.warning("cannot open %s", "/home/ERIKSSON")
    library.warning("formatted already: ERIKSSON")
    try:
        _fail(ValueError("ERIKSSON"))
    except ValueError:
        library.exception("failed")
    written = lines()
    assert [line["event"] for line in written] == ["library-message"] * 3
    assert written[0]["message"] == "cannot open %s"
    assert "message" not in written[1]
    assert written[2]["exception"] == "ValueError"
    assert "ERIKSSON" not in json.dumps(written)


def test_levels_are_kept_and_an_unknown_one_is_refused(started: Start) -> None:
    lines = started("warning")
    structlog.get_logger("t").info("quiet")
    logging.getLogger("aiohttp.server").info("quiet")
    structlog.get_logger("t").error("loud")
    assert [line["event"] for line in lines()] == ["loud"]
    with pytest.raises(UsageError) as refused:
        configure_logging("chatty")
    assert refused.value.code == "log-level-unknown"


def test_stopping_flushes_and_gives_the_root_logger_back(started: Start) -> None:
    before = list(logging.getLogger().handlers)
    lines = started()
    for number in range(500):
        structlog.get_logger("t").info("tick", number=number)
    assert [line["number"] for line in lines()] == list(range(500))
    assert logging.getLogger().handlers == before


def test_a_closed_stream_does_not_raise(started: Start) -> None:
    stream = io.StringIO()
    stop = configure_logging(stream=stream)
    stream.close()
    structlog.get_logger("t").info("unheard")
    stop()
    assert stream.closed
