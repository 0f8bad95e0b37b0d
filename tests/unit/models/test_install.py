"""Installing out of a folder: whole or not at all, once, and never over what is right."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.models.install import install
from appliance.models.manifest import Pack
from appliance.models.store import PackState, Record, look, read_pack, release_folder, verify
from tests.unit.models.packages import FOREST, LICENCE, SDIST, WHEEL, lay, pack_of, sdist, wheel

_FILES = {WHEEL: wheel(), SDIST: sdist()}
_PACK = pack_of(_FILES)
_CONTENTS = {"forest.npz": FOREST, "LICENCE": LICENCE}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "share" / "models"


def _install(pack: Pack, models: Path, source: Path) -> bool:
    return install(pack, models, source=source, tell=lambda _: None)


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(ModelError) as refusal:
        act()
    return refusal.value.code


def _everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.name != ".lock"}


@pytest.mark.parametrize("file", list(_FILES))
def test_either_kind_of_package_gives_the_same_pack(tmp_path: Path, models: Path, file: str) -> None:
    assert look(_PACK, models) is verify(_PACK, models) is PackState.MISSING
    assert _install(_PACK, models, lay(tmp_path / "usb", {file: _FILES[file]}))
    assert look(_PACK, models) is verify(_PACK, models) is PackState.INSTALLED
    assert read_pack(_PACK, models) == _CONTENTS
    record = Record.from_bytes((release_folder(_PACK, models) / "installed.json").read_bytes())
    assert (record.distribution, record.manifest) == (file, _PACK)
    release = f"trees/{_PACK.release}"
    assert _everything(models) == {"trees", release, *(f"{release}/{name}" for name in (*_CONTENTS, "installed.json"))}


def test_a_pack_that_is_there_is_left_alone_and_its_source_not_asked(tmp_path: Path, models: Path) -> None:
    _install(_PACK, models, lay(tmp_path / "usb", _FILES))
    before = (release_folder(_PACK, models) / "forest.npz").stat().st_ino
    assert not _install(_PACK, models, tmp_path / "no such folder")
    assert (release_folder(_PACK, models) / "forest.npz").stat().st_ino == before


def test_what_is_installed_can_be_read_by_everyone_however_narrow_the_umask(tmp_path: Path, models: Path) -> None:
    os.umask(0o077)
    _install(_PACK, models, lay(tmp_path / "usb", _FILES))
    release = release_folder(_PACK, models)
    assert [path.stat().st_mode & 0o777 for path in (models, models / "trees", release)] == [0o755] * 3
    assert {path.stat().st_mode & 0o777 for path in release.iterdir()} == {0o644}


WRONG_SOURCES: list[tuple[str, dict[str, bytes], str]] = [
    ("nothing", {}, "model-not-found"),
    ("another version", {"trees-1.1.tar.gz": sdist()}, "model-not-found"),
    ("cut short", {WHEEL: wheel()[:-1]}, "model-mismatch"),
    ("longer", {WHEEL: wheel() + b"!"}, "model-mismatch"),
    ("another of the same size", {SDIST: sdist()[:-1] + b"!"}, "model-mismatch"),
]


@pytest.mark.parametrize(("files", "code"), [case[1:] for case in WRONG_SOURCES], ids=[c[0] for c in WRONG_SOURCES])
def test_a_wrong_source_leaves_nothing(tmp_path: Path, models: Path, files: dict[str, bytes], code: str) -> None:
    source = lay(tmp_path / "usb", files)
    assert _code(lambda: _install(_PACK, models, source)) == code
    assert _everything(models) == {"trees"}


def test_a_hostile_package_of_the_right_hash_leaves_nothing(tmp_path: Path, models: Path) -> None:
    hostile = {WHEEL: wheel({"../../../../escaped": b"", "LICENCE": LICENCE, "weights/forest.npz": FOREST})}
    source = lay(tmp_path / "usb", hostile)
    assert _code(lambda: _install(pack_of(hostile), models, source)) == "model-archive-unsafe"
    assert _everything(models) == {"trees"}
    assert not list(tmp_path.rglob("escaped"))


def _shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("damage", [_shorten, _flip, _link, _pipe, Path.unlink])
def test_a_damaged_pack_is_named_never_used_and_made_anew(
    tmp_path: Path, models: Path, damage: Callable[[Path], None]
) -> None:
    source = lay(tmp_path / "usb", _FILES)
    _install(_PACK, models, source)
    damage(release_folder(_PACK, models) / "forest.npz")
    assert verify(_PACK, models) is PackState.DAMAGED
    assert _code(lambda: read_pack(_PACK, models)) == "model-mismatch"
    assert _install(_PACK, models, source)
    assert read_pack(_PACK, models) == _CONTENTS


@pytest.mark.parametrize("record", [b"", b"{}", b"\xff", None])
def test_a_pack_without_a_record_that_fits_is_made_anew(tmp_path: Path, models: Path, record: bytes | None) -> None:
    source = lay(tmp_path / "usb", _FILES)
    _install(_PACK, models, source)
    path = release_folder(_PACK, models) / "installed.json"
    path.unlink() if record is None else path.write_bytes(record)
    assert look(_PACK, models) is PackState.DAMAGED
    assert _install(_PACK, models, source)
    assert look(_PACK, models) is PackState.INSTALLED


def test_a_new_release_takes_the_place_of_the_old_one(tmp_path: Path, models: Path) -> None:
    newer = pack_of(_FILES, version="1.1")
    source = lay(tmp_path / "usb", _FILES)
    _install(_PACK, models, source)
    assert _code(lambda: read_pack(newer, models)) == "model-missing"
    (models / "trees" / ".unfinished-left-by-somebody-killed").mkdir()
    assert _install(newer, models, source)
    assert [path.name for path in (models / "trees").iterdir()] == [newer.release]


def test_a_new_release_that_cannot_be_had_leaves_the_old_one(tmp_path: Path, models: Path) -> None:
    _install(_PACK, models, lay(tmp_path / "usb", _FILES))
    newer = pack_of(_FILES, version="1.1")
    assert _code(lambda: _install(newer, models, lay(tmp_path / "empty", {}))) == "model-not-found"
    assert read_pack(_PACK, models) == _CONTENTS


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "models"
    occupied.write_text("a file")
    source = lay(tmp_path / "usb", _FILES)
    assert _code(lambda: _install(_PACK, occupied, source)) == "model-unwritable"


def test_several_at_once_install_once(tmp_path: Path, models: Path) -> None:
    source = lay(tmp_path / "usb", _FILES)
    answers: list[bool] = []
    together = threading.Barrier(8)

    def race() -> None:
        together.wait()
        answers.append(_install(_PACK, models, source))

    racers = [threading.Thread(target=race) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answers) == [False] * 7 + [True]
    assert read_pack(_PACK, models) == _CONTENTS
