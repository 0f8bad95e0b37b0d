"""The file that a field engineer brings: AIMA's CA and the first TUF root, pinned before the first connection.

{"format": "claim-kiosk-trust", "version": 1, "aima_ca_pem": "-----BEGIN …", "tuf_root": {…root.json…}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from appliance.errors import IdentityError
from appliance.identity.certificates import certificates_from_pem

LARGEST_BYTES = 1 << 20


class Trust(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["claim-kiosk-trust"]
    version: Literal[1]
    aima_ca_pem: str
    tuf_root: dict[str, Any]

    def tuf_root_bytes(self) -> bytes:
        """The root metadata for `tuf`; its signatures are over its canonical form, so re-encoding it is harmless."""
        return msgspec.json.encode(self.tuf_root)

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)


def load_trust(path: Path) -> Trust:
    """Blocking. Raises IdentityError `trust-missing`, `trust-invalid`."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise IdentityError(f"The trust file cannot be read: {error.strerror}.", code="trust-missing") from error
    return trust_from_bytes(data)


def trust_from_bytes(data: bytes) -> Trust:
    """Raises IdentityError `trust-invalid`, `certificate-unusable`."""
    try:
        trust = msgspec.json.decode(data, type=Trust)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise IdentityError("The trust file is not one that AIMA made.", code="trust-invalid") from error
    if not certificates_from_pem(trust.aima_ca_pem):
        raise IdentityError("The trust file names no certificate.", code="trust-invalid")
    return trust


def trust_to_bytes(aima_ca_pem: str, tuf_root: dict[str, Any]) -> bytes:
    trust = Trust(format="claim-kiosk-trust", version=1, aima_ca_pem=aima_ca_pem, tuf_root=tuf_root)
    return msgspec.json.encode(trust)
