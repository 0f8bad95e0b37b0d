"""House rules about the scripts: strict, executable, one task each, and silent on stdout where a program listens."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

SCRIPTS = sorted(
    path for path in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"] if path.is_file() and not path.suffix
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_strict_says_what_it_does_and_can_be_started(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")
    assert "set -euo pipefail" in lines
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True, timeout=10)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_asked_for_help_the_tests_say_what_they_take_and_run_nothing(option: str) -> None:
    command = [str(ROOT / "scripts" / "test"), option]
    said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    assert said.stdout.startswith("Sets up what it needs, then runs every check and every test.\n")
    assert "    scripts/test --slow " in said.stdout
    assert (said.stdout.count("set -euo"), said.stderr) == (0, "")


@pytest.mark.parametrize("name", ["system-packages.txt", "slow-packages.txt"])
def test_system_packages_are_one_a_line_with_a_reason(name: str) -> None:
    lines = (ROOT / "scripts" / name).read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    assert entries == sorted(entries)
    assert [entry for entry in entries if " # " not in entry] == []


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as set-up looks at, under a path with a space in it."""
    clone = tmp_path / "a clone"
    (clone / "scripts").mkdir(parents=True)
    for name in ("scripts/setup", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone / name)
    return clone


def _set_up(clone: Path, *arguments: str, python: str) -> subprocess.CompletedProcess[str]:
    """Set-up with an interpreter of the test's own, so that nothing is fetched."""
    environment = {**os.environ, "CLAIM_KIOSK_PYTHON": python}
    command = [str(clone / "scripts" / "setup"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)


def _interpreter(folder: Path, body: str) -> str:
    path = folder / "python-of-the-test"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 1", "is not a Python 3.11 or newer"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt-get install python3-venv"),
        ('case "$1 $2" in "-m venv") exit 1;; esac', "the environment could not be made"),
    ],
)
def test_set_up_says_on_stderr_what_is_missing(clone: Path, tmp_path: Path, body: str, said: str) -> None:
    done = _set_up(clone, python=_interpreter(tmp_path, body))
    assert done.returncode != 0
    assert said in done.stderr
    assert done.stdout == ""


def test_a_set_up_that_failed_is_not_taken_for_a_whole_one(clone: Path, tmp_path: Path) -> None:
    makes_nothing_of_use = 'if [ "$2" = venv ]; then mkdir -p "$3/bin"; printf "#!/bin/sh\\nexit 1" >"$3/bin/python"; '
    makes_nothing_of_use += 'chmod +x "$3/bin/python"; touch "$3/leftover"; fi'
    first = _set_up(clone, python=_interpreter(tmp_path, makes_nothing_of_use))
    assert "could not be installed" in first.stderr
    assert (clone / ".venv" / "leftover").exists()
    second = _set_up(clone, python=_interpreter(tmp_path, 'case "$1 $2" in "-m venv") exit 1;; esac'))
    assert second.returncode != 0
    assert not (clone / ".venv" / "leftover").exists()


def test_set_up_knows_no_other_argument(clone: Path) -> None:
    done = _set_up(clone, "--everything", python="python3")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--everything" in done.stderr
