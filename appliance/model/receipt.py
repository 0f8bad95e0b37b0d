"""AIMA's signed word that a package arrived whole. Only a verified one lets the box erase."""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`signature` is a detached CMS (DER, base64, SHA-256) by AIMA's receipt certificate over the RFC 8785 form of
    this object without `signature`. `sha256` (lower-case hex) and `bytes` are of the package as sent."""

    receipt_id: str
    package_id: str
    sha256: str
    bytes: int
    received_at: str
    signature: str = ""
