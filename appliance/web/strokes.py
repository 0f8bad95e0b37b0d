"""A signature drawn on the screen: strokes of points (x, y in px, pressure 0–1, time in ms). Pure codec."""

from __future__ import annotations

from typing import Annotated

import msgspec

from appliance.errors import UsageError

LONGEST_BYTES = 512 * 1024

Coordinate = Annotated[float, msgspec.Meta(ge=-10_000, le=10_000)]
Pressure = Annotated[float, msgspec.Meta(ge=0, le=1)]
Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=3_600_000)]
Point = tuple[Coordinate, Coordinate, Pressure, Milliseconds]
Stroke = Annotated[tuple[Point, ...], msgspec.Meta(min_length=1, max_length=5000)]
Strokes = Annotated[tuple[Stroke, ...], msgspec.Meta(min_length=1, max_length=500)]

_decoder: msgspec.json.Decoder[tuple[Stroke, ...]] = msgspec.json.Decoder(Strokes)


def record_from_text(text: str) -> bytes:
    """The checked vector record, ready to be stored. Raises UsageError `signature-invalid`; nothing is repaired."""
    if len(text) > LONGEST_BYTES:
        raise UsageError("The signature is too large: clear it and sign again.", code="signature-invalid")
    try:
        strokes = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise UsageError(
            "The signature could not be read: clear it and sign again.", code="signature-invalid"
        ) from error
    return msgspec.json.encode({"format": "claim-kiosk-signature", "version": 1, "strokes": strokes})
