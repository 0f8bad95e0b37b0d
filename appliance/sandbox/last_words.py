"""Why a child process ended, in the words that it wrote to its log: quoted, because a temporary log goes with it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import IO

LARGEST_TAIL_BYTES = 64 * 1024
LONGEST_QUOTE = 300
NOTHING = "it gave no reason."


def why_ended(status: int | None, log: IO[bytes] | None, heard_from: int) -> str:
    """From its exit status (None: it had not ended) and its log: one sentence. Blocking.

    Whom a signal killed had no time to say why, and whoever ended well had nothing to: their last lines are about
    something else.
    """
    if status is not None and status < 0:
        return f"it was killed by a signal, {_signal_name(-status)}."
    if status == 0:
        return "it was told to stop."
    return last_words(log, heard_from)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def last_words(log: IO[bytes] | None, heard_from: int) -> str:
    """The last line that it wrote since `heard_from` (a file offset) and that names an error. Blocking.

    Its own error as `code: sentence` comes last; a crash ends with the exception's line; a log line gives its code.
    """
    if log is None:
        return NOTHING
    with Path(log.name).open("rb") as written:
        size = os.fstat(written.fileno()).st_size
        written.seek(max(heard_from, size - LARGEST_TAIL_BYTES))
        lines = written.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        if quote := _quoted(line.strip()):
            return quote[:LONGEST_QUOTE]
    return NOTHING


def _quoted(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    if entry.get("level") not in ("error", "critical", "warning"):
        return ""
    return ": ".join(str(entry[name]) for name in ("event", "code") if entry.get(name)) + "."
