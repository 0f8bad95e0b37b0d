"""What a technician should notice about what was entered, and what never stops them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from appliance.attendance.state import Attendance


def document_expired(attendance: Attendance, typed: Mapping[str, str], today: date) -> bool:
    """Whether the document's date of expiry is over, by the newest that is known of it: typed, entered, read."""
    entered = attendance.applicant.fields if attendance.applicant is not None else {}
    read = attendance.mrz.fields if attendance.mrz is not None else {}
    for rule in attendance.opened.applicant_fields:
        if rule.mrz == "expiry_date":
            kept = entered[rule.name].value if rule.name in entered else read.get(rule.name, "")
            if _over(typed.get(f"field:{rule.name}") or kept, today):
                return True
    return False


def _over(text: str, today: date) -> bool:
    try:
        return date.fromisoformat(text) < today
    except ValueError:
        return False
