"""`claim-kiosk package verify`: what it answers, and what it says when it is asked wrongly."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appliance.commands.package import verify_file
from appliance.errors import PackageRefused, UsageError
from appliance.package.verify import open_package
from tests.unit.package.world import NOW, World, certify, some_parts


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def trust(world: World, tmp_path: Path) -> Path:
    directory = tmp_path / "trust"
    directory.mkdir()
    (directory / "root.pem").write_bytes(world.root.pem)
    return directory


@pytest.fixture
def key(world: World, tmp_path: Path) -> Path:
    path = tmp_path / "aima-key.pem"
    path.write_bytes(world.recipient.key_pem)
    return path


def test_an_encrypted_and_an_opened_package_get_the_same_answer(
    world: World, trust: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    sealed = world.write_sealed(tmp_path)
    open_package(sealed, world.recipient.key, None, tmp_path / "package.asice")

    answer = verify_file(sealed, trust, key=key, at=NOW)

    assert answer == verify_file(tmp_path / "package.asice", trust, key=None, at=NOW)
    assert answer["valid"] is True
    assert answer["simulated"] is True
    assert answer["package_id"] == "0f8a2f1c-0000-4000-8000-000000000001"
    assert answer["attendance_id"] == "0f8a2f1c-0000-4000-8000-000000000002"
    assert answer["signer"]["subject"] == "CN=box-1"
    assert [part["name"] for part in answer["parts"]] == [part.name for part in some_parts()]
    assert json.loads(json.dumps(answer)) == answer
    assert list(private.iterdir()) == [], "what was decrypted must be gone"


def test_several_certificates_in_one_file_beside_other_files(world: World, key: Path, tmp_path: Path) -> None:
    directory = tmp_path / "many"
    directory.mkdir()
    (directory / "all.pem").write_bytes(World().root.pem + world.recipient.pem + world.root.pem)
    (directory / "key.pem").write_bytes(world.recipient.key_pem)
    (directory / "notes.txt").write_text("not a certificate")
    assert verify_file(world.write_sealed(tmp_path), directory, key=key, at=NOW)["valid"] is True


def test_a_stranger_is_refused(world: World, key: Path, tmp_path: Path) -> None:
    directory = tmp_path / "other"
    directory.mkdir()
    (directory / "root.pem").write_bytes(World().root.pem)
    with pytest.raises(PackageRefused) as refusal:
        verify_file(world.write_sealed(tmp_path), directory, key=key, at=NOW)
    assert refusal.value.code == "package-untrusted-signer"


def test_neither_kind_of_file_is_refused_as_damaged(trust: Path, key: Path, tmp_path: Path) -> None:
    for name, data in {"empty": b"", "text": b"hello, world", "noise": bytes(1000)}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PackageRefused) as refusal:
            verify_file(tmp_path / name, trust, key=key, at=NOW)
        assert refusal.value.code == "package-envelope-malformed"


def test_questions_that_cannot_be_answered(world: World, trust: Path, key: Path, tmp_path: Path) -> None:
    sealed = world.write_sealed(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    (spoilt / "a.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    rsa_key = tmp_path / "rsa.pem"
    rsa_key.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )
    )
    noise = tmp_path / "noise.pem"
    noise.write_bytes(b"no key")
    cases = [
        (sealed, trust, None, "key-missing"),
        (sealed, trust, noise, "key-invalid"),
        (sealed, trust, rsa_key, "key-invalid"),
        (sealed, trust, tmp_path / "absent.pem", "file-unreadable"),
        (sealed, tmp_path / "absent", key, "trust-missing"),
        (sealed, empty, key, "trust-missing"),
        (sealed, spoilt, key, "trust-invalid"),
        (tmp_path / "absent.p7m", trust, key, "file-unreadable"),
        (tmp_path, trust, key, "file-unreadable"),
    ]
    for file, directory, key_file, code in cases:
        with pytest.raises(UsageError) as refusal:
            verify_file(file, directory, key=key_file, at=NOW)
        assert refusal.value.code == code


def test_judged_now_unless_told_otherwise(world: World, trust: Path, key: Path, tmp_path: Path) -> None:
    """The world's certificates are of March 2026 and last 300 days; far later they are no good."""
    sealed = world.write_sealed(tmp_path)
    with pytest.raises(PackageRefused) as refusal:
        verify_file(sealed, trust, key=key, at=NOW.replace(year=2040))
    assert refusal.value.code == "package-signer-expired"


def test_a_key_of_somebody_else_opens_nothing(world: World, trust: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(certify("stranger").key_pem)
    with pytest.raises(PackageRefused) as refusal:
        verify_file(world.write_sealed(tmp_path), trust, key=stranger, at=NOW)
    assert refusal.value.code == "package-not-for-us"
