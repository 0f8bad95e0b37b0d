"""The serial fingerprint modules on their test benches: an emulated one on a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from drivers.contracts import Contract
from drivers.errors import DeviceLost, DeviceTimedOut
from drivers.faults import FaultPlan
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.codec import BAUD_STEP
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule
from tests.conformance.rig import ABSENT, HARMLESS, REFUSE, FaultCase, Options, Rig, typed_faults

R307 = (288, 256)
R503 = (192, 192)


@contextmanager
def _module(plan: FaultPlan, _: Path, size: tuple[int, int], baud: int = 57600) -> Iterator[Options]:
    settings = ModuleSettings(images=[drawn_print(*size)], faults=plan, baud_multiplier=baud // BAUD_STEP)
    with PtyModule(settings) as module:
        # One that is not where it is looked for first is also to go faster.
        yield {"device": module.path, "answer_timeout_s": 0.6, "fastest_baud": 0 if baud == 57600 else 115200}


_FAULTS = (
    *(*HARMLESS, ABSENT, REFUSE, *typed_faults()),
    FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut),
    FaultCase(name="crash", plan=FaultPlan(crash=True), error=DeviceLost),
)


def _rig(name: str, faults: tuple[FaultCase, ...], **module: Any) -> Rig:
    bench = partial(_module, **module)
    return Rig(name=name, contract=Contract.FINGERPRINT_READER, driver_id="zfm", bench=bench, faults=faults)


ZFM_RIGS: tuple[Rig, ...] = (
    _rig("zfm-256x288", _FAULTS, size=R307),
    _rig("zfm-192x192", HARMLESS, size=R503),
    _rig("zfm-at-9600", HARMLESS, size=R503, baud=9600),
)
