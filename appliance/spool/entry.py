"""One package in the queue, as a value, and its row."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.model.receipt import Receipt
from appliance.spool.states import PackageState

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS spool (
        package_id TEXT PRIMARY KEY, attendance_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
        sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, queued_at TEXT NOT NULL,
        upload_url TEXT NOT NULL DEFAULT '', receipt BLOB, error TEXT NOT NULL DEFAULT '',
        receipt_certificate TEXT NOT NULL DEFAULT '', insisted INTEGER NOT NULL DEFAULT 0)""",
)

ADDED_COLUMNS = {"receipt_certificate": "TEXT NOT NULL DEFAULT ''", "insisted": "INTEGER NOT NULL DEFAULT 0"}
"""Since the first version of the table, with their declarations."""

COLUMNS = (
    "package_id", "attendance_id", "state", "sha256", "bytes", "queued_at",
    "upload_url", "receipt", "error", "receipt_certificate", "insisted",
)  # fmt: skip


class SpoolEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`sha256` (lower-case hex) and `bytes` are of the sealed file. `error` is the code of what holds it up.
    `receipt_certificate` (PEM) is who signed receipts when the sending began: AIMA may change it meanwhile.
    `insisted`: a person has asked for it to be sent again, and AIMA has not been asked since."""

    package_id: str
    attendance_id: str
    state: PackageState
    sha256: str
    bytes: int
    queued_at: str
    upload_url: str = ""
    receipt: Receipt | None = None
    error: str = ""
    receipt_certificate: str = ""
    insisted: bool = False

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> SpoolEntry:
        package_id, attendance_id, state, sha256, size, queued_at, upload_url, receipt, error, certificate, again = row
        return cls(
            package_id=package_id,
            attendance_id=attendance_id,
            state=PackageState(state),
            sha256=sha256,
            bytes=size,
            queued_at=queued_at,
            upload_url=upload_url,
            receipt=msgspec.json.decode(receipt, type=Receipt) if receipt else None,
            error=error,
            receipt_certificate=certificate,
            insisted=bool(again),
        )

    def to_row(self) -> tuple[Any, ...]:
        receipt = msgspec.json.encode(self.receipt) if self.receipt else None
        return (
            self.package_id,
            self.attendance_id,
            self.state.value,
            self.sha256,
            self.bytes,
            self.queued_at,
            self.upload_url,
            receipt,
            self.error,
            self.receipt_certificate,
            int(self.insisted),
        )
