"""Every chip reader on its test bench, as `rigs` has it for what gives frames.

Where a fault plan counts frames, it counts answers to commands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from drivers.contracts import Contract
from drivers.contracts.apdu import CommandApdu
from drivers.errors import (
    CaptureTimedOut,
    CardRemoved,
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
    HostCrashed,
    HostUnresponsive,
)
from drivers.faults import FaultPlan
from drivers.pcsc.emulator import CardSettings, VirtualCard
from drivers.simulated.chip_card import APPLICATION
from tests.conformance.private_pcscd import private_pcscd
from tests.conformance.rig import FaultCase, Options, Rig

SEED = 7
AWAY_S = 1.5
"""How long a card that was taken away stays away: longer than pcscd takes to notice."""
SELECT = CommandApdu(0x00, 0xA4, 0x04, 0x0C, APPLICATION).to_bytes()


@contextmanager
def _simulated(plan: FaultPlan, _: Path) -> Iterator[Options]:
    yield {"seed": SEED, "faults": msgspec.to_builtins(plan), "taken_away_s": AWAY_S, "answer_timeout_s": 0.8}


@contextmanager
def _pcsc(plan: FaultPlan, _: Path) -> Iterator[Options]:
    with private_pcscd() as service:
        settings = CardSettings(port=service.ports[0], seed=SEED, faults=plan, away_s=AWAY_S)
        with VirtualCard(settings):
            yield {"socket": service.socket, "device": "virtual pcd 00 00", "answer_timeout_s": 3.0}


_HARMLESS = (
    FaultCase(name="delay", plan=FaultPlan(delay_s=0.02), error=None),
    FaultCase(name="split", plan=FaultPlan(split=True), error=None),
)
_ABSENT = FaultCase(name="absent", plan=FaultPlan(absent_s=60.0), error=CaptureTimedOut, timeout_s=0.5)
_WIRED = (
    FaultCase(name="drop", plan=FaultPlan(after_frames=1, drop=True), error=DeviceTimedOut),
    FaultCase(name="corrupt", plan=FaultPlan(after_frames=1, corrupt=True), error=DeviceProtocolError),
    FaultCase(name="wrong-size", plan=FaultPlan(after_frames=1, wrong_size=True), error=DeviceProtocolError),
)
_BETWEEN = [FaultPlan(after_frames=answers, remove="between") for answers in (1, 2, 4)]
_DURING = [FaultPlan(after_frames=answers, remove="during") for answers in (0, 1, 4)]
REMOVALS = tuple(
    FaultCase(name=f"removed-{plan.remove}-{plan.after_frames}", plan=plan, error=CardRemoved)
    for plan in (*_BETWEEN, *_DURING)
)
"""The card goes away after so many answers: at once, or in the middle of the command that follows."""
_REMOVED_AT_ONCE = FaultCase(name="removed-between-0", plan=FaultPlan(remove="between"), error=CardRemoved)

CHIP_RIGS: tuple[Rig, ...] = (
    Rig(
        name="simulated-chip",
        contract=Contract.CHIP_READER,
        driver_id="simulated-chip",
        bench=_simulated,
        faults=(
            *(*_HARMLESS, _ABSENT, *_WIRED, *REMOVALS, _REMOVED_AT_ONCE),
            FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied, opening=True),
            FaultCase(name="fault", plan=FaultPlan(after_frames=1, fault=True), error=DeviceFault),
            FaultCase(name="unplug", plan=FaultPlan(after_frames=1, unplug=True), error=DeviceLost),
        ),
        hosted_faults=(
            FaultCase(name="hang", plan=FaultPlan(after_frames=1, hang=True), error=HostUnresponsive),
            FaultCase(name="crash", plan=FaultPlan(after_frames=1, crash=True), error=HostCrashed),
        ),
    ),
    Rig(
        name="pcsc-virtual",
        contract=Contract.CHIP_READER,
        driver_id="pcsc",
        bench=_pcsc,
        faults=(
            *(*_HARMLESS, _ABSENT, *_WIRED, *REMOVALS),
            FaultCase(name="hang", plan=FaultPlan(after_frames=1, hang=True), error=DeviceTimedOut),
        ),
    ),
)
