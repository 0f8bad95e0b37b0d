"""Why a configuration was refused, in the page's languages: the field as AIMA wrote it, and what is wrong there. Pure.

The reasons come as English sentences that name their field in backticks, or as msgspec's. What is not known here is
shown as it came.
"""

from __future__ import annotations

import re

import msgspec

_FIELD_FIRST = re.compile(r"`([^`]+)` (.+)")
_OBJECT = re.compile(r"Object (contains unknown|missing required) field `([^`]+)`")
_AT = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")

_PHRASES = (
    ("is empty", "empty"),
    ("names one twice", "twice"),
    ("has no Argon2id `password_hash`", "password-hash"),
    ("has a training date that is not in the calendar", "training-date"),
    ("asks for nothing", "asks-for-nothing"),
    ("names an unknown finger position", "finger-unknown"),
    ("names two fingers of one hand", "fingers-of-one-hand"),
    ("asks for exception photos", "exception-photos"),
    ("names an unknown placement", "placement-unknown"),
    ("names a placement twice", "placement-twice"),
    ("asks for a hand by a finger and by a placement", "hand-twice"),
    ("captures biometrics", "biometrics"),
    ("takes fingerprints, but no one field", "birth-date-untold"),
    ("names an unknown MRZ element", "mrz-unknown"),
    ("has no label", "label-missing"),
    ("must name exactly", "finger-names"),
    ("must lie between 0 and 100", "score-range"),
    ("is not a certificate", "certificate"),
    ("has no P-256 key", "certificate-key"),
    ("is not for key agreement", "certificate-use"),
    ("is not for signatures", "certificate-use"),
    ("is not valid now", "certificate-dates"),
)
"""How `remote_config.checks` says things, and the key of each in the catalogues."""

KINDS = tuple(sorted({kind for _, kind in _PHRASES} | {"unknown", "missing", "wrong-value", "not-json"}))


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """`field` may be empty (the whole file); `kind` is empty for what is only known as `detail`, in English."""

    field: str
    kind: str
    detail: str = ""


def explained(reason: str) -> Reason:
    """One reason as it can be shown."""
    if told := _FIELD_FIRST.fullmatch(reason):
        field, phrase = told.groups()
        kind = next((kind for start, kind in _PHRASES if phrase.startswith(start)), "")
        return Reason(field=field, kind=kind, detail="" if kind else phrase)
    at = _AT.search(reason)
    where, said = (at.group(1), reason[: at.start()]) if at else ("", reason)
    if about := _OBJECT.fullmatch(said):
        kind = "unknown" if about.group(1) == "contains unknown" else "missing"
        return Reason(field=f"{where}.{about.group(2)}".strip("."), kind=kind)
    if at or said.startswith(("Expected", "Invalid")):
        return Reason(field=where, kind="wrong-value", detail=said)
    return Reason(field="", kind="not-json", detail=said)
