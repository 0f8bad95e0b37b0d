"""A signature as a record: strokes of points (x, y, pressure 0–1, time in ms), and the size of the pad they lie on.

The one home of what a signature is, wherever it was written: on the page's pad (`web.strokes`) or on a pad of its own
(`drivers.contracts.pad`, through `devices.ink`). Nothing is repaired: what is outside its limits is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from appliance.errors import UsageError
from drivers.contracts.pad import MOST_POINTS, MOST_STROKES, Coordinate, Milliseconds, PadSize, PenPoint, Pressure

Point = tuple[Coordinate, Coordinate, Pressure, Milliseconds]
Stroke = Annotated[tuple[Point, ...], msgspec.Meta(min_length=1, max_length=MOST_POINTS)]
Strokes = Annotated[tuple[Stroke, ...], msgspec.Meta(min_length=1, max_length=MOST_STROKES)]

_CODE = "signature-invalid"
_UNREADABLE = "The signature could not be read: clear it and sign again."


class SignatureRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`size` is the pad's width and height in the points' unit; a point may lie beside it, and is kept."""

    format: Literal["claim-kiosk-signature"] = "claim-kiosk-signature"
    version: Literal[1] = 1
    size: PadSize
    strokes: Strokes

    def __repr__(self) -> str:
        return f"SignatureRecord({len(self.strokes)} strokes)"

    def to_bytes(self) -> bytes:
        """JSON, as it is stored and packaged."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> SignatureRecord:
        """Raises UsageError `signature-invalid`."""
        try:
            return _record_decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UsageError(_UNREADABLE, code=_CODE) from error

    @classmethod
    def from_json_strokes(cls, text: str, size: PadSize) -> SignatureRecord:
        """From a list of strokes as JSON. Raises UsageError `signature-invalid`."""
        try:
            return cls(size=size, strokes=_strokes_decoder.decode(text))
        except msgspec.MsgspecError as error:
            raise UsageError(_UNREADABLE, code=_CODE) from error

    @classmethod
    def from_points(cls, points: Iterable[PenPoint], size: PadSize) -> SignatureRecord:
        """From a pad's points as they came. Raises UsageError `signature-invalid`, also for a pad left empty."""
        strokes: dict[int, list[tuple[float, float, float, float]]] = {}
        for point in points:
            strokes.setdefault(point.stroke, []).append((point.x, point.y, point.pressure, point.time_ms))
        try:
            return msgspec.convert({"size": size, "strokes": [strokes[number] for number in sorted(strokes)]}, cls)
        except msgspec.ValidationError as error:
            raise UsageError(_UNREADABLE, code=_CODE) from error


_record_decoder: msgspec.json.Decoder[SignatureRecord] = msgspec.json.Decoder(SignatureRecord)
_strokes_decoder: msgspec.json.Decoder[tuple[Stroke, ...]] = msgspec.json.Decoder(Strokes)
