"""The chain of hashes that ties every capture to the one before. Pure.

MOSIP SBI 0.9.5, capture response: hash = SHA-256(previous ‖ SHA-256(record)), as upper-case hexadecimal; the first
previous is SHA-256 of nothing.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from drivers.errors import DeviceProtocolError, DeviceUntrusted

FIRST: Final = hashlib.sha256(b"").hexdigest().upper()
_HASH: Final = re.compile(r"[0-9A-Fa-f]{64}")


def linked(previous: str, record: bytes) -> str:
    """The hash of `record` after `previous` (empty: the first). DeviceProtocolError where that is no hash."""
    if previous and not _HASH.fullmatch(previous):
        raise DeviceProtocolError("A capture's previous hash is no SHA-256.")
    before = bytes.fromhex(previous or FIRST)
    return hashlib.sha256(before + hashlib.sha256(record).digest()).hexdigest().upper()


def check_link(previous: str, record: bytes, claimed: str) -> str:
    """The hash, when the device claims the same. Raises DeviceUntrusted."""
    link = linked(previous, record)
    if claimed.upper() != link:
        raise DeviceUntrusted("The scanner's captures do not follow one another: one was lost or slipped in.")
    return link
