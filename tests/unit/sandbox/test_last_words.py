"""Why a child process ended: its own words, unless it had none to say."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from appliance.sandbox.last_words import NOTHING, why_ended

HARMLESS = '{"event": "configuration-refused", "code": "configuration-unreachable", "level": "warning"}\n'


@pytest.mark.parametrize(
    ("status", "log", "why"),
    [
        (-signal.SIGKILL, HARMLESS, "it was killed by a signal, SIGKILL."),
        (-99, HARMLESS, "it was killed by a signal, 99."),
        (0, HARMLESS, "it was told to stop."),
        (4, HARMLESS + "state-locked: Another one runs.\n", "state-locked: Another one runs."),
        (1, HARMLESS, "configuration-refused: configuration-unreachable."),
        (None, "", NOTHING),
    ],
)
def test_the_reason_is_the_ends_own(status: int | None, log: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "kiosk.log"
    path.write_text(log)
    with path.open("ab") as written:
        assert why_ended(status, written, 0) == why
