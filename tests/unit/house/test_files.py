"""House rules about files: small, named by the field's own words, and saying what they are for."""

from __future__ import annotations

import ast
import re

import pytest

from tests.unit.house.tree import ROOT, files, modules

CEILING_LINES = 500
"""Nothing is longer; nine in ten files are under 300."""
_GENERATED = {"appliance/package/manifest.schema.json", "requirements.lock", "requirements-dev.lock"}
_WITHOUT_CEILING = {*_GENERATED, "LICENCE"}
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".in",
    ".lock",
    ".json",
    ".po",
    ".service",
    ".yaml",
    ".rules",
    "",
}
_VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# Put together from pieces, so that this file does not name them itself.
_REGISTRIES = re.compile(
    r"|".join(
        [r"pypi\." + "org", r"python" + r"hosted\.org", r"registry\.npm" + r"js\.(org|com)", r"deb\.debian" + r"\.org"]
    )
)


def _text(suffixes: set[str] = _TEXT) -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in files()
        if path.suffix in suffixes
    ]


def test_no_file_is_longer_than_the_ceiling() -> None:
    long = {
        name: text.count("\n")
        for name, text in _text()
        if text.count("\n") > CEILING_LINES and name not in _WITHOUT_CEILING
    }
    assert long == {}


def test_nine_python_files_in_ten_are_under_300_lines() -> None:
    lengths = [text.count("\n") for _, text in _text({".py"})]
    assert sum(length < 300 for length in lengths) >= 0.9 * len(lengths)


def test_no_file_or_folder_has_a_vague_name() -> None:
    vague = [
        path.relative_to(ROOT).as_posix()
        for path in files()
        if _VAGUE & {word for part in path.relative_to(ROOT).parts for word in re.split(r"[._-]", part.lower())}
    ]
    assert vague == []


@pytest.mark.parametrize("folder", ["appliance", "drivers", "tests"])
def test_every_module_says_what_it_is_for(folder: str) -> None:
    silent = [name for name, tree in modules(folder) if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_file_names_a_package_registry() -> None:
    assert [name for name, text in _text() if _REGISTRIES.search(text)] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in _text({".md"})
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "appliance" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.findall(r"^(?=[A-Za-z0-9])(?:.*\\\n)*.*$", text, flags=re.MULTILINE)
    assert len(entries) > 20
    assert [
        entry for entry in entries if not re.match(r"[A-Za-z0-9._-]+==\S+", entry) or "--hash=sha256:" not in entry
    ] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_no_address_and_no_local_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert (
        re.findall(
            r"\w+://\S*|^\s*(?:-e|-f|-i|--find-links|--index-url|--extra-index-url)\b.*| @ \S+", text, re.MULTILINE
        )
        == []
    )


def test_the_test_lock_agrees_with_the_one_that_boxes_get() -> None:
    pins = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
    box = dict(pins.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    tests = dict(pins.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    assert {name: version for name, version in box.items() if tests.get(name) != version} == {}
