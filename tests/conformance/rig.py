"""What a rig is, and the faults that look the same on every device. The rigs themselves are in the files beside this.

A rig names a driver and its options as a post's settings would, so that the suites build it through the registry, in
this process or in a host of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.contracts import Contract, Pixels
from drivers.errors import (
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
)
from drivers.faults import FaultPlan

Options = dict[str, Any]
PATIENCE_S = 30.0
"""How long what must come may take on a busy machine. Never a measure of a driver."""
_QUIET = FaultPlan(absent_s=60.0)
Bench = Callable[[FaultPlan, Path], AbstractContextManager[Options]]


@dataclass(frozen=True, kw_only=True)
class FaultCase:
    """`error` None: the fault costs time only. `opening`: it is the opening that fails."""

    name: str
    plan: FaultPlan
    error: type[DriverError] | None
    opening: bool = False
    timeout_s: float = PATIENCE_S


@dataclass(frozen=True, kw_only=True)
class Rig:
    """`hosted_faults` are those that would take the tests' own process with them. `can_wait`: a bench can be asked
    to present nothing for a while (`absent_s`). `made_ns`: when the peer made a picture, where its pictures tell.
    `shows_meanwhile`: a camera that gives more than one picture between a press and the still.
    `replayed`: its peer is recorded traffic, so that the driver runs where umockdev was loaded before all else
    (`preloaded`). `captures`: how many it bears one after the other. `cannot`: statements that it cannot bear, and why.
    """

    name: str
    contract: Contract
    driver_id: str
    bench: Bench
    faults: tuple[FaultCase, ...]
    hosted_faults: tuple[FaultCase, ...] = ()
    simulated: bool = True
    can_wait: bool = True
    quiet_plan: FaultPlan = _QUIET
    frame_limit: int = 2
    made_ns: Callable[[Pixels], int] | None = None
    shows_meanwhile: bool = False
    replayed: bool = False
    captures: int = 2
    cannot: Mapping[str, str] = field(default_factory=dict)


HARMLESS = (
    FaultCase(name="delay", plan=FaultPlan(delay_s=0.02), error=None),
    FaultCase(name="split", plan=FaultPlan(split=True), error=None),
)
ABSENT = FaultCase(name="absent", plan=FaultPlan(absent_s=60.0), error=CaptureTimedOut, timeout_s=0.3)
REFUSE = FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied, opening=True)


def typed_faults(after_frames: int = 0) -> tuple[FaultCase, ...]:
    """The faults that look the same on every device."""
    n = after_frames
    return (
        FaultCase(name="drop", plan=FaultPlan(after_frames=n, drop=True), error=DeviceTimedOut, timeout_s=1.0),
        FaultCase(name="corrupt", plan=FaultPlan(after_frames=n, corrupt=True), error=DeviceProtocolError),
        FaultCase(name="wrong-size", plan=FaultPlan(after_frames=n, wrong_size=True), error=DeviceProtocolError),
        FaultCase(name="fault", plan=FaultPlan(after_frames=n, fault=True), error=DeviceFault),
        FaultCase(name="unplug", plan=FaultPlan(after_frames=n, unplug=True), error=DeviceLost),
    )
