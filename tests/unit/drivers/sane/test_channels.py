"""The pipes of a stack of pages: there while it is scanned, gone afterwards, whoever was killed in between."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from drivers.sane.channels import feeder_channels, sweep_channels

PROJECT = Path(__file__).resolve().parents[4]
HOLD = """
from drivers.sane.channels import feeder_channels
with feeder_channels(2):
    print("made", flush=True)
    input()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(temporary: Path) -> None:
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as maker:
        try:
            assert maker.stdout is not None
            assert maker.stdout.readline() == b"made\n"
            sweep_channels()
            assert len(list(temporary.glob("*/*"))) == 2, "a scan under way lost its pipes"
        finally:
            maker.kill()
    assert len(list(temporary.glob("*/*"))) == 2
    sweep_channels()
    assert not list(temporary.iterdir())


def test_what_others_made_stays(temporary: Path) -> None:
    for name in ("scan-1", "claim-kiosk-scan-", "claim-kiosk-scan-x-1", "claim-kiosk-4999999-1"):
        (temporary / name).mkdir()
    sweep_channels()
    assert len(list(temporary.iterdir())) == 4


def test_the_pipes_go_with_the_scan(temporary: Path) -> None:
    with feeder_channels(3) as channels:
        assert all(pipe.is_fifo() for pipe in channels.pipes)
        sweep_channels()
        assert all(pipe.is_fifo() for pipe in channels.pipes)
    assert not list(temporary.iterdir())
