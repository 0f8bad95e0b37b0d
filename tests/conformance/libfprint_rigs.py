"""Debian's libfprint on its test bench: its own virtual reader, with fingers of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.contracts import Contract
from drivers.errors import DeviceLost, DeviceTimedOut
from drivers.faults import FaultPlan
from drivers.libfprint.emulator import VirtualFinger
from drivers.simulated.drawn.plain_print import drawn_print
from tests.conformance.rig import ABSENT, HARMLESS, REFUSE, FaultCase, Options, Rig, typed_faults

_NOBODY_MAY = Path("/sys")
"""Not even root may make a socket there."""
_LIBRARY = list(Path("/usr/lib").glob("*/girepository-1.0/FPrint-2.0.typelib"))


@contextmanager
def _virtual(plan: FaultPlan, directory: Path) -> Iterator[Options]:
    if not _LIBRARY:
        pytest.skip("needs the system package gir1.2-fprint-2.0")
    path = (_NOBODY_MAY if plan.refuse else directory) / "finger"
    with pytest.MonkeyPatch.context() as patch, VirtualFinger(path, drawn_print(), plan):
        patch.setenv("FP_VIRTUAL_IMAGE", str(path))
        yield {"device": "virtual_image", "answer_timeout_s": 0.5}


LIBFPRINT_RIGS: tuple[Rig, ...] = (
    Rig(
        name="libfprint-virtual",
        contract=Contract.FINGERPRINT_READER,
        driver_id="libfprint",
        bench=_virtual,
        faults=(
            *(*HARMLESS, ABSENT, REFUSE),
            *(fault for fault in typed_faults() if fault.name != "wrong-size"),
            FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut, timeout_s=0.3),
            FaultCase(name="crash", plan=FaultPlan(crash=True), error=DeviceLost),
        ),
    ),
)
