"""What one check found."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FindingState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`check` names the check, `code` what it found (kebab-case, for catalogues and scripts), `sentence` what to do
    about it. None of them holds personal data."""

    check: str
    state: FindingState
    code: str
    sentence: str


def ok(check: str, sentence: str) -> Finding:
    return Finding(check=check, state=FindingState.OK, code=f"{check}-ok", sentence=sentence)


def warning(check: str, code: str, sentence: str) -> Finding:
    return Finding(check=check, state=FindingState.WARNING, code=code, sentence=sentence)


def failed(check: str, code: str, sentence: str) -> Finding:
    return Finding(check=check, state=FindingState.FAILED, code=code, sentence=sentence)
