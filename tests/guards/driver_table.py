"""At the end of a run: which driver passed how much of which suite, so that a gap is seen and not looked for."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

_SUITE = re.compile(r"tests/(?:conformance|replay)/test_(\w+)\.py::(\w+)\[(.+)\]$")


class _Rows:
    """Names of rigs and recordings, the longest first: a test's id begins with one of them."""

    def __init__(self) -> None:
        from tests.conformance.chip_rigs import CHIP_RIGS
        from tests.conformance.pad_rigs import PAD_RIGS
        from tests.conformance.rigs import RIGS
        from tests.replay.test_recordings import RECORDINGS

        self.drivers = {
            rig.name: f"{rig.driver_id}, replayed" if rig.replayed else rig.driver_id
            for rig in (*RIGS, *CHIP_RIGS, *PAD_RIGS)
        }
        for recording in RECORDINGS:
            self.drivers.setdefault(recording.folder.name, "replayed")
        self._longest_first = sorted(self.drivers, key=len, reverse=True)

    def of(self, test_id: str) -> str | None:
        parts = f"-{test_id}-"
        return next((name for name in self._longest_first if f"-{name}-" in parts), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows, outcomes = None, defaultdict[tuple[str, str], list[str]](list)
    for outcome in ("passed", "failed", "skipped", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            found = _SUITE.search(getattr(report, "nodeid", ""))
            if found is None:
                continue
            rows = rows or _Rows()
            if (name := rows.of(found[3])) is not None:
                outcomes[name, found[1]].append(outcome)
    if rows is None:
        return
    suites = sorted({suite for _, suite in outcomes})
    terminalreporter.section("drivers and their suites: passed of all")
    width = max(len(name) for name in rows.drivers)
    terminalreporter.write_line(" " * (width + 24) + "  ".join(suites))
    for name, driver in rows.drivers.items():
        cells = [_cell(outcomes.get((name, suite), [])).rjust(len(suite)) for suite in suites]
        terminalreporter.write_line(f"{name.ljust(width)}  {driver.ljust(22)}" + "  ".join(cells))


def _cell(outcomes: list[str]) -> str:
    """`12/12`; a dash where the suite does not concern the driver, `skipped` where none of it could run."""
    if not outcomes:
        return "-"
    if set(outcomes) == {"skipped"}:
        return "skipped"
    return f"{outcomes.count('passed')}/{len(outcomes)}"
