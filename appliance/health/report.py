"""All checks together: run side by side, none able to hold up or bring down the others."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog

from appliance.errors import KioskError
from appliance.health.finding import Finding, FindingState, failed
from appliance.runtime.clock import Clock, timestamp

log = structlog.get_logger(__name__)

Check = Callable[[], Finding | Awaitable[Finding]]
_BADNESS = {FindingState.OK: 0, FindingState.WARNING: 1, FindingState.FAILED: 2}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is the worst finding's; findings stand in the order of the checks."""

    state: FindingState
    findings: tuple[Finding, ...]
    checked_at: str


async def report(checks: Mapping[str, Check], clock: Clock, *, timeout_s: float = 2.0) -> Report:
    """Run every check. One that raises or takes longer than `timeout_s` is itself a finding; raises nothing."""
    findings = await asyncio.gather(*(_run(name, check, timeout_s) for name, check in checks.items()))
    return compose(findings, timestamp(clock.now()))


def compose(findings: Sequence[Finding], checked_at: str) -> Report:
    worst = max((finding.state for finding in findings), key=lambda state: _BADNESS[state], default=FindingState.OK)
    return Report(state=worst, findings=tuple(findings), checked_at=checked_at)


class Health:
    """The last report, renewed by a supervised task, so that the page never waits for a check."""

    def __init__(self, checks: Mapping[str, Check], clock: Clock) -> None:
        self._checks = dict(checks)
        self._clock = clock
        self._last = compose((), "")

    def last(self) -> Report:
        """Empty, with `checked_at` "", before the first round."""
        return self._last

    def findings(self) -> tuple[Finding, ...]:
        return self._last.findings

    async def refresh(self) -> Report:
        before = {finding.check: finding.code for finding in self._last.findings}
        self._last = await report(self._checks, self._clock)
        for finding in self._last.findings:
            if before.get(finding.check) != finding.code and finding.state is not FindingState.OK:
                log.warning("health-changed", check=finding.check, state=finding.state.value, code=finding.code)
        return self._last

    async def run(self, *, interval_s: float = 10.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """A supervised task."""
        while True:
            await self.refresh()
            await sleep(interval_s)


async def _run(name: str, check: Check, timeout_s: float) -> Finding:
    try:
        async with asyncio.timeout(timeout_s):
            found = check()
            return await found if inspect.isawaitable(found) else found
    except TimeoutError:
        return failed(name, "health-check-slow", f"The check of {name} took too long: ask the field engineer.")
    except KioskError as error:
        return failed(name, error.code, error.sentence)
    except Exception as error:
        log.error("health-check-failed", check=name, exc_info=error)
        return failed(name, "health-check-failed", f"The check of {name} itself failed: ask the field engineer.")
