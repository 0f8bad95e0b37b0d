"""Who the attendance is for. Every value keeps where it came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Value = Annotated[str, msgspec.Meta(max_length=200)]


class Origin(StrEnum):
    MRZ = "mrz"
    TECHNICIAN = "technician"
    APPOINTMENT = "appointment"


class FieldValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: Value
    origin: Origin


class Standing(StrEnum):
    """By what right a representative acts."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    ATTORNEY = "attorney"


class Representative(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`proof` names the document that shows the standing (a birth certificate, a power of attorney)."""

    name: Value
    standing: Standing
    proof: Value
