"""A test set's labels: read as they are, refused by name where they are not what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import UsageError
from tests.bench.labelled_set import Labelled, labelled


def _labels(folder: Path, text: str | bytes) -> Path:
    (folder / "a.png").touch()
    (folder / "b.png").touch()
    path = folder / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_row_has_what_the_column_says(tmp_path: Path) -> None:
    labels = _labels(tmp_path, "\ufefffile,tone,note\na.png, dark ,x\nb.png,,y\n")
    assert labelled(labels, "tone") == [Labelled(tmp_path / "a.png", "dark"), Labelled(tmp_path / "b.png", "")]
    assert [one.group for one in labelled(labels, "note")] == ["x", "y"]


def test_a_row_that_is_too_short_has_no_label(tmp_path: Path) -> None:
    assert labelled(_labels(tmp_path, "file,tone\na.png\n"), "tone") == [Labelled(tmp_path / "a.png", "")]


@pytest.mark.parametrize(
    ("text", "by", "code", "said"),
    [
        ("file,tone\na.png,dark\n", "age", "labels-no-column", "file, tone"),
        ("picture,tone\na.png,dark\n", "tone", "labels-no-column", "picture, tone"),
        ("file,tone,tone\na.png,dark,light\n", "tone", "labels-no-column", "tone"),
        ("file,tone\na.png,dark\n", "file", "labels-no-column", "file"),
        ("", "tone", "labels-no-column", "none"),
        ("file,tone\n", "tone", "labels-empty", "no picture"),
        ("file,tone\na.png,dark\nMaria.png,light\n", "tone", "labels-picture-missing", "line 3"),
        ("file,tone\n,dark\n", "tone", "labels-picture-missing", "line 2"),
        (b"file,tone\na.png,\xff\n", "tone", "labels-unreadable", "UTF-8"),
        ('file,tone\n"a.png"x,dark\n', "tone", "labels-unreadable", "CSV"),
    ],
)
def test_what_is_not_as_asked_for_is_a_named_error(
    tmp_path: Path, text: str | bytes, by: str, code: str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        labelled(_labels(tmp_path, text), by)
    assert caught.value.code == code
    assert said in caught.value.sentence
    assert "Maria" not in caught.value.sentence


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_labels_that_are_not_there_are_a_named_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        labelled(tmp_path / name, "tone")
    assert caught.value.code == "labels-unreadable"
