"""A package sealed by a box is opened and believed by the agency, and says what the box said."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from appliance.errors import DiskFull, PackageRefused, SealingFailed, StorageCorrupted
from appliance.package.part import PartSource
from appliance.package.seal import seal
from appliance.package.verify import open_package, verify_asice
from tests.unit.package.world import NOW, World, certify, manifest_for, some_parts

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_what_was_sealed_is_what_is_verified(world: World, tmp_path: Path) -> None:
    parts = some_parts()
    sealed_path = tmp_path / "package.p7m"
    data, sealed = world.seal(parts)
    sealed_path.write_bytes(data)
    assert sealed.sha256 == hashlib.sha256(data).hexdigest()
    assert sealed.bytes == len(data)

    opened = tmp_path / "package.asice"
    open_package(sealed_path, world.recipient.key, world.recipient.certificate, opened)
    assert opened.stat().st_mode & 0o777 == 0o600
    verified = verify_asice(opened, world.trust, at=NOW)

    assert verified.manifest == manifest_for(parts)
    assert verified.signer_subject == "CN=box-1"
    assert verified.signing_time == NOW
    with zipfile.ZipFile(opened) as container:
        assert container.testzip() is None
        assert container.namelist()[0] == "mimetype"
        assert hashlib.sha256(container.read("manifest.json")).hexdigest() == sealed.manifest_sha256
        assert container.read("face.png") == b"".join(parts[0].open())


def test_the_type_stands_at_its_fixed_place(world: World, tmp_path: Path) -> None:
    opened = tmp_path / "package.asice"
    open_package(world.write_sealed(tmp_path), world.recipient.key, None, opened)
    data = opened.read_bytes()
    assert data[30:38] == b"mimetype"
    assert data[38:69] == b"application/vnd.etsi.asic-e+zip"


def test_a_package_may_hold_no_part(world: World, tmp_path: Path) -> None:
    opened = tmp_path / "package.asice"
    open_package(world.write_sealed(tmp_path, []), world.recipient.key, None, opened)
    assert verify_asice(opened, world.trust, at=NOW).parts == ()


def test_another_key_opens_nothing_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    source, stranger = world.write_sealed(tmp_path), certify("stranger", usage="key_agreement")
    for certificate in (None, stranger.certificate, world.recipient.certificate):
        with pytest.raises(PackageRefused) as refusal:
            open_package(source, stranger.key, certificate, tmp_path / "out.asice")
        assert refusal.value.code == "package-not-for-us"
    assert [path.name for path in tmp_path.iterdir()] == ["package.p7m"]


def _replaced(part: PartSource, **changes: object) -> PartSource:
    return PartSource(**{**{name: getattr(part, name) for name in part.__dataclass_fields__}, **changes})


def _unreadable() -> object:
    raise OSError("gone")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"open": lambda: iter([b"x" * 5000])}, "part-altered"),
        ({"open": lambda: iter([b"x" * 4999])}, "part-altered"),
        ({"open": lambda: iter([b"x" * 5001])}, "part-altered"),
        ({"open": lambda: iter([])}, "part-altered"),
        ({"crc32": 1}, "part-altered"),
        ({"open": _unreadable}, "part-unreadable"),
    ],
    ids=["other bytes", "too short", "too long", "empty", "other check sum", "unreadable"],
)
def test_a_part_that_changed_since_capture_is_not_sealed(
    world: World, tmp_path: Path, change: dict[str, object], code: str
) -> None:
    parts = some_parts()
    spoilt = [_replaced(parts[0], **change), *parts[1:]]
    out = io.BytesIO()
    with pytest.raises(StorageCorrupted) as refusal:
        seal(manifest_for(spoilt), spoilt, world.signer, world.recipient.certificate, out, signing_time=NOW)
    assert refusal.value.code == code
    left = tmp_path / "left.p7m"
    left.write_bytes(out.getvalue())
    with pytest.raises(PackageRefused):
        open_package(left, world.recipient.key, None, tmp_path / "out.asice")


def test_a_manifest_that_does_not_fit_the_parts_is_not_sealed(world: World) -> None:
    parts = some_parts()
    renamed = _replaced(parts[0], name="META-INF/face.png")
    cases = {
        "fewer parts": (manifest_for(parts), parts[:1]),
        "another order": (manifest_for(parts), parts[::-1]),
        "a reserved name": (manifest_for([renamed]), [renamed]),
        "simulated, unsaid": (manifest_for(parts, simulated=False), parts),
    }
    for name, (manifest, given) in cases.items():
        with pytest.raises(SealingFailed) as refusal:
            world.seal(given, manifest)
        assert refusal.value.code == "manifest-inconsistent", name


def test_a_manifest_that_breaks_its_own_bounds_is_not_sealed(world: World) -> None:
    parts = some_parts()
    attempt = msgspec.structs.replace(manifest_for(parts).attempts[0], measures={"sharpness": float("nan")})
    for changes in ({"technician_id": ""}, {"created_at": "today"}, {"attempts": (attempt,)}):
        with pytest.raises(SealingFailed) as refusal:
            world.seal(parts, manifest_for(parts, **changes))
        assert refusal.value.code == "manifest-invalid"


def test_an_unsuitable_recipient_is_named(world: World) -> None:
    parts = some_parts()
    with pytest.raises(SealingFailed) as refusal:
        seal(manifest_for(parts), parts, world.signer, world.box.certificate, io.BytesIO(), signing_time=NOW)
    assert refusal.value.code == "recipient-unsuitable"


class _FullDisk(io.BytesIO):
    def write(self, _data: ReadableBuffer) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_named(world: World) -> None:
    parts = some_parts()
    with pytest.raises(DiskFull):
        seal(
            manifest_for(parts),
            parts,
            world.signer,
            world.recipient.certificate,
            _FullDisk(),
            signing_time=NOW,
        )


class _ShortWrites(io.BytesIO):
    """Like a raw file under pressure: takes what it likes."""

    def write(self, data: ReadableBuffer) -> int:
        return super().write(memoryview(data)[:777])


def test_short_writes_are_finished(world: World, tmp_path: Path) -> None:
    parts, out = some_parts(), _ShortWrites()
    seal(manifest_for(parts), parts, world.signer, world.recipient.certificate, out, signing_time=NOW)
    path = tmp_path / "package.p7m"
    path.write_bytes(out.getvalue())
    open_package(path, world.recipient.key, None, tmp_path / "package.asice")
    assert verify_asice(tmp_path / "package.asice", world.trust, at=NOW).manifest.simulated


def test_refusals_carry_no_personal_data(world: World, tmp_path: Path) -> None:
    source = world.write_sealed(tmp_path)
    with pytest.raises(PackageRefused) as refusal:
        open_package(source, certify("x").key, None, tmp_path / "out")
    assert not re.search("Espécimen|face|right_index", refusal.value.sentence)
