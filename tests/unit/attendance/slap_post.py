"""The real service over a slap scanner, for the tests of placements; it can be restarted."""

from __future__ import annotations

import msgspec

from appliance.attendance.judging import Judge
from appliance.attendance.permission import permit_all
from appliance.attendance.recording import Recorded, recorded
from appliance.attendance.register import Register
from appliance.attendance.service import AttendanceService
from appliance.attendance.state import Attendance
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.configuration import CapturePlan, CaptureRules, Configuration
from appliance.model.manifest import SoftwareRecord
from appliance.package.canonical import manifest_from_bytes, manifest_to_bytes
from appliance.package.consistency import contradictions
from appliance.runtime.clock import SystemClock
from tests.unit.attendance.box import MemoryJournal, MemorySealer, MemoryVault
from tests.unit.attendance.makers import AT, WHO, configuration
from tests.unit.attendance.scanner import SlapScanner

PLAN = CapturePlan(
    plan_id="slaps",
    label={"pt": "Quatro dedos"},
    document=False,
    face=False,
    fingers=(),
    placements=("right_four",),
    signature=False,
)
TARGET = "right_four"


class Post:
    """A service over a scanner. The journal and the vault outlive a restart."""

    def __init__(self, scanner: SlapScanner, **changes: object) -> None:
        self.scanner = scanner
        self.journal, self.vault = MemoryJournal(), MemoryVault()
        self.configuration: Configuration = msgspec.structs.replace(
            configuration(), **{"capture_plans": (PLAN,), "capture": CaptureRules(slap_timeout_s=7.0), **changes}
        )
        self.judge = Judge()
        self.service = self._service()
        self.one = ""

    def _service(self) -> AttendanceService:
        return AttendanceService(
            register=Register(self.journal),
            vault=self.vault,
            devices=self.scanner,
            judge=self.judge,
            sealer=MemorySealer(),
            configuration=lambda: self.configuration,
            clock=SystemClock(),
            permitted=permit_all,
            check_clock=self._right,
        )

    async def _right(self) -> None:
        return None

    async def restarted(self) -> None:
        self.service = self._service()
        await self.service.load()

    async def at_fingers(self) -> Attendance:
        opened = await self.service.open(WHO, "slaps", ("regularizacao",))
        self.one = opened.attendance_id
        await self.service.enter_applicant(self.one, WHO, {"surname": "SILVA"})
        return await self.service.show_notice(self.one, WHO, "pt", "0" * 64)

    async def capture(self, target: str = TARGET) -> Attendance:
        return await self.service.capture(self.one, WHO, target)

    async def again(self, target: str = TARGET) -> Attendance:
        return await self.service.decide(self.one, WHO, target, Decision.RECAPTURE)

    async def exempt(self, position: str) -> Attendance:
        return await self.service.exempt(self.one, WHO, TARGET, position, ExemptionReason.MISSING, permanent=True)


def as_read(attendance: Attendance) -> Recorded:
    software = SoftwareRecord(name="claim-kiosk", version="0")
    made = recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=False)
    manifest = manifest_from_bytes(manifest_to_bytes(made.manifest))
    assert contradictions(manifest) == ()
    return msgspec.structs.replace(made, manifest=manifest)
