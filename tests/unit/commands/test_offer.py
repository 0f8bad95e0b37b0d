"""`offer`: a device of this machine behind SBI, as a process of its own, for our own client as for anybody's."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import drivers
from appliance.commands.offer import offer
from appliance.errors import DeviceError, KioskError, UsageError
from drivers.contracts import FingerprintRequest, PrivatePool
from drivers.errors import DeviceUntrusted, OptionInvalid
from drivers.registry import build_driver
from drivers.sbi.authority import KeySigner
from drivers.sbi.jws import authorities_from_pem, verify
from tests.unit.drivers.sbi.makers import authority, stranger

PEM, PKCS8, CLEAR = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """The command takes them for itself; here it ends before it waits for any."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A key with its certificates, and the root that a client is told to trust."""
    signer, paths = authority().signer(), {name: tmp_path / f"{name}.pem" for name in ("key", "certificates", "root")}
    paths["key"].write_bytes(signer.key.private_bytes(PEM, PKCS8, CLEAR))
    paths["certificates"].write_bytes(b"".join(one.public_bytes(PEM) for one in signer.chain))
    paths["root"].write_bytes(authority().root_pem)
    return paths


@contextmanager
def _offering(files: dict[str, Path], *more: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "appliance", "offer", "--profile", "simulated-fingerprint", "--json"]
    given = ["--key", str(files["key"]), "--certificates", str(files["certificates"]), *more]
    with subprocess.Popen([*command, *given], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_an_sbi_client_finds_it_and_takes_a_finger_that_was_judged(files: dict[str, Path]) -> None:
    with _offering(files, "--set", "seed=7") as said:
        assert (said["event"], said["certification"], said["profile"]) == ("ready", "L0", "simulated-fingerprint")
        options = {"port": said["port"], "trust": str(files["root"]), "env": "Developer"}
        with pytest.raises(DeviceUntrusted, match="the setting certification asks for 'L1'"):
            build_driver("sbi-fingerprint", options).open()
        client: Any = build_driver("sbi-fingerprint", options | {"certification": "L0"})
        assert client.open().simulated
        request = FingerprintRequest(position="right_index", timeout_s=30.0)
        (frame,) = client.acquire(request, PrivatePool(), threading.Event())
    assert (frame.position, frame.resolution_ppi, frame.simulated) == ("right_index", 500, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"profile_id": "nothing"}, "profile-unknown"),
        ({"profile_id": "pcsc-reader"}, "not-offered"),
        ({"env": "Production"}, "device-not-for-enrolment"),
        ({"key": Path("/nowhere.pem")}, "file-unreadable"),
        ({"options": {"colour": "red"}}, "option-invalid"),
        ({"profile_id": "uru4500"}, "device-not-found"),
    ],
)
def test_what_cannot_be_offered_is_named(files: dict[str, Path], change: dict[str, Any], code: str) -> None:
    given = {
        "profile_id": "simulated-fingerprint",
        "device": "",
        "options": {},
        "key": files["key"],
        "certificates": files["certificates"],
        "tell": lambda _row: pytest.fail("nothing may be offered"),
    }
    with pytest.raises(KioskError) as refused:
        offer(**{**given, **change})
    assert refused.value.code == code
    assert isinstance(refused.value, UsageError | DeviceError)


def test_a_port_that_somebody_has_is_named(files: dict[str, Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError) as refused:
        offer(
            "simulated-fingerprint",
            "",
            {},
            key=files["key"],
            certificates=files["certificates"],
            port=taken.getsockname()[1],
            tell=lambda _row: pytest.fail("nothing may be offered"),
        )
    assert refused.value.code == "port-in-use"


def test_a_key_that_clients_could_not_believe_is_refused_before_the_device_is_opened(files: dict[str, Path]) -> None:
    strange = stranger().signer().key.private_bytes(PEM, PKCS8, CLEAR)
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, CLEAR)
    for key in (strange, elliptic, b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        files["key"].write_bytes(key)
        with pytest.raises(DeviceError) as refused:
            offer(
                "uru4500",
                "",
                {},
                key=files["key"],
                certificates=files["certificates"],
                tell=lambda _row: pytest.fail("nothing may be offered"),
            )
        assert refused.value.code == "option-invalid"


@pytest.mark.parametrize("leaf", [True, False], ids=["below an authority", "an authority itself"])
def test_certificates_as_the_readme_makes_them_are_believed_and_others_refused(leaf: bool, tmp_path: Path) -> None:
    """Every command of it, as it stands there."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the system package openssl")
    recipe = (Path(drivers.__file__).parent / "README.md").read_text()
    commands = re.findall(r"^    ((?:openssl|echo basicConstraints).*)$", recipe, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    key, certificate = ("key.pem", "reader.pem") if leaf else ("root-key.pem", "root.pem")
    pems = (tmp_path / key).read_bytes(), (tmp_path / certificate).read_bytes()
    if not leaf:
        with pytest.raises(OptionInvalid, match="authority"):
            KeySigner.from_pem(*pems)
        return
    trust = authorities_from_pem((tmp_path / "root.pem").read_bytes())
    assert verify(KeySigner.from_pem(*pems).sign(b"{}"), trust, datetime.now(UTC)) == b"{}"
