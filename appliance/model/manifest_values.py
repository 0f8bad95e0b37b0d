"""What the values of a manifest may be: text, codes, moments and figures within their bounds."""

from __future__ import annotations

from typing import Annotated

import msgspec

Reference = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
MeasureName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$(?!\n)")]
"""As the standard that a measure comes from has it."""
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$(?!\n)")]
Timestamp = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$(?!\n)")
]
"""RFC 3339 in UTC with milliseconds, as `runtime.clock.timestamp` writes it."""
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Score = Annotated[int, msgspec.Meta(ge=0, le=255)]
"""0–100, or 255 when the image could not be judged (ISO/IEC 29794-1)."""
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
PartName = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$(?!\n)", max_length=128)
]
MediaType = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$(?!\n)", max_length=100)]
Algorithm = Annotated[str, msgspec.Meta(max_length=200)]
"""Which method judged, and its version; empty where there was nothing to judge."""
Pixel = Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)]
Size = Annotated[int, msgspec.Meta(ge=0, le=1 << 30)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A closed object. None of its fields has a default."""
