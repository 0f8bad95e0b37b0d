"""The device's key and the storage key: made once, durable before use, damaged ones refused and never replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import IdentityError
from appliance.identity.keys import DeviceKey
from appliance.identity.storage_key import KEY_BYTES, StorageKey


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_device_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    first = DeviceKey.create_or_load(path)
    assert DeviceKey.create_or_load(path).public_key == first.public_key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_its_signature_holds_under_its_public_key(tmp_path: Path) -> None:
    key = DeviceKey.create_or_load(tmp_path / "device.key")
    key.public_key.verify(key.sign(b"data"), b"data", ec.ECDSA(hashes.SHA256()))


def test_a_request_proves_possession(tmp_path: Path) -> None:
    key = DeviceKey.create_or_load(tmp_path / "device.key")
    request = key.certificate_request("kiosk-1")
    assert request.is_signature_valid
    assert request.public_key() == key.public_key


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(ed25519.Ed25519PrivateKey.generate()),
        _pem(ec.generate_private_key(ec.SECP256R1()))[:100],
    ],
    ids=["empty", "garbage", "P-384", "Ed25519", "cut short"],
)
def test_a_damaged_device_key_is_refused_and_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "device.key"
    path.write_bytes(data)
    with pytest.raises(IdentityError) as refused:
        DeviceKey.create_or_load(path)
    assert refused.value.code == "key-unusable"
    assert path.read_bytes() == data


def test_a_missing_device_key_says_that_the_box_is_not_provisioned(tmp_path: Path) -> None:
    with pytest.raises(IdentityError) as refused:
        DeviceKey.load(tmp_path / "device.key")
    assert refused.value.code == "not-provisioned"


def test_a_storage_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "storage.key"
    first = StorageKey.create_or_load(path)
    assert StorageKey.create_or_load(path).derive("database") == first.derive("database")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("size", [0, 1, KEY_BYTES - 1, KEY_BYTES + 1])
def test_a_damaged_storage_key_is_never_replaced(tmp_path: Path, size: int) -> None:
    path = tmp_path / "storage.key"
    path.write_bytes(bytes(size))
    with pytest.raises(IdentityError) as refused:
        StorageKey.create_or_load(path)
    assert refused.value.code == "storage-key-unusable"
    assert path.read_bytes() == bytes(size)


def test_a_storage_key_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "storage.key"
    with pytest.raises(IdentityError) as refused:
        StorageKey.load(path)
    assert (refused.value.code, path.exists()) == ("storage-key-missing", False)
    made = StorageKey.create_or_load(path)
    assert StorageKey.load(path).derive("vault") == made.derive("vault")


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.text(max_size=20), st.text(max_size=20))
def test_no_two_purposes_share_a_key(secret: bytes, one: str, other: str) -> None:
    key = StorageKey(secret)
    assert len(key.derive(one)) == KEY_BYTES
    assert (key.derive(one) == key.derive(other)) == (one == other)
    assert secret not in (key.derive(one), key.derive(other))
