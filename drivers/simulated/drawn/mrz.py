"""The machine-readable zone of a drawn passport (ICAO Doc 9303 part 4, TD3), with true check digits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

LINE_LENGTH = 44
_WEIGHTS = (7, 3, 1)
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


@dataclass(frozen=True, slots=True)
class Holder:
    """Dates are YYMMDD; names are upper-case letters and blanks."""

    surname: str
    given_names: str
    document_number: str
    nationality: str
    birth: str
    sex: str
    expiry: str


def check_digit(field: str) -> str:
    """Doc 9303 part 3, 4.9: weights 7, 3, 1 modulo 10."""
    return str(sum(_VALUES[c] * weight for c, weight in zip(field, cycle(_WEIGHTS), strict=False)) % 10)


def td3_lines(holder: Holder) -> tuple[str, str]:
    """Two lines of 44 characters; issuing state UTO."""
    names = f"{holder.surname}<<{holder.given_names}".replace(" ", "<")
    first = f"P<UTO{names}"[:LINE_LENGTH].ljust(LINE_LENGTH, "<")
    number = holder.document_number.ljust(9, "<")
    fields = (number, holder.birth, holder.expiry, "<" * 14)
    number_part, birth_part, expiry_part, personal_part = (field + check_digit(field) for field in fields)
    whole = check_digit(number_part + birth_part + expiry_part + personal_part)
    second = f"{number_part}{holder.nationality}{birth_part}{holder.sex}{expiry_part}{personal_part}{whole}"
    return first, second
