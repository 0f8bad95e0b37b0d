"""The report stands even when a check does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from appliance.errors import StorageCorrupted
from appliance.health.disk_space import check_disk_space
from appliance.health.finding import Finding, FindingState, ok, warning
from appliance.health.report import Health, report
from appliance.runtime.clock import SystemClock

CLOCK = SystemClock()


async def _hanging() -> Finding:
    await asyncio.Event().wait()
    return ok("never", "Never.")


def _broken() -> Finding:
    raise ValueError("ERIKSSON")


def _named() -> Finding:
    raise StorageCorrupted("The record is damaged.", code="time-floor-damaged")


async def test_one_bad_check_leaves_the_others_standing(tmp_path: Path) -> None:
    with capture_logs() as lines:
        seen = await report(
            {
                "fine": lambda: ok("fine", "Fine."),
                "hanging": _hanging,
                "broken": _broken,
                "clock": _named,
                "disk-space": lambda: check_disk_space(tmp_path / "none"),
            },
            CLOCK,
            timeout_s=0.05,
        )
    assert [(finding.check, finding.code) for finding in seen.findings] == [
        ("fine", "fine-ok"),
        ("hanging", "health-check-slow"),
        ("broken", "health-check-failed"),
        ("clock", "time-floor-damaged"),
        ("disk-space", "health-check-failed"),
    ]
    assert seen.state is FindingState.FAILED
    assert "ERIKSSON" not in str(seen)
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ((), FindingState.OK),
        ((ok("a", "A."),), FindingState.OK),
        ((warning("a", "b", "C."), ok("a", "A.")), FindingState.WARNING),
    ],
)
async def test_the_worst_finding_decides(findings: tuple[Finding, ...], state: FindingState) -> None:
    checks = {str(number): (lambda finding=finding: finding) for number, finding in enumerate(findings)}
    assert (await report(checks, CLOCK)).state is state


async def test_the_page_has_the_last_report_and_a_change_is_logged_once() -> None:
    current = ok("aima", "Well.")
    health = Health({"aima": lambda: current}, CLOCK)
    assert health.findings() == ()
    rounds = 0

    async def sleep(_interval_s: float) -> None:
        nonlocal current, rounds
        rounds += 1
        current = warning("aima", "aima-unreachable", "Not well.")
        if rounds == 3:
            raise asyncio.CancelledError

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await health.run(sleep=sleep)
    assert health.findings() == (current,)
    assert [(line["event"], line["code"]) for line in lines] == [("health-changed", "aima-unreachable")]
