"""Chance is repeatable: one seed for a run, printed at its start, from which every test gets its own."""

from __future__ import annotations

import random
import secrets
import zlib

import hypothesis
import pytest
from hypothesis import HealthCheck

# Durations are never asserted, and a busy machine is no fault of a test's.
_PROFILE: dict[str, object] = {
    "deadline": None,
    "derandomize": False,
    "database": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow],
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("claim-kiosk")
    group.addoption("--seed", type=int, default=None, help="repeat a run's randomness (its seed is printed first)")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--seed") is None:
        config.option.seed = secrets.randbelow(2**32)
    hypothesis.settings.register_profile("ordinary", max_examples=60, **_PROFILE)  # type: ignore[arg-type]
    hypothesis.settings.register_profile("slow", max_examples=1000, **_PROFILE)  # type: ignore[arg-type]
    hypothesis.settings.load_profile("slow" if config.getoption("--slow") else "ordinary")
    if config.getoption("--hypothesis-seed") is None:
        from hypothesis import core

        core.global_force_seed = config.option.seed


def pytest_report_header(config: pytest.Config) -> str:
    return f"seed: {config.option.seed} (repeat with --seed {config.option.seed})"


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """This test's own seed (uint32), from the run's and the test's name; for generators that it makes itself."""
    return zlib.crc32(request.node.nodeid.encode(), request.config.option.seed)


@pytest.fixture(autouse=True)
def _seeded(seed: int) -> None:
    random.seed(seed)
