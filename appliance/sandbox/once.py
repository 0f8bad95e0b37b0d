"""One whole attendance without a person, and the proof that it ended as it must: receipted, and gone from the box."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.aima.receipts import receipt_from_bytes, verify_receipt
from appliance.durable.private_file import private_directory, write_private
from appliance.errors import ServiceError, StateError
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.inbox import CONTAINER, PACKAGE, RECEIPT
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

ERASED_WITHIN_S = 60.0
POLL_S = 0.1


async def take_one_attendance(hall: TownHall, *, out: Path | None, tell: Callable[[str], None]) -> dict[str, Any]:
    """What `--once` prints. Raises ServiceError when anything of the applicant is left, KioskError otherwise."""
    started = time.monotonic()
    log_in = hall.demonstration
    async with RobotTechnician(hall.url, tell) as technician:
        await technician.log_in(log_in.technician_id, log_in.password)
        attendance_id = await technician.open(PLAN, AREAS)
        view = await technician.take(attendance_id, APPLICANT, "pt")
        tell("Waiting for AIMA's receipt and the erasure …")
        package = await _erased(technician, attendance_id)
    duration_s = round(time.monotonic() - started, 3)
    await asyncio.to_thread(_require_nothing_left, hall.layout, attendance_id, package["package_id"])
    receipt = await asyncio.to_thread(_verified_receipt, hall.layout, package)
    if out is not None:
        await asyncio.to_thread(_leave_evidence, hall.layout, package["package_id"], out)
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
    receipt = receipt_from_bytes((_received(layout, package["package_id"]) / RECEIPT).read_bytes())
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


def _received(layout: Layout, package_id: str) -> Path:
    return layout.aima / "received" / package_id


def _leave_evidence(layout: Layout, package_id: str, out: Path) -> None:
    """What anyone can check with `openssl`: mode 0700. Raises StateError for a folder that holds a box's state."""
    if out.exists() and any((out / name).exists() for name in ("box.db", "identity", "settings.toml")):
        raise StateError("That folder holds a box's state: choose another one for --out.", code="state-foreign")
    private_directory(out)
    for name in (PACKAGE, CONTAINER, RECEIPT):
        shutil.copyfile(_received(layout, package_id) / name, out / name)
    authority = Authority.create_or_load(layout.aima / "authority")
    pair = (authority.encryption_key_path.read_bytes(), authority.encryption_certificate.public_bytes(Encoding.PEM))
    write_private(out / "aima-key.pem", b"".join(pair))
    private_directory(out / "trust")
    trusted: dict[str, x509.Certificate] = {
        "aima-root-ca.pem": authority.root.certificate,
        "aima-device-ca.pem": authority.issuing_ca,
        "aima-receipts.pem": authority.receipt_certificate,
    }
    for name, certificate in trusted.items():
        write_private(out / "trust" / name, certificate.public_bytes(Encoding.PEM))
