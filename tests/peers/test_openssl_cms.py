"""OpenSSL, unzip and Python's zipfile agree with our signature, our envelope and our container, both ways."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from appliance.errors import PackageRefused
from appliance.package.verify import open_package, verify_asice
from tests.unit.package.world import NOW, World, large_part, some_parts

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the system package openssl")


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def files(world: World, tmp_path: Path) -> Path:
    """A directory as the sandbox's `--out` leaves it: package.p7m, the keys, the trust, the container unpacked."""
    (tmp_path / "root.pem").write_bytes(world.root.pem)
    (tmp_path / "recipient.pem").write_bytes(world.recipient.pem)
    (tmp_path / "recipient-key.pem").write_bytes(world.recipient.key_pem)
    opened = tmp_path / "package.asice"
    open_package(world.write_sealed(tmp_path), world.recipient.key, None, opened)
    with zipfile.ZipFile(opened) as container:
        container.extractall(tmp_path / "unpacked")
    return tmp_path


def _openssl(directory: Path, *arguments: str, succeeds: bool = True) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=directory, capture_output=True, timeout=60, check=False)
    assert (done.returncode == 0) is succeeds, done.stderr.decode()
    return done.stderr.decode()


VERIFY = (
    *("cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "unpacked/META-INF/signature.p7s"),
    *("-content", "unpacked/META-INF/ASiCManifest.xml", "-CAfile", "root.pem"),
    *("-attime", str(int(NOW.timestamp())), "-out", "content.xml"),
)


def test_openssl_verifies_the_signature_as_cades(files: Path) -> None:
    said = _openssl(files, *VERIFY)
    assert "successful" in said
    assert (files / "content.xml").read_bytes() == (files / "unpacked/META-INF/ASiCManifest.xml").read_bytes()


def test_openssl_refuses_a_changed_list_of_files(files: Path) -> None:
    listed = files / "unpacked/META-INF/ASiCManifest.xml"
    listed.write_bytes(listed.read_bytes().replace(b"face.png", b"fake.png"))
    _openssl(files, *VERIFY, succeeds=False)


def test_openssl_decrypts_the_envelope(files: Path) -> None:
    _openssl(
        files,
        *("cms", "-decrypt", "-binary", "-inform", "DER", "-in", "package.p7m", "-out", "theirs.asice"),
        *("-recip", "recipient.pem", "-inkey", "recipient-key.pem"),
    )
    assert (files / "theirs.asice").read_bytes() == (files / "package.asice").read_bytes()


def test_openssl_refuses_an_altered_envelope(files: Path) -> None:
    data = bytearray((files / "package.p7m").read_bytes())
    data[-1] ^= 1
    (files / "package.p7m").write_bytes(data)
    _openssl(
        files,
        *("cms", "-decrypt", "-binary", "-inform", "DER", "-in", "package.p7m", "-out", "theirs.asice"),
        *("-recip", "recipient.pem", "-inkey", "recipient-key.pem"),
        succeeds=False,
    )


@pytest.mark.parametrize(
    "options",
    [(), ("-stream",), ("-keyid",), ("-stream", "-keyid")],
    ids=["definite lengths", "streamed", "by key identifier", "streamed, by key identifier"],
)
def test_we_open_what_openssl_encrypts(files: Path, world: World, options: tuple[str, ...]) -> None:
    _openssl(
        files,
        *("cms", "-encrypt", "-aes-256-gcm", "-binary", *options, "-in", "package.asice", "-outform", "DER"),
        *("-out", "theirs.p7m", "-recip", "recipient.pem", "-keyopt", "ecdh_kdf_md:sha256"),
    )
    for certificate in (world.recipient.certificate, None):
        opened = files / "again.asice"
        open_package(files / "theirs.p7m", world.recipient.key, certificate, opened)
        assert opened.read_bytes() == (files / "package.asice").read_bytes()
    assert verify_asice(opened, world.trust, at=NOW).manifest.simulated


@pytest.mark.parametrize(
    ("cipher", "options"),
    [("-aes-256-gcm", ()), ("-aes-128-gcm", ("-keyopt", "ecdh_kdf_md:sha256"))],
    ids=["SHA-1 in the key derivation", "a shorter key"],
)
def test_we_refuse_weaker_envelopes_of_openssl(
    files: Path, world: World, cipher: str, options: tuple[str, ...]
) -> None:
    _openssl(
        files,
        *("cms", "-encrypt", cipher, "-binary", "-in", "package.asice", "-outform", "DER"),
        *("-out", "theirs.p7m", "-recip", "recipient.pem", *options),
    )
    with pytest.raises(PackageRefused) as refusal:
        open_package(files / "theirs.p7m", world.recipient.key, None, files / "again.asice")
    assert refusal.value.code in {"package-algorithm-unsupported", "package-not-for-us"}
    assert not (files / "again.asice").exists()


def test_the_digests_in_the_list_are_the_files(files: Path) -> None:
    listed = (files / "unpacked/META-INF/ASiCManifest.xml").read_text()
    for name in ("manifest.json", "face.png", "fingerprint/right_index.png"):
        digest = hashlib.sha256((files / "unpacked" / name).read_bytes()).digest()
        assert f"<ds:DigestValue>{base64.b64encode(digest).decode()}</ds:DigestValue>" in listed


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs the system package unzip")
def test_unzip_finds_no_fault(files: Path) -> None:
    done = subprocess.run(
        ["unzip", "-t", "package.asice"], cwd=files, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors detected" in done.stdout
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_a_long_package_survives_openssl(world: World, tmp_path: Path) -> None:
    """Beyond every buffer and every short length form."""
    source = world.write_sealed(tmp_path, [large_part("long.bin", 20 << 20), *some_parts()[1:]])
    (tmp_path / "recipient.pem").write_bytes(world.recipient.pem)
    (tmp_path / "recipient-key.pem").write_bytes(world.recipient.key_pem)
    _openssl(
        tmp_path,
        *("cms", "-decrypt", "-binary", "-inform", "DER", "-in", source.name, "-out", "theirs.asice"),
        *("-recip", "recipient.pem", "-inkey", "recipient-key.pem"),
    )
    assert verify_asice(tmp_path / "theirs.asice", world.trust, at=NOW).parts[0].size == 20 << 20
