"""Room for a full disk: kept, given up once, kept again only when there is plenty."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from appliance.durable.ballast import Ballast


def test_it_takes_real_room_that_only_its_owner_sees(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", size_bytes=1 << 20)
    assert ballast.reserve()
    assert ballast.reserve()
    status = (tmp_path / "ballast").stat()
    assert (status.st_size, status.st_mode & 0o777) == (1 << 20, 0o600)
    assert status.st_blocks * 512 >= 1 << 20


@pytest.mark.parametrize("size", [0, 100])
def test_what_a_power_cut_left_short_is_no_room(tmp_path: Path, size: int) -> None:
    (tmp_path / "ballast").write_bytes(bytes(size))
    assert Ballast(tmp_path / "ballast", size_bytes=4096).reserve()
    assert (tmp_path / "ballast").stat().st_size == 4096


def test_it_is_given_up_once(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", size_bytes=4096)
    assert ballast.reserve()
    assert ballast.give_up()
    assert not ballast.give_up()


def test_it_does_not_take_the_last_room(tmp_path: Path) -> None:
    assert not Ballast(tmp_path / "ballast", size_bytes=1 << 60).reserve()
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_nothing_breaks(tmp_path: Path) -> None:
    assert not Ballast(tmp_path / "nowhere" / "ballast", size_bytes=4096).reserve()


async def test_it_is_kept_again_while_the_box_runs(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", size_bytes=4096)
    rounds = iter(range(3))

    async def sleep(_seconds: float) -> None:
        assert await asyncio.to_thread((tmp_path / "ballast").exists)
        if next(rounds) == 2:
            raise asyncio.CancelledError
        assert await ballast.make_room()

    with pytest.raises(asyncio.CancelledError):
        await ballast.keep(sleep=sleep)
