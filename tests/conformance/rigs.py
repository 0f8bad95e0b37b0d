"""Every driver on its test bench: how to get it with a peer that behaves, or that misbehaves by a fault plan.

To put a new driver under the suites, add a rig here, or beside this where cameras, serial modules, libfprint, chip
readers and pads have theirs (`camera_rigs`, `zfm_rigs`, `libfprint_rigs`, `chip_rigs`, `pad_rigs`). What a rig is says
`rig`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import msgspec
import pytest

from drivers.contracts import Contract
from drivers.errors import (
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceTimedOut,
    HostCrashed,
    HostUnresponsive,
)
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.sane.escl_emulator import EsclScanner, EsclSettings, ScannerFault
from drivers.sbi.authority import MadeUpAuthority
from drivers.sbi.emulator import Emulation, Kind, emulated
from tests.conformance.camera_rigs import CAMERA_RIGS
from tests.conformance.libfprint_rigs import LIBFPRINT_RIGS
from tests.conformance.replayed_rigs import REPLAYED_RIGS
from tests.conformance.rig import ABSENT, HARMLESS, REFUSE, FaultCase, Options, Rig, typed_faults
from tests.conformance.zfm_rigs import ZFM_RIGS

ESCL_BACKEND = list(Path("/usr/lib").glob("*/sane/libsane-airscan.so.1")) if shutil.which("scanimage") else []


@contextmanager
def _simulated(plan: FaultPlan, _: Path) -> Iterator[Options]:
    yield {"seed": 7, "faults": msgspec.to_builtins(plan)}


def _simulated_rig(contract: Contract, driver_id: str) -> Rig:
    return Rig(
        name=driver_id,
        contract=contract,
        driver_id=driver_id,
        bench=_simulated,
        faults=(*HARMLESS, ABSENT, REFUSE, *typed_faults()),
        hosted_faults=(
            FaultCase(name="hang", plan=FaultPlan(hang=True), error=HostUnresponsive),
            FaultCase(name="crash", plan=FaultPlan(crash=True), error=HostCrashed),
        ),
    )


@contextmanager
def _emulated_usb(plan: FaultPlan, _: Path) -> Iterator[Options]:
    yield {"faults": msgspec.to_builtins(plan)}


@contextmanager
def _microsoft(plan: FaultPlan, _: Path) -> Iterator[Options]:
    yield {"faults": msgspec.to_builtins(plan), "microsoft": True}


# A USB transfer is whole or not at all, and these readers have no word for a fault of their own.
_USB_FAULTS = (
    FaultCase(name="delay", plan=FaultPlan(delay_s=0.002), error=None),
    *(ABSENT, REFUSE),
    *(fault for fault in typed_faults() if fault.name != "fault"),
    FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut, timeout_s=0.3),
    FaultCase(name="crash", plan=FaultPlan(crash=True), error=DeviceLost),
)


@cache
def scanner_authority() -> MadeUpAuthority:
    """One for all: an RSA key is costly to make."""
    return MadeUpAuthority(datetime.now(UTC))


@contextmanager
def _sbi(plan: FaultPlan, directory: Path, kind: Kind) -> Iterator[Options]:
    authority, trust = scanner_authority(), directory / "scanner-trust.pem"
    trust.write_bytes(authority.root_pem)
    with emulated(Emulation(kind=kind, authority=authority, faults=plan)) as service:
        yield {
            "port": service.port,
            "trust": str(trust),
            "env": "Developer",
            "simulated": True,
            "answer_timeout_s": 2.0,
        }


# A flipped bit in what was signed is not trusted; only what is no message at all is called a protocol error.
_SBI_FAULTS = (
    *(*HARMLESS, ABSENT, REFUSE, *typed_faults()),
    FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut, timeout_s=0.3),
    FaultCase(name="crash", plan=FaultPlan(crash=True), error=DeviceLost),
)


def _sbi_rig(kind: Kind, contract: Contract) -> Rig:
    return Rig(
        name=f"sbi-{kind}",
        contract=contract,
        driver_id=f"sbi-{'camera' if contract is Contract.CAMERA else 'fingerprint'}",
        bench=partial(_sbi, kind=kind),
        faults=_SBI_FAULTS,
    )


_SLOW = {"read-delay": "yes", "read-delay-duration": "200000", "read-limit": "yes", "read-limit-size": "64"}


@contextmanager
def _sane(plan: FaultPlan, directory: Path) -> Iterator[Options]:
    """SANE's own `test` backend, configured here and not under /etc; its options play the fault plan."""
    if shutil.which("scanimage") is None:
        pytest.skip("needs the system package sane-utils")
    (directory / "dll.conf").write_text("test\n")
    (directory / "test.conf").write_text(SANE_TEST_CONF)
    status = next((value for name, value in _SANE_STATUS.items() if getattr(plan, name)), "")
    extra = {"read-return-value": f"SANE_STATUS_{status}"} if status else {}
    if plan.hang or plan.absent_s:
        extra |= _SLOW
    yield {"device": "test:0", "config_dir": str(directory), "extra": extra}


@contextmanager
def _escl(plan: FaultPlan, _: Path) -> Iterator[Options]:
    """Debian's sane-airscan in between, a driverless scanner of ours behind it."""
    if not ESCL_BACKEND:
        pytest.skip("needs the system package sane-airscan")
    fault = ScannerFault.DENIED if plan.refuse else ScannerFault.NONE
    with EsclScanner(EsclSettings(faults=plan, fault=fault)) as scanner:
        yield {"device": scanner.address, "source": "Flatbed", "duplex_source": "ADF Duplex", "simulated": True}


_SANE_STATUS = {"fault": "NO_MEM", "unplug": "IO_ERROR", "refuse": "ACCESS_DENIED"}
SANE_TEST_CONF = """
number_of_devices 2
mode Gray
depth 8
resolution_min 1.0
resolution_max 1200.0
resolution_quant 1.0
resolution 75
test-picture "Color pattern"
geometry_min 0.0
geometry_max 200.0
geometry_quant 1.0
tl_x 0.0
tl_y 0.0
br_x 80.0
br_y 100.0
"""
_SANE_FAULTS = (
    # Pages that break off are in the driver's own tests: told to end early, this backend says nothing and now and then
    # hangs for good (it cancels its reader's thread inside malloc).
    FaultCase(name="fault", plan=FaultPlan(fault=True), error=DeviceFault),
    FaultCase(name="unplug", plan=FaultPlan(unplug=True), error=DeviceLost),
    FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied),
    FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut, timeout_s=0.3),
)

_ESCL_FAULTS = (
    FaultCase(name="delay", plan=FaultPlan(delay_s=0.05), error=None),
    FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied),
    FaultCase(name="hang", plan=FaultPlan(hang=True), error=DeviceTimedOut, timeout_s=0.5),
    FaultCase(name="unplug", plan=FaultPlan(unplug=True), error=DeviceLost),
)

RIGS: tuple[Rig, ...] = (
    *CAMERA_RIGS,
    _simulated_rig(Contract.FINGERPRINT_READER, "simulated-fingerprint"),
    _simulated_rig(Contract.CAMERA, "simulated-camera"),
    _simulated_rig(Contract.DOCUMENT_SCANNER, "simulated-scanner"),
    *ZFM_RIGS,
    *LIBFPRINT_RIGS,
    Rig(
        name="uru4500-emulated",
        contract=Contract.FINGERPRINT_READER,
        driver_id="emulated-uru4000",
        bench=_emulated_usb,
        faults=_USB_FAULTS,
    ),
    Rig(
        name="microsoft-v2-emulated",
        contract=Contract.FINGERPRINT_READER,
        driver_id="emulated-uru4000",
        bench=_microsoft,
        faults=_USB_FAULTS,
    ),
    Rig(
        name="nb1010-emulated",
        contract=Contract.FINGERPRINT_READER,
        driver_id="emulated-nb1010",
        bench=_emulated_usb,
        faults=_USB_FAULTS,
    ),
    _sbi_rig(Kind.SLAP, Contract.FINGERPRINT_READER),
    _sbi_rig(Kind.SINGLE, Contract.FINGERPRINT_READER),
    _sbi_rig(Kind.FACE, Contract.CAMERA),
    Rig(
        name="sane-test",
        contract=Contract.DOCUMENT_SCANNER,
        driver_id="sane",
        bench=_sane,
        faults=_SANE_FAULTS,
    ),
    Rig(
        name="escl-emulated",
        contract=Contract.DOCUMENT_SCANNER,
        driver_id="escl",
        bench=_escl,
        faults=_ESCL_FAULTS,
        quiet_plan=FaultPlan(hang=True),
    ),
    *REPLAYED_RIGS,
)


def rigs_of(contract: Contract) -> list[Rig]:
    return [rig for rig in RIGS if rig.contract is contract]


def well_behaved(rig: Rig, directory: Path) -> AbstractContextManager[Options]:
    return rig.bench(WELL_BEHAVED, directory)
