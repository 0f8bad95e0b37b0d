"""What every test may count on and is held to; each guard is a file of its own under tests/guards/."""

from __future__ import annotations

pytest_plugins = [
    "tests.guards.availability",
    "tests.guards.driver_table",
    "tests.guards.environment",
    "tests.guards.event_loop",
    "tests.guards.log_lines",
    "tests.guards.measured",
    "tests.guards.network",
    "tests.guards.order",
    "tests.guards.processes",
    "tests.guards.randomness",
]
