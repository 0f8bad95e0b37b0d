"""Which values a setting or a profile's key may have, where it has one of a list: msgspec names the key alone."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

_KEY: Final = re.compile(r"^Invalid enum value.*`\$\.(\w+)[^`]*`$", re.DOTALL)


def refusal(kind: type, error: msgspec.ValidationError) -> str:
    """What msgspec says of a value for the struct `kind`, with the values that would do where they are a list."""
    said = str(error)
    key = _KEY.match(said)
    allowed = _listed(get_type_hints(kind).get(key[1])) if key else []
    return f"{said} (one of {', '.join(repr(value) for value in allowed)})" if allowed else said


def _listed(kind: Any) -> list[object]:
    """Of the first enumeration in a type, however deep: `tuple[Use, ...]`, `dict[Measured, Score]`."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return next((found for part in get_args(kind) if (found := _listed(part))), [])
