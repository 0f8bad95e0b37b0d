"""A signature drawn on the page: what its pad sends, made a record. Pure codec; `model.signature` says what one is."""

from __future__ import annotations

from appliance.errors import UsageError
from appliance.model.signature import SignatureRecord

LONGEST_BYTES = 512 * 1024
PAGE_PAD_SIZE = (900.0, 300.0)
"""Of the canvas in `static/signature.js`, whatever its size on the screen."""


def record_from_text(text: str) -> bytes:
    """The checked vector record, ready to be stored. Raises UsageError `signature-invalid`; nothing is repaired."""
    if len(text) > LONGEST_BYTES:
        raise UsageError("The signature is too large: clear it and sign again.", code="signature-invalid")
    return SignatureRecord.from_json_strokes(text, PAGE_PAD_SIZE).to_bytes()
