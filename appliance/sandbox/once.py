"""One whole attendance without a person, and the proof that it ended as it must: receipted, and gone from the box."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.aima.receipts import receipt_from_bytes, verify_receipt
from appliance.errors import KioskError, ServiceError
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.inbox import RECEIPT
from appliance.sandbox.evidence import leave_evidence, received
from appliance.sandbox.layout import Layout
from appliance.sandbox.technician import RobotTechnician
from appliance.sandbox.town_hall import TownHall

PLAN = "residence-permit"
AREAS = ("regularizacao",)
APPLICANT = {
    "surname": "EXEMPLO",
    "given-names": "MARIA DEMONSTRACAO",
    "birth-date": "1990-05-17",
    "nationality": "UTO",
    "sex": "F",
    "document-number": "L898902C3",
    "document-expiry": "2031-04-15",
}
"""A fictional person of Utopia (ICAO 9303's specimen state)."""

TAKEN_WITHIN_S = 110.0
ERASED_WITHIN_S = 60.0
POLL_S = 0.1


async def take_one_attendance(hall: TownHall, *, out: Path | None, tell: Callable[[str], None]) -> dict[str, Any]:
    """What `--once` prints. Raises ServiceError when anything of the applicant is left, KioskError otherwise."""
    started = time.monotonic()
    log_in = hall.demonstration
    async with RobotTechnician(hall.url, tell) as technician:
        await technician.log_in(log_in.technician_id, log_in.password)
        attendance_id = await technician.open(PLAN, AREAS)
        view = await _taken(technician, attendance_id)
        tell("Waiting for AIMA's receipt and the erasure …")
        package = await _erased(technician, attendance_id)
    duration_s = round(time.monotonic() - started, 3)
    await asyncio.to_thread(_require_nothing_left, hall.layout, attendance_id, package["package_id"])
    receipt = await asyncio.to_thread(_verified_receipt, hall.layout, package)
    if out is not None:
        await asyncio.to_thread(leave_evidence, hall.layout, package["package_id"], out)
    return {
        "attendance_id": attendance_id,
        "package_id": package["package_id"],
        "receipt_id": receipt,
        "sha256": package["sha256"],
        "bytes": package["bytes"],
        "duration_s": duration_s,
        "simulated": view["simulated"],
        "captures": [_capture(target) for target in view["targets"] if target["chosen"] is not None],
    }


async def _taken(technician: RobotTechnician, attendance_id: str) -> dict[str, Any]:
    """The sealed attendance's view. One that cannot be finished is abandoned, so that nothing of it stays behind."""
    try:
        async with asyncio.timeout(TAKEN_WITHIN_S):
            return await technician.take(attendance_id, APPLICANT, "pt")
    except TimeoutError as error:
        await technician.abandon(attendance_id)
        raise ServiceError("The attendance did not come to an end in time.", code="attendance-endless") from error
    except KioskError:
        await technician.abandon(attendance_id)
        raise


def _capture(target: dict[str, Any]) -> dict[str, Any]:
    chosen = target["chosen"]
    return {
        "kind": target["kind"],
        "position": chosen["position"],
        "quality": chosen["score"],
        "attempts": chosen["attempts"],
        "accepted": chosen["accepted"],
    }


async def _erased(technician: RobotTechnician, attendance_id: str) -> dict[str, Any]:
    """The queue's row once it says *erased*. Raises ServiceError `not-erased`."""
    try:
        async with asyncio.timeout(ERASED_WITHIN_S):
            while True:
                for row in await technician.queue():
                    if row["attendance_id"] == attendance_id and row["state"] == "erased":
                        return row
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise ServiceError("AIMA's receipt did not come: the package still waits.", code="not-erased") from error


def _require_nothing_left(layout: Layout, attendance_id: str, package_id: str) -> None:
    """Looks at the disk itself, not at what the daemon says of it."""
    for path in layout.kiosk.rglob("*"):
        if attendance_id in path.parts or package_id in path.name:
            raise ServiceError("The applicant's data is still on the box.", code="not-erased")


def _verified_receipt(layout: Layout, package: dict[str, Any]) -> str:
    """The receipt's id, its signature checked once more, apart from the box. Raises ReceiptRefused."""
    authority = Authority.create_or_load(layout.aima / "authority")
    receipt = receipt_from_bytes((received(layout, package["package_id"]) / RECEIPT).read_bytes())
    verify_receipt(
        receipt,
        package_id=package["package_id"],
        sha256=package["sha256"],
        size=package["bytes"],
        certificate=authority.receipt_certificate,
    )
    if receipt.receipt_id != package["receipt_id"]:
        raise ServiceError("The box holds another receipt than AIMA issued.", code="receipt-other-package")
    return receipt.receipt_id
