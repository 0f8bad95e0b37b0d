"""An install that is killed at any of its steps leaves the old pack or the new one, whole; never a half one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from appliance.models.install import install
from tests.unit.models.packages import SDIST, lay, pack_of, sdist


def test_killed_at_each_step(tmp_path: Path) -> None:
    source = lay(tmp_path / "usb", {SDIST: sdist()})
    models = tmp_path / "models"
    old, new = (pack_of({SDIST: sdist()}, version=version) for version in ("0", "1"))
    install(old, models, source=source, tell=lambda _: None)
    command = [sys.executable, "-m", "tests.unit.models.killed_install", str(source), str(models), "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) > 40, "steps were taken"
    for how, new_state, old_state in lines:
        assert "damaged" not in (new_state, old_state)
        assert "installed" in (new_state, old_state)
        assert how == "killed" or new_state == "installed"
    assert lines[-1][0] == "lived"
    assert [path.name for path in (models / "trees").iterdir()] == [new.release], "what was left is cleared away"
