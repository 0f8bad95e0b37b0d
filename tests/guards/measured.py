"""At the end of a run: what tests measured of the machine they ran on, as facts beside what they assert.

A test says it with `record_property("noticed_s", 0.41)`.
"""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        (report.nodeid, report.user_properties)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "user_properties", None)
    ]
    if not rows:
        return
    terminalreporter.section("measured")
    for test, properties in rows:
        terminalreporter.write_line(test)
        for name, value in properties:
            terminalreporter.write_line(f"    {name}: {value}")
