"""Dates of machine-readable zones: two digits of a year, and the century that they must mean (Doc 9303-3, §4.8)."""

from __future__ import annotations

import re
from datetime import date

from appliance.errors import DocumentError

_FURTHEST_EXPIRY_YEARS = 15
_UNKNOWN = "<<"


def birth_date(text: str, today: date) -> str:
    """ISO 8601 from YYMMDD; never after `today`, so 74 read in 2026 is 1974.

    Unknown parts (`<<` in the zone) become `XX`, an unknown year `XXXX` (ISO 8601-2, unspecified digits).
    Raises DocumentError `mrz-date`.
    """
    year, month, day = text[:2], text[2:4], text[4:]
    if re.fullmatch(r"[0-9]{6}", text):
        return _latest(text, "birth_date", today).isoformat()
    known = {"year": year != _UNKNOWN, "month": month != _UNKNOWN}
    if day != _UNKNOWN and not known["month"]:
        raise _refused("birth_date")
    if known["month"] and not ("01" <= month <= "12"):
        raise _refused("birth_date")
    if day != _UNKNOWN and not ("01" <= day <= "31"):
        raise _refused("birth_date")
    if not known["year"]:
        return f"XXXX-{month}-{day}".replace("<", "X")
    full_year = today.year - (today.year - int(year)) % 100
    if full_year == today.year and known["month"] and int(month) > today.month:
        full_year -= 100
    return f"{full_year:04d}-{month}-{day}".replace("<", "X")


def expiry_date(text: str, today: date) -> str:
    """ISO 8601 from YYMMDD; at most fifteen years ahead of `today`'s year, so 50 read in 2026 is 1950.

    Raises DocumentError `mrz-date`.
    """
    last_year = today.year + _FURTHEST_EXPIRY_YEARS
    return _day(last_year - (last_year - int(text[:2])) % 100, text, "expiry_date").isoformat()


def _latest(text: str, element: str, today: date) -> date:
    year = today.year - (today.year - int(text[:2])) % 100
    if (year, int(text[2:4]), int(text[4:])) > (today.year, today.month, today.day):
        year -= 100
    return _day(year, text, element)


def _day(year: int, text: str, element: str) -> date:
    try:
        return date(year, int(text[2:4]), int(text[4:]))
    except ValueError as error:
        raise _refused(element) from error


def _refused(element: str) -> DocumentError:
    return DocumentError(
        f"The document's machine-readable zone holds no possible {element.replace('_', ' ')}: read it again.",
        code="mrz-date",
    )
