"""What a machine may lack: the recordings beside the project, system packages. Such tests are skipped, never silently.

At the end of a run each reason is printed once, with the tests that it left out.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
NO_SHARED = f"needs the recordings at {SHARED_DATA}"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("claim-kiosk")
    group.addoption("--kills", type=int, default=10, help="how often the real process is killed at random points")
    group.addoption("--cycles", type=int, default=20, help="how often a device is unplugged, and a fault injected")
    group.addoption("--slow", action="store_true", help="run the tests marked slow, and more examples of each property")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("shared") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason=NO_SHARED))
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recordings beside the project; the test is skipped where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED)
    return SHARED_DATA


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    """How many times a kill test kills its process: 10 in an ordinary run."""
    number: int = request.config.getoption("--kills")
    return number


@pytest.fixture(scope="session")
def cycles(request: pytest.FixtureRequest) -> int:
    """How often a device is pulled out and plugged in, and how many faults are injected: 20 in an ordinary run."""
    number: int = request.config.getoption("--cycles")
    return number


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")].append(report.nodeid)
    if not reasons:
        return
    terminalreporter.section("skipped, and why")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(f"{len(tests):4d}  {reason}")
        for test in tests[:3]:
            terminalreporter.write_line(f"        {test}")
        if len(tests) > 3:
            terminalreporter.write_line(f"        … and {len(tests) - 3} more")
