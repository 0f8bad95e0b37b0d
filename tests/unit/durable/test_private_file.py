"""Small private files: whole or not at all, readable by their owner only, each fault of a disk by its name."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.durable import private_file
from appliance.durable.private_file import named, private_directory, read_private, write_private
from appliance.errors import DiskFull, StateError, StorageCorrupted


@given(first=st.binary(max_size=3000), second=st.binary(max_size=3000))
def test_what_was_written_last_is_read(tmp_path_factory: pytest.TempPathFactory, first: bytes, second: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "key"
    for data in (first, second):
        write_private(path, data)
        assert read_private(path) == data
    assert [one.name for one in path.parent.iterdir()] == ["key"]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    private_directory(tmp_path / "a" / "b")
    write_private(tmp_path / "a" / "b" / "key", b"x")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "b" / "key").stat().st_mode & 0o777 == 0o600


def test_every_new_folder_is_private_and_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(private_file, "sync_directory", synced.append)
    private_directory(tmp_path / "a" / "b" / "c")
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    for folder in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_an_open_folder_is_narrowed(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    private_directory(tmp_path / "state")
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_what_an_interrupted_writing_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".key.unfinished").write_bytes(b"half")
    write_private(tmp_path / "key", b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"key": b"whole"}


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"untouched")
    (tmp_path / "key").symlink_to("elsewhere")
    write_private(tmp_path / "key", b"secret")
    assert (tmp_path / "elsewhere").read_bytes() == b"untouched"
    assert not (tmp_path / "key").is_symlink()


def test_nothing_there_is_none_and_no_file_is_named(tmp_path: Path) -> None:
    assert read_private(tmp_path / "key") is None
    with pytest.raises(StateError) as refused:
        read_private(tmp_path)
    assert refused.value.code == "state-unusable"
    with pytest.raises(StateError):
        write_private(tmp_path / "nowhere" / "key", b"x")


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, DiskFull, "disk-full"),
        (errno.EDQUOT, DiskFull, "disk-full"),
        (errno.EIO, StorageCorrupted, "disk-faulty"),
        (errno.EACCES, StateError, "state-unusable"),
        (errno.EROFS, StateError, "state-unusable"),
    ],
)
def test_each_fault_of_a_disk_has_its_name(number: int, kind: type[StateError], code: str) -> None:
    error = named(OSError(number, os.strerror(number)), Path("/state/key"))
    assert (type(error), error.code) == (kind, code)
    assert "/state" not in error.sentence
