"""Where `--out` may be written: a new or an empty folder, or one that an earlier `--out` left."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from appliance.errors import StateError
from appliance.sandbox.evidence import check_out
from appliance.sandbox.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.claim(tmp_path / "sandbox")


def _left(out: Path) -> None:
    (out / "trust").mkdir(parents=True)
    for name in ("package.p7m", "package.asice", "receipt.json", "aima-key.pem", "trust/aima-receipts.pem"):
        (out / name).write_bytes(b"x")
    (out / "trust" / ".aima-root-ca.pem.unfinished").write_bytes(b"")


def test_a_new_an_empty_and_an_earlier_folder_are_taken(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _left(tmp_path / "earlier")
    for name in ("new", "new/below", "empty", "earlier"):
        check_out(tmp_path / name, layout)


@pytest.mark.parametrize("foreign", ["letter.txt", "trust/mine.pem", ".hidden", "package.p7m.old"])
def test_a_folder_with_something_else_in_it_is_refused_and_stays_as_it_is(
    layout: Layout, tmp_path: Path, foreign: str
) -> None:
    out = tmp_path / "out"
    _left(out)
    (out / foreign).write_bytes(b"of somebody")
    out.chmod(0o755)
    with pytest.raises(StateError, match="something else in it, out") as refused:
        check_out(out, layout)
    assert refused.value.code == "out-not-empty"
    assert stat.S_IMODE(out.stat().st_mode) == 0o755


def test_a_file_is_called_a_file(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateError, match="--out names a file") as refused:
        check_out(tmp_path / "file", layout)
    assert refused.value.code == "out-unsuitable"
