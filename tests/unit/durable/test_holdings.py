"""A database that was lost is not taken for a box that never had one."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.durable.holdings import holds_data, require_database
from appliance.errors import StorageCorrupted

LEFT = ["vault/a1/face.png", "spool/p1.p7m", "spool/orphans/p1.p7m", "box.db-wal"]


def put(state: Path, name: str, content: bytes = b"x") -> None:
    (state / name).parent.mkdir(parents=True, exist_ok=True)
    (state / name).write_bytes(content)


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("emptied", [True, False])
def test_what_only_a_database_opens_needs_one(tmp_path: Path, left: str, emptied: bool) -> None:
    put(tmp_path, left)
    if emptied:
        put(tmp_path, "box.db", b"")
    assert holds_data(tmp_path)
    with pytest.raises(StorageCorrupted) as refused:
        require_database(tmp_path)
    assert refused.value.code == "database-missing"
    put(tmp_path, "box.db")
    require_database(tmp_path)


def test_a_box_that_holds_nothing_may_begin(tmp_path: Path) -> None:
    require_database(tmp_path)
    assert not holds_data(tmp_path)
    # What a first start makes before anything is stored, and what a power cut may leave of it.
    (tmp_path / "vault").mkdir()
    (tmp_path / "spool" / "orphans").mkdir(parents=True)
    put(tmp_path, "box.db", b"")
    put(tmp_path, "spool/p1.unfinished")
    require_database(tmp_path)
    assert not holds_data(tmp_path)


def test_a_database_alone_needs_its_key(tmp_path: Path) -> None:
    put(tmp_path, "box.db")
    require_database(tmp_path)
    assert holds_data(tmp_path)
