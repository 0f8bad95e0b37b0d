"""Every signature pad on its test bench, as `rigs` has it for what gives frames.

Where a fault plan counts frames, it counts points here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from drivers.contracts import Contract
from drivers.errors import (
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
    HostCrashed,
)
from drivers.faults import FaultPlan
from tests.conformance.rig import FaultCase, Options, Rig

_QUICK_S = 0.4


@contextmanager
def _simulated(plan: FaultPlan, _: Path) -> Iterator[Options]:
    yield {"seed": 7, "faults": msgspec.to_builtins(plan), "rate_hz": 1000.0, "strokes": 2}


PAD_RIGS: tuple[Rig, ...] = (
    Rig(
        name="simulated-pad",
        contract=Contract.SIGNATURE_PAD,
        driver_id="simulated-pad",
        bench=_simulated,
        faults=(
            FaultCase(name="delay", plan=FaultPlan(delay_s=0.002), error=None),
            FaultCase(name="split", plan=FaultPlan(split=True), error=None),
            FaultCase(name="absent", plan=FaultPlan(absent_s=60.0), error=CaptureTimedOut, timeout_s=_QUICK_S),
            FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied, opening=True),
            FaultCase(name="drop", plan=FaultPlan(after_frames=5, drop=True), error=DeviceTimedOut, timeout_s=_QUICK_S),
            FaultCase(name="corrupt", plan=FaultPlan(after_frames=5, corrupt=True), error=DeviceProtocolError),
            FaultCase(name="wrong-size", plan=FaultPlan(after_frames=5, wrong_size=True), error=DeviceProtocolError),
            FaultCase(name="fault", plan=FaultPlan(after_frames=5, fault=True), error=DeviceFault),
            FaultCase(name="unplug", plan=FaultPlan(after_frames=5, unplug=True), error=DeviceLost),
        ),
        hosted_faults=(FaultCase(name="crash", plan=FaultPlan(after_frames=5, crash=True), error=HostCrashed),),
    ),
)
