"""`sandbox publish`: finds the sandbox that is meant, and sends the file as it is; the stand-in tells every box."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest

from appliance.commands.provision import provision
from appliance.commands.publish import publish, require_usable
from appliance.errors import ConfigurationError, KioskError, StateError
from appliance.identity.identity import Identity
from appliance.sandbox.layout import Layout
from appliance.sandbox.presence import announce, running, runtime_directory, withdraw
from tests.workflow.aima import Aima, running_aima, session_of
from tests.workflow.post import COMMAND


@pytest.fixture(autouse=True)
def own_runtime_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sandboxes that run on the developer's machine are none of this test's."""
    directory = tmp_path / "runtime"
    directory.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(directory))
    return directory


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
async def sandbox(aima: Aima, tmp_path: Path) -> Path:
    layout = await asyncio.to_thread(Layout.claim, tmp_path / "sandbox")
    premises = aima.server.premises
    await asyncio.to_thread(lambda: layout.mark(control_url=aima.server.control_url, token=premises.token, page_url=""))
    return layout.root


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "configuration.json"
    path.write_bytes(b'{"not": "a configuration"}')
    return path


@pytest.mark.parametrize("named", [True, False], ids=["named", "the only one"])
async def test_a_file_is_published_as_it_is_even_a_bad_one(aima: Aima, sandbox: Path, file: Path, named: bool) -> None:
    before = aima.server.premises.repository.version
    done = await publish(file, sandbox if named else None)
    assert done == {
        "version": before + 1,
        "sha256": sha256(file.read_bytes()).hexdigest(),
        "bytes": file.stat().st_size,
        "hinted": 0,
    }
    assert aima.server.premises.repository.configuration == file.read_bytes()


def test_whoever_publishes_a_bad_file_is_told_what_every_box_will_say(file: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        require_usable(file)
    assert refused.value.code == "configuration-invalid"
    assert "Object contains unknown field `not`" in refused.value.sentence
    file.write_text("no JSON")
    with pytest.raises(ConfigurationError, match="JSON is malformed"):
        require_usable(file)


async def test_the_command_publishes_it_and_then_fails_by_name(aima: Aima, sandbox: Path, file: Path) -> None:
    before = aima.server.premises.repository.version
    command = [*COMMAND, "sandbox", "publish", str(file), "--state", str(sandbox), "--json"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, json.loads(done.stderr)["error"]) == (11, "configuration-invalid")
    assert json.loads(done.stdout)["version"] == before + 1


async def test_a_good_file_raises_no_objection(aima: Aima, file: Path) -> None:
    file.write_bytes(aima.server.premises.repository.configuration or b"")
    await asyncio.to_thread(require_usable, file)


async def test_every_box_that_listens_is_told(aima: Aima, sandbox: Path, file: Path, tmp_path: Path) -> None:
    await provision(aima.url, aima.trust_file, await aima.otp(), tmp_path / "box")
    identity = await asyncio.to_thread(Identity.load, tmp_path / "box" / "identity", datetime.now(UTC))
    async with session_of(identity) as session, session.ws_connect(f"{aima.url}/hints") as hints:
        done = await publish(file, sandbox)
        assert done["hinted"] == 1
        assert await hints.receive_str(timeout=10) == "refresh"


async def test_nothing_is_controlled_without_a_token(aima: Aima) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{aima.server.control_url}/control/publish") as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_without_the_token_nothing_is_published(aima: Aima, sandbox: Path, file: Path, token: str) -> None:
    before = aima.server.premises.repository.version
    layout = Layout(sandbox)
    await asyncio.to_thread(lambda: layout.mark(control_url=aima.server.control_url, token=token, page_url=""))
    with pytest.raises(KioskError) as refused:
        await publish(file, sandbox)
    assert refused.value.code == "sandbox-refused"
    assert aima.server.premises.repository.version == before


async def test_two_sandboxes_must_be_told_apart(sandbox: Path, file: Path, own_runtime_directory: Path) -> None:
    other = str(os.getppid())
    (own_runtime_directory / "claim-kiosk" / other).write_text("/somewhere/else")
    with pytest.raises(KioskError) as refused:
        await publish(file, None)
    assert refused.value.code == "sandbox-several"


async def test_where_none_runs_it_says_so(file: Path, tmp_path: Path) -> None:
    for state in (None, tmp_path):
        with pytest.raises(KioskError) as refused:
            await publish(file, state)
        assert refused.value.code == "sandbox-not-running"


async def test_one_that_has_ended_says_so(aima: Aima, sandbox: Path, file: Path) -> None:
    await aima.server.close()
    with pytest.raises(KioskError) as refused:
        await publish(file, sandbox)
    assert refused.value.code == "sandbox-unreachable"


@pytest.mark.parametrize("address", ["https://example.invalid", "http://192.0.2.1:80", "", "file:///etc/passwd"])
async def test_the_token_never_leaves_this_machine(sandbox: Path, file: Path, address: str) -> None:
    layout = Layout(sandbox)
    await asyncio.to_thread(lambda: layout.mark(control_url=address, token="token", page_url=""))
    with pytest.raises(KioskError) as refused:
        await publish(file, sandbox)
    assert refused.value.code == "sandbox-not-running"


@pytest.mark.parametrize("content", [None, b"", b" " * ((4 << 20) + 1)], ids=["missing", "empty", "too large"])
async def test_a_file_that_cannot_be_a_configuration_is_refused(
    sandbox: Path, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "odd.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KioskError) as refused:
        await publish(path, sandbox)
    assert refused.value.code == "file-unreadable"


def test_a_sandbox_whose_process_ended_is_not_counted(tmp_path: Path) -> None:
    announce(tmp_path)
    assert running() == (tmp_path,)
    # No process has this number: it is above the kernel's largest.
    (runtime_directory() / str(2**22 + 1)).write_text("/gone")
    assert running() == (tmp_path,)
    withdraw()
    assert running() == ()


def test_somebody_else_s_runtime_directory_is_not_used(own_runtime_directory: Path, tmp_path: Path) -> None:
    (own_runtime_directory / "claim-kiosk").symlink_to(tmp_path)
    with pytest.raises(StateError) as refused:
        announce(tmp_path)
    assert refused.value.code == "runtime-directory-foreign"
