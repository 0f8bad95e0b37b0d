"""In every test a log line that could carry personal data is an error, not a dropped field."""

from __future__ import annotations

import pytest
import structlog

from appliance.runtime.log_fields import AllowListedFields, exception_by_name


@pytest.fixture(autouse=True)
def _strict_log_lines() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            exception_by_name,
            AllowListedFields(strict=True),
            structlog.processors.JSONRenderer(),
        ],
        # Into the standard library's logging, where pytest shows them beside a failure.
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
