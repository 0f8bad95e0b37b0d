"""Images at rest: unreadable without their key, unmistakable for one another, gone when erased."""

from __future__ import annotations

import asyncio
import hashlib
import os
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.durable import journal, vault
from appliance.durable.database import Database
from appliance.durable.vault import Vault
from appliance.errors import KioskError, StorageCorrupted
from appliance.model.capture import ImagePart

KEK = bytes(range(32))
IMAGE = b"ridges " * 300_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "box.db", KEK, journal.SCHEMA + vault.SCHEMA)
    yield database
    await database.close()


@pytest.fixture
async def images(tmp_path: Path, database: Database) -> AsyncIterator[Vault]:
    images = Vault(tmp_path / "vault", database, KEK)
    await images.recover()
    yield images
    await images.close()


def flip(path: Path, where: int) -> None:
    data = bytearray(path.read_bytes())
    data[where] ^= 1
    path.write_bytes(data)


async def whole(images: Vault, owner: str, name: str) -> bytes:
    return await asyncio.to_thread(lambda: b"".join(images.open(owner, name)))


async def test_what_was_stored_comes_back_in_pieces(images: Vault) -> None:
    part = await images.store("a1", "face.png", "image/png", IMAGE)
    assert (await whole(images, "a1", "face.png"), part.size) == (IMAGE, len(IMAGE))


async def test_nothing_readable_lies_on_the_disk(images: Vault, tmp_path: Path) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    contents = await asyncio.to_thread(lambda: [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()])
    assert len(contents) >= 2
    assert not any(b"ridges" in content for content in contents)


async def test_storing_again_replaces(images: Vault) -> None:
    await images.store("a1", "face.png", "image/png", b"first")
    await images.store("a1", "face.png", "image/png", b"second")
    assert await whole(images, "a1", "face.png") == b"second"


async def test_a_restart_finds_the_keys(images: Vault, database: Database, tmp_path: Path) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    again = Vault(tmp_path / "vault", database, KEK)
    await again.recover()
    assert await whole(again, "a1", "face.png") == IMAGE
    await again.close()


async def test_erasing_takes_key_and_files(images: Vault, tmp_path: Path) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    await images.store("a2", "face.png", "image/png", IMAGE)
    await images.erase("a1")
    await images.erase("a1")
    assert await asyncio.to_thread(os.listdir, tmp_path / "vault") == ["a2"]
    with pytest.raises(StorageCorrupted) as refused:
        await whole(images, "a1", "face.png")
    assert refused.value.code == "image-missing"


async def test_an_interrupted_erasure_is_finished_at_the_start(
    images: Vault, database: Database, tmp_path: Path
) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    await database.run(lambda connection: connection.execute("DELETE FROM vault_keys").fetchall())
    again = Vault(tmp_path / "vault", database, KEK)
    await again.recover()
    assert await asyncio.to_thread(os.listdir, tmp_path / "vault") == []
    await again.close()


@pytest.mark.parametrize("where", [0, 5, 20, 100_000, -1, -17])
async def test_one_altered_byte_is_noticed(images: Vault, tmp_path: Path, where: int) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    path = tmp_path / "vault" / "a1" / "face.png"
    await asyncio.to_thread(flip, path, where)
    with pytest.raises(StorageCorrupted) as refused:
        await whole(images, "a1", "face.png")
    assert refused.value.code == "image-altered"


@pytest.mark.parametrize("length", [0, 11, 27, 28, 1000])
async def test_a_cut_file_is_noticed(images: Vault, tmp_path: Path, length: int) -> None:
    await images.store("a1", "face.png", "image/png", IMAGE)
    await asyncio.to_thread(os.truncate, tmp_path / "vault" / "a1" / "face.png", length)
    with pytest.raises(StorageCorrupted):
        await whole(images, "a1", "face.png")


async def test_one_image_cannot_stand_in_for_another(images: Vault, tmp_path: Path) -> None:
    await images.store("a1", "right.png", "image/png", b"right")
    await images.store("a1", "left.png", "image/png", b"left")
    folder = tmp_path / "vault" / "a1"
    await asyncio.to_thread(os.replace, folder / "right.png", folder / "left.png")
    with pytest.raises(StorageCorrupted):
        await whole(images, "a1", "left.png")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 200, "nul\x00"])
async def test_names_that_leave_the_vault_are_refused(images: Vault, name: str) -> None:
    with pytest.raises(KioskError):
        await images.store("a1", name, "image/png", b"x")
    with pytest.raises(KioskError):
        await images.store(name, "x", "image/png", b"x")


async def test_another_boxes_key_is_named(images: Vault, database: Database, tmp_path: Path) -> None:
    await images.store("a1", "face.png", "image/png", b"x")
    foreign = Vault(tmp_path / "vault", database, bytes(32))
    with pytest.raises(StorageCorrupted) as refused:
        await foreign.recover()
    assert refused.value.code == "storage-key"
    await foreign.close()


async def test_two_first_images_at_once_share_a_key(images: Vault, database: Database, tmp_path: Path) -> None:
    names = [f"image-{number}.png" for number in range(4)]
    await asyncio.gather(*(images.store("a1", name, "image/png", name.encode()) for name in names))
    again = Vault(tmp_path / "vault", database, KEK)
    await again.recover()
    assert [await whole(again, "a1", name) for name in names] == [name.encode() for name in names]
    await again.close()


@given(data=st.binary(max_size=100_000), name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", fullmatch=True))
@settings(max_examples=15)
def test_any_bytes_come_back_with_their_digests(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    async def there_and_back(directory: Path) -> tuple[ImagePart, bytes]:
        database = await Database.open(directory / "box.db", KEK, vault.SCHEMA)
        images = Vault(directory / "vault", database, KEK)
        await images.recover()
        part = await images.store("a1", name, "image/png", data)
        back = await whole(images, "a1", name)
        await images.close()
        await database.close()
        return part, back

    part, back = asyncio.run(there_and_back(tmp_path_factory.mktemp("box")))
    assert back == data
    assert (part.size, part.sha256, part.crc32) == (len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data))
