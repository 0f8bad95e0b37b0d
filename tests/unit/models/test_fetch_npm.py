"""Fetching asks npm where its packages lie, and nothing of theirs is run. The index is a server on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.models.install import install
from appliance.models.manifest import Pack
from appliance.models.store import read_pack
from tests.unit.models.packages import CONTENTS, FOREST, LICENCE, NPM, npm, pack_of

_MARKER = "somebody-ran-it"
_SCRIPTS = dict.fromkeys(("prepack", "postpack", "prepare", "install", "postinstall"), f"touch {_MARKER}")


def _described(version: str = "1.0.0") -> bytes:
    return json.dumps({"name": "trees", "version": version, "scripts": _SCRIPTS}).encode()


HONEST = npm({**CONTENTS, "package.json": _described()})


class _Index(ThreadingHTTPServer):
    tarball = HONEST

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        index = self.server
        assert isinstance(index, _Index)
        body = index.tarball
        if not self.path.endswith(".tgz"):
            integrity = f"sha512-{base64.b64encode(hashlib.sha512(body).digest()).decode()}"
            dist = {"tarball": f"{index.address}trees-1.0.0.tgz", "integrity": integrity}
            release = {"name": "trees", "version": "1.0.0", "dist": dist}
            body = json.dumps(
                {"name": "trees", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": release}}
            ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Standard error is for what a test has to say."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Index]:
    """The only index that npm asks, with a configuration of nobody's."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, the Node.js package manager")
    with _Index(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", server.address)
        monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / "npmrc"))
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _pack(tarball: bytes) -> Pack:
    return pack_of({"trees-1.0.0.tgz": tarball}, version="1.0.0")


def test_a_package_is_fetched_and_nothing_of_it_is_run(tmp_path: Path, index: _Index) -> None:
    said: list[str] = []
    pack = _pack(index.tarball)
    assert install(pack, tmp_path / "models", source=None, tell=said.append)
    assert said == ["fetching trees: trees 1.0.0, 0.0 MB"]
    assert read_pack(pack, tmp_path / "models") == {"forest.npz": FOREST, "LICENCE": LICENCE}
    assert not list(tmp_path.rglob(_MARKER))
    assert [path.name for path in (tmp_path / "models" / "trees").iterdir()] == [pack.release]


def test_configuration_where_it_is_called_from_does_not_count(
    tmp_path: Path, index: _Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / ".npmrc").write_text("offline=true\n")
    monkeypatch.chdir(tmp_path / "here")
    assert install(_pack(index.tarball), Path("models"), source=None, tell=lambda _: None)
    assert (tmp_path / "here" / "models" / "trees").is_dir(), "the folder is the caller's, though npm is run elsewhere"


def test_another_tarball_than_the_pinned_one_is_not_opened(tmp_path: Path, index: _Index) -> None:
    pack = _pack(HONEST)
    index.tarball = npm({**CONTENTS, "package.json": _described(), "more": b"."})
    with pytest.raises(ModelError) as refusal:
        install(pack, tmp_path / "models", source=None, tell=lambda _: None)
    assert refusal.value.code == "model-mismatch"
    assert list((tmp_path / "models" / "trees").iterdir()) == []


def test_what_cannot_be_had_is_named(tmp_path: Path, index: _Index) -> None:
    pack = pack_of({"trees-2.0.0.tgz": index.tarball}, version="2.0.0")
    with pytest.raises(ModelError, match="through npm") as refusal:
        install(pack, tmp_path / "models", source=None, tell=lambda _: None)
    assert refusal.value.code == "model-not-found"


def test_without_npm_the_pack_is_not_had_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match=rf"through npm.*{NPM}.*--from") as refusal:
        install(pack_of({NPM: npm()}), tmp_path / "models", source=None, tell=lambda _: None)
    assert refusal.value.code == "model-not-found"


def test_out_of_a_folder_no_npm_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / NPM).write_bytes(npm())
    assert install(pack_of({NPM: npm()}), tmp_path / "models", source=tmp_path, tell=lambda _: None)
