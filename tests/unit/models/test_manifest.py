"""A manifest is data: the shipped ones are right, and a wrong one is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.models.manifest import PACKS_DIRECTORY, choose, load_packs
from appliance.models.store import Record
from tests.unit.models.packages import CONTENTS, NPM, SDIST, WHEEL, manifest_toml, npm, pack_of, sdist, wheel

_TEXT = manifest_toml(pack_of({WHEEL: wheel(), SDIST: sdist()}))


def _load(tmp_path: Path, text: str) -> None:
    (tmp_path / "trees.toml").write_text(text, encoding="utf-8")
    load_packs(tmp_path)


def test_every_shipped_manifest_is_right_and_its_pack_is_called_as_its_file() -> None:
    packs = load_packs()
    assert list(packs) == sorted(path.stem for path in PACKS_DIRECTORY.iterdir())
    assert "nfiq2-forest" in packs
    assert all(pack.pack_id == name for name, pack in packs.items())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "trees.toml").write_text(_TEXT, encoding="utf-8")
    assert load_packs(tmp_path) == {"trees": pack_of({WHEEL: wheel(), SDIST: sdist()})}


def test_a_package_of_npm_may_lie_under_a_name(tmp_path: Path) -> None:
    text = manifest_toml(pack_of({NPM: npm()})).replace('package = "trees"', 'package = "@somebody/trees"')
    _load(tmp_path, text)
    assert load_packs(tmp_path)["trees"].package == "@somebody/trees"


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record(format=1, distribution=WHEEL, manifest=pack_of({WHEEL: wheel()}))
    assert Record.from_bytes(record.to_bytes()) == record


WRONG = [
    ("an unknown key", 'title = "Trees"', 'title = "Trees"\nrun = "setup.py"'),
    ("a missing key", 'licence = "NIST-PD"\n', ""),
    ("no hexadecimal hash", 'sha256 = "', 'sha256 = "z'),
    ("a size of nothing", f"size_bytes = {len(wheel())}", "size_bytes = 0"),
    ("an option in a package's place", 'package = "trees"', 'package = "--index"'),
    ("a name that leads elsewhere", 'package = "trees"', 'package = "@somebody/../trees"'),
    ("a member whose name ends a line", 'name = "forest.npz"', 'name = "forest.npz\\n"'),
    ("a member that leads out", 'name = "forest.npz"', 'name = "../forest.npz"'),
    ("a member in the record's place", 'name = "forest.npz"', 'name = "installed.json"'),
    ("two members of one name", 'name = "forest.npz"', 'name = "LICENCE"'),
    ("a distribution elsewhere", f'file = "{WHEEL}"', f'file = "x/{WHEEL}"'),
    ("a wheel that is none", f'file = "{WHEEL}"', f'file = "{SDIST}"'),
    ("an unknown kind", 'kind = "wheel"', 'kind = "egg"'),
    ("a member that a wheel lacks", 'paths.wheel = "LICENCE"\n', ""),
    ("no TOML", 'title = "', "title = "),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_manifest_is_refused_by_its_name(tmp_path: Path, before: str, after: str) -> None:
    assert before in _TEXT
    with pytest.raises(ModelError, match=r"trees\.toml") as refusal:
        _load(tmp_path, _TEXT.replace(before, after, 1))
    assert refusal.value.code == "model-manifest"


def test_another_version_or_another_member_is_another_release() -> None:
    pack = pack_of({WHEEL: wheel()})
    changed = {**CONTENTS, "LICENCE": b"nobody may do anything\n"}
    releases = {
        pack.release,
        pack_of({WHEEL: wheel()}, changed).release,
        pack_of({WHEEL: wheel()}, version="2").release,
    }
    assert len(releases) == 3
    assert pack_of({SDIST: sdist()}).release == pack.release, "where it came from changes nothing"


def test_all_packs_are_meant_where_none_is_named_and_none_twice() -> None:
    packs = {"trees": pack_of({WHEEL: wheel()})}
    assert choose(packs, []) == choose(packs, ["trees", "trees"]) == list(packs.values())
    with pytest.raises(ModelError, match="shrubs") as refusal:
        choose(packs, ["trees", "shrubs"])
    assert refusal.value.code == "model-unknown"
