"""`run` on the command line: what it takes like every other command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_is_taken_and_its_error_is_one_object(tmp_path: Path, place: str) -> None:
    settings = ["--settings", str(tmp_path / "none.toml")]
    arguments = ["--json", *settings] if place == "before" else [*settings, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (line,) = [line for line in done.stderr.splitlines() if line.startswith('{"error"')]
    assert (done.returncode, sorted(json.loads(line))) == (3, ["error", "sentence"])
