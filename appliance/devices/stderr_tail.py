"""What may be kept of what a vendor's library prints: a short line without credentials."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*:[^/\s]*@")
_LONGEST = 300


def redacted(line: str) -> str:
    """The line, at most 300 characters, user and password of any address in it taken out."""
    return _CREDENTIALS.sub("***@", line)[:_LONGEST]
