"""Reading a scenes.toml: what it may say, and that everything else is refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.errors import SceneInvalid
from drivers.simulated.scenes import load_scenes

GOOD = """
[applicants.anna]
fingerprints.right_index = ["prints/a.png", "prints/b.png"]
face = ["face.png"]

[applicants.bento]
document = ["page.png"]
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    scenes = tmp_path / "scenes"
    (scenes / "prints").mkdir(parents=True)
    for name in ("prints/a.png", "prints/b.png", "face.png", "page.png"):
        (scenes / name).write_bytes(b"a picture")
    (tmp_path / "elsewhere.png").write_bytes(b"a picture")
    (scenes / "scenes.toml").write_text(GOOD)
    return scenes


def test_the_first_applicant_is_taken_unless_one_is_named(directory: Path) -> None:
    assert load_scenes(directory).applicant == "anna"
    assert load_scenes(directory, "bento").document == (directory / "page.png",)


def test_entries_keep_their_order_and_what_is_not_listed_is_empty(directory: Path) -> None:
    anna = load_scenes(directory)
    assert [path.name for path in anna.fingerprints["right_index"]] == ["a.png", "b.png"]
    assert "left_index" not in anna.fingerprints
    assert anna.document == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "applicants"),
        ("applicants = {}", "no applicant"),
        ("[applicants.a]\nface = [", "scenes.toml is wrong"),
        ("[applicants.a]\nface = 'face.png'", r"applicant 'a'.*face"),
        ("[applicants.a]\nportrait = ['face.png']", r"applicant 'a'.*portrait"),
        ("[applicants]\na = 3", r"applicant 'a'"),
        ("applicants = 3", "applicants"),
        ("[people.a]\nface = ['face.png']", "people"),
        ("[applicants.a]\nfingerprints.right_toe = ['face.png']", "right_toe"),
        ("[applicants.a]\nface = ['missing.png']", "missing.png"),
        ("[applicants.a]\nface = ['prints']", "no ordinary file: 'prints'"),
        ("[applicants.a]\nface = ['/dev/zero']", "no ordinary file: '/dev/zero'"),
        ("[applicants.a]\nface = ['../nowhere.png']", "missing"),
        ("[applicants.a]\nface = ['']", "without a name"),
        ('[applicants.a]\nface = ["face.png\\u0000"]', "without a name"),
        ("[applicants.a]\nface = ['" + "x" * 5000 + "']", "missing"),
    ],
)
def test_a_wrong_file_is_refused_by_name(directory: Path, text: str, named: str) -> None:
    (directory / "scenes.toml").write_text(text)
    with pytest.raises(SceneInvalid, match=named):
        load_scenes(directory)


def test_files_may_lie_elsewhere(directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.png"
    (directory / "scenes.toml").write_text(
        f"[applicants.a]\nface = ['../elsewhere.png', 'prints/../face.png']\ndocument = ['{elsewhere}']"
    )
    scenes = load_scenes(directory)
    assert [path.resolve() for path in scenes.face] == [elsewhere, directory / "face.png"]
    assert scenes.document == (elsewhere,)


def test_one_applicants_mistake_is_no_others(directory: Path) -> None:
    (directory / "scenes.toml").write_text(f"{GOOD}\n[applicants.carla]\nface = 'face.png'\n")
    assert load_scenes(directory).applicant == "anna"
    assert load_scenes(directory, "bento").document == (directory / "page.png",)
    with pytest.raises(SceneInvalid, match="'carla'"):
        load_scenes(directory, "carla")


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_refused_by_name(directory: Path) -> None:
    (directory / "face.png").chmod(0)
    with pytest.raises(SceneInvalid, match=r"may not be read: 'face\.png'"):
        load_scenes(directory)


def test_an_applicant_that_it_does_not_have_is_refused_with_those_it_has(directory: Path) -> None:
    with pytest.raises(SceneInvalid, match=r"carla.*anna, bento"):
        load_scenes(directory, "carla")


def test_a_missing_an_oversized_and_an_undecodable_file_are_refused(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(SceneInvalid, match="cannot be read"):
        load_scenes(tmp_path / "nowhere")
    (directory / "scenes.toml").write_bytes(b"\xff\xfe[")
    with pytest.raises(SceneInvalid, match="wrong"):
        load_scenes(directory)
    (directory / "scenes.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(SceneInvalid, match="too large"):
        load_scenes(directory)


@pytest.mark.shared
def test_the_recorded_scenes_are_whole(shared_data: Path) -> None:
    for applicant in ("first", "hard-fingers", "same-finger-twice", "two-faces"):
        scenes = load_scenes(shared_data, applicant)
        assert scenes.face
        assert scenes.document
        assert scenes.fingerprints["right_index"]
