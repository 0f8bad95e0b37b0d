"""A record is looked at before it is frozen, by the same rules that its package is verified by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, NoReturn

import msgspec
import pytest

from appliance.attendance.sealing import Entry, SpoolSealer
from appliance.attendance.state import Attendance, replay
from appliance.errors import SealingFailed
from appliance.model.attendance import SealRequested
from appliance.model.manifest import SoftwareRecord
from appliance.package.seal import SealedPackage
from appliance.runtime.clock import SystemClock
from tests.unit.attendance.makers import AT, WHO, configuration, entered, noticed, opened

REQUEST = SealRequested(at=AT, technician_id=WHO, package_id="p")


class NoQueue:
    """Nothing is queued, and nothing may be."""

    async def enqueue(self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], SealedPackage]) -> Entry:
        raise AssertionError

    async def replace(self, package_id: str, write: Callable[[BinaryIO], SealedPackage]) -> Entry:
        raise AssertionError

    def holds(self, attendance_id: str) -> bool:
        return False

    async def discard(self, package_id: str) -> None:
        pass


class NoVault:
    def open(self, owner: str, name: str) -> Iterator[bytes]:
        raise AssertionError


def no_signer() -> NoReturn:
    raise AssertionError


SEALER = SpoolSealer(
    queue=NoQueue(),
    vault=NoVault(),
    signer=no_signer,
    configuration=configuration,
    software=SoftwareRecord(name="claim-kiosk", version="0"),
    clock=SystemClock(),
    sandbox=True,
)


def attendance(**changes: object) -> Attendance:
    return replay([msgspec.structs.replace(opened(), **changes), entered(), noticed()])


async def test_a_record_that_keeps_the_rules_passes() -> None:
    await SEALER.check(attendance(), REQUEST)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (attendance(areas=("Regularização",)), "manifest-invalid"),
        (attendance(areas=("a",) * 300_000), "manifest-too-large"),
        (replay([opened(), entered()]), "sealing-failed"),
    ],
)
async def test_a_record_that_no_package_may_hold_is_refused_by_name(wrong: Attendance, code: str) -> None:
    with pytest.raises(SealingFailed) as refused:
        await SEALER.check(wrong, REQUEST)
    assert refused.value.code == code
