"""What killed sandboxes leave in the temporary folder goes at the next start; what is in use or foreign stays."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from appliance.durable.lock import InstanceLock
from appliance.sandbox.leftovers import PREFIX, one_at_a_time, sweep


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path


def _folder(temporary: Path, name: str) -> Path:
    folder = temporary / f"{PREFIX}{name}"
    (folder / "kiosk" / "identity").mkdir(parents=True)
    (folder / "kiosk" / "identity" / "key.pem").write_bytes(b"a key")
    return folder


def _locked(path: Path) -> InstanceLock:
    lock = InstanceLock(path)
    lock.acquire()
    return lock


def test_a_dead_ones_folder_goes_and_a_living_ones_stays(temporary: Path) -> None:
    dead, alive, daemon_alive = (_folder(temporary, name) for name in ("dead", "alive", "daemon-alive"))
    _locked(dead / "lock").release()
    _locked(daemon_alive / "lock").release()
    held = [_locked(alive / "lock"), _locked(daemon_alive / "kiosk" / "lock")]
    with one_at_a_time():
        sweep()
    assert [folder.exists() for folder in (dead, alive, daemon_alive)] == [False, True, True]
    for lock in held:
        lock.release()
    sweep()
    assert not alive.exists()
    assert not daemon_alive.exists()


def test_one_that_was_never_locked_goes_only_when_it_is_old(temporary: Path) -> None:
    new, old = _folder(temporary, "new"), _folder(temporary, "old")
    past = time.time() - 3600
    os.utime(old, (past, past))
    sweep()
    assert (new.exists(), old.exists()) == (True, False)


def test_what_is_none_of_ours_stays(temporary: Path) -> None:
    other = temporary / "claim-kiosk-other"
    other.mkdir()
    (other / "lock").touch()
    target = temporary / "precious"
    target.mkdir()
    (target / "lock").touch()
    (temporary / f"{PREFIX}link").symlink_to(target)
    (temporary / f"{PREFIX}file").touch()
    sweep()
    assert other.exists()
    assert target.exists()
    assert (temporary / f"{PREFIX}link").is_symlink()
    assert (temporary / f"{PREFIX}file").exists()
