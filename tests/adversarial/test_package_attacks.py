"""What is done to a package, and the code with which it is refused. Every row is an attack."""

from __future__ import annotations

import dataclasses
import struct
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import rfc8785
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.errors import PackageRefused
from appliance.package import asice
from appliance.package.cades import sign_detached
from appliance.package.canonical import manifest_to_bytes
from appliance.package.verify import verify_asice
from tests.adversarial.forgery import Draft, File, draft, honest, pack, pack_otherwise, replaced
from tests.unit.package.world import NOW, SIGN, KeySigner, World, certify, manifest_for, some_parts

WORLD = World()
HONEST = honest()
FILES = HONEST.signed(WORLD.signer)
FACE, PRINT = HONEST.parts


def _refusal(data: bytes, tmp_path: Path, world: World = WORLD) -> str:
    path = tmp_path / "package.asice"
    path.write_bytes(data)
    with pytest.raises(PackageRefused) as refusal:
        verify_asice(path, world.trust, at=NOW)
    return refusal.value.code


def test_the_honest_package_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "package.asice"
    path.write_bytes(pack(FILES))
    assert verify_asice(path, WORLD.trust, at=NOW).manifest.simulated


SWAPPED = [(FACE[0], PRINT[1]), (PRINT[0], FACE[1])]
CONTENTS: dict[str, tuple[list[File], str]] = {
    "a part changed": (replaced(FILES, FACE[0], b"x" * len(FACE[1])), "package-part-altered"),
    "a part emptied": (replaced(FILES, FACE[0], b""), "package-part-altered"),
    "two parts swapped": ([*FILES[:4], *SWAPPED], "package-part-altered"),
    "two parts in another order": ([*FILES[:4], PRINT, FACE], "package-files-differ"),
    "a part left out": (FILES[:-1], "package-files-differ"),
    "a part renamed": ([*FILES[:4], ("fake.png", FACE[1]), PRINT], "package-files-differ"),
    "a part added": ([*FILES, ("extra.png", b"x")], "package-files-differ"),
    "a part twice": ([*FILES, FACE], "package-malformed"),
    "a part twice but for case": ([*FILES, ("FACE.png", b"x")], "package-malformed"),
    "a path upwards": ([*FILES, ("../x", b"x")], "package-malformed"),
    "an absolute path": ([*FILES, ("/x", b"x")], "package-malformed"),
    "a Windows path": ([*FILES, ("a\\b", b"x")], "package-malformed"),
    "a second signature": ([*FILES, ("META-INF/signature2.p7s", b"x")], "package-malformed"),
    "no mimetype": (FILES[1:], "package-malformed"),
    "another mimetype": (replaced(FILES, "mimetype", b"application/zip"), "package-malformed"),
    "mimetype not first": ([FILES[1], FILES[0], *FILES[2:]], "package-malformed"),
    "the manifest changed": (
        replaced(FILES, "manifest.json", HONEST.manifest.replace(b"tecnica", b"outra00")),
        "package-part-altered",
    ),
    "the list changed": (
        replaced(FILES, asice.ASIC_MANIFEST_NAME, HONEST.asic_manifest.replace(b"face.png", b"fake.png")),
        "package-signature-invalid",
    ),
    "no signature": (replaced(FILES, asice.SIGNATURE_NAME, b""), "package-signature-malformed"),
    "a signature of noise": (replaced(FILES, asice.SIGNATURE_NAME, bytes(700)), "package-signature-malformed"),
    "a signature with a tail": (
        replaced(FILES, asice.SIGNATURE_NAME, FILES[2][1] + b"\0"),
        "package-signature-malformed",
    ),
    "an overlong signature": (replaced(FILES, asice.SIGNATURE_NAME, bytes(1 << 17)), "package-malformed"),
    "a signature over something else": (
        replaced(FILES, asice.SIGNATURE_NAME, sign_detached(b"another list", WORLD.signer, NOW)),
        "package-signature-invalid",
    ),
}


@pytest.mark.parametrize("attack", CONTENTS)
def test_other_contents(attack: str, tmp_path: Path) -> None:
    files, code = CONTENTS[attack]
    assert _refusal(pack(files), tmp_path) == code


PACKED = pack(FILES)


def _with(offset: int, form: str, value: int) -> bytes:
    changed = bytearray(PACKED)
    struct.pack_into(form, changed, offset if offset >= 0 else len(changed) + offset, value)
    return bytes(changed)


CENTRAL = PACKED.index(b"PK\x01\x02")
CONTAINERS: dict[str, bytes] = {
    "empty": b"",
    "truncated by one": PACKED[:-1],
    "truncated in the middle": PACKED[: len(PACKED) // 2],
    "only the end record": PACKED[-22:],
    "a tail": PACKED + b"\0",
    "a head": b"\0" + PACKED,
    "two packages in one file": PACKED + PACKED,
    "a comment": PACKED[:-2] + b"\x05\0hello",
    "another writer's ZIP": pack_otherwise(FILES),
    "compressed entries": pack_otherwise(FILES, zipfile.ZIP_DEFLATED),
    "a zip bomb": pack_otherwise([*FILES[:4], (FACE[0], bytes(50_000_000)), PRINT], zipfile.ZIP_DEFLATED),
    "a gap between entries": PACKED[:CENTRAL] + bytes(7) + PACKED[CENTRAL:],
    "more entries announced": _with(-12, "<H", len(FILES) + 1),
    "65535 entries announced": _with(-12, "<H", 0xFFFF),
    "no entries announced": _with(-12, "<H", 0),
    "a directory elsewhere": _with(-6, "<I", CENTRAL - 1),
    "a directory beyond the end": _with(-6, "<I", 0xFFFFFFFF),
    "encrypted flag": _with(CENTRAL + 8, "<H", 1),
    "a link instead of a file": _with(CENTRAL + 38, "<I", 0o120777 << 16),
    "overlapping entries": _with(CENTRAL + 42, "<I", 40),
    "another size in the directory": _with(CENTRAL + 24, "<I", 32),
    "an extra field announced": _with(CENTRAL + 30, "<H", 4),
    "another name in the local header": PACKED.replace(b"mimetype", b"mimetypo", 1),
}


@pytest.mark.parametrize("attack", CONTAINERS)
def test_other_containers(attack: str, tmp_path: Path) -> None:
    assert _refusal(CONTAINERS[attack], tmp_path) == "package-malformed"


def _one_byte(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 0x01,)) + data[at + 1 :]


def test_any_byte_of_any_structure_changed(tmp_path: Path) -> None:
    """Every byte that is not a part's content, and of those every hundredth."""
    contents = [(PACKED.index(data), len(data)) for _, data in HONEST.parts]
    inside = {at for start, size in contents for at in range(start, start + size) if at % 100}
    survived = [at for at in range(len(PACKED)) if at not in inside and not _refused(_one_byte(PACKED, at), tmp_path)]
    assert survived == []


def _refused(data: bytes, tmp_path: Path) -> bool:
    path = tmp_path / "package.asice"
    path.write_bytes(data)
    try:
        verify_asice(path, WORLD.trust, at=NOW)
    except PackageRefused:
        return True
    return False


def _signer(**changes: object) -> KeySigner:
    box = certify("box-2", WORLD.issuing, **{"purposes": SIGN, **changes})  # type: ignore[arg-type]  # rows of a table
    return KeySigner(box.key, [box.certificate, WORLD.issuing.certificate])


OTHER = World()
DAY = timedelta(days=1)
OLD_ISSUING = certify("Old authority", WORLD.root, authority=True, start=NOW - 9 * DAY, end=NOW - DAY)
UNDER_OLD = certify("box-3", OLD_ISSUING, purposes=SIGN)
UNDER_BOX = certify("box-4", WORLD.box, purposes=SIGN)
SELF_MADE = certify("box-1", purposes=SIGN)
SIGNERS: dict[str, tuple[KeySigner, str]] = {
    "expired": (_signer(start=NOW - 9 * DAY, end=NOW - DAY), "package-signer-expired"),
    "not yet valid": (_signer(start=NOW + DAY, end=NOW + 9 * DAY), "package-signer-expired"),
    "of another agency": (OTHER.signer, "package-untrusted-signer"),
    "self-made": (KeySigner(SELF_MADE.key, [SELF_MADE.certificate]), "package-untrusted-signer"),
    "without its authority's certificate": (
        KeySigner(WORLD.box.key, [WORLD.box.certificate]),
        "package-untrusted-signer",
    ),
    "under an expired authority": (
        KeySigner(UNDER_OLD.key, [UNDER_OLD.certificate, OLD_ISSUING.certificate]),
        "package-untrusted-signer",
    ),
    "under a box that plays authority": (
        KeySigner(UNDER_BOX.key, [UNDER_BOX.certificate, WORLD.box.certificate, WORLD.issuing.certificate]),
        "package-untrusted-signer",
    ),
    "an authority itself": (
        KeySigner(WORLD.issuing.key, [WORLD.issuing.certificate]),
        "package-untrusted-signer",
    ),
    "a key that may not sign": (_signer(usage="key_agreement"), "package-untrusted-signer"),
    "a server's certificate": (_signer(purposes=[ExtendedKeyUsageOID.SERVER_AUTH]), "package-untrusted-signer"),
    "another key than the certificate's": (
        KeySigner(OTHER.box.key, [WORLD.box.certificate, WORLD.issuing.certificate]),
        "package-signature-invalid",
    ),
}


@pytest.mark.parametrize("attack", SIGNERS)
def test_other_signers(attack: str, tmp_path: Path) -> None:
    signer, code = SIGNERS[attack]
    assert _refusal(pack(HONEST.signed(signer)), tmp_path) == code


def test_a_box_in_the_directory_of_trust_is_no_authority(tmp_path: Path) -> None:
    path = tmp_path / "package.asice"
    path.write_bytes(pack(OTHER_FILES))
    with pytest.raises(PackageRefused) as refusal:
        verify_asice(path, [OTHER.box.certificate, *WORLD.trust], at=NOW)
    assert refusal.value.code == "package-untrusted-signer"


OTHER_FILES = HONEST.signed(OTHER.signer)


def _manifest(**changes: object) -> Draft:
    document = msgspec.json.decode(manifest_to_bytes(manifest_for(some_parts())))
    document.update(changes)
    return draft(rfc8785.dumps(document), HONEST.parts)


def _listing(change: Callable[[list[asice.DataObject]], list[asice.DataObject]]) -> Draft:
    return dataclasses.replace(HONEST, listed=tuple(change(list(HONEST.listed))))


INSIDERS: dict[str, tuple[Draft, str]] = {
    "the manifest of other parts": (_manifest(parts=[], captures=[], attempts=[]), "package-parts-differ"),
    "parts of another type": (draft(HONEST.manifest, HONEST.parts, "text/html"), "package-parts-differ"),
    "a simulated capture, unsaid": (_manifest(simulated=False), "package-manifest-inconsistent"),
    "a capture without its part": (_manifest(parts=[]), "package-manifest-inconsistent"),
    "attempts by a device that is not told": (_manifest(devices=[]), "package-manifest-inconsistent"),
    "a newer manifest": (_manifest(version=3), "package-manifest-version"),
    "an older manifest": (_manifest(version=1), "package-manifest-version"),
    "an unknown field": (_manifest(extra=1), "package-manifest-invalid"),
    "not canonical": (draft(HONEST.manifest + b" ", HONEST.parts), "package-manifest-invalid"),
    "a file listed twice": (_listing(lambda all_: [*all_, all_[-1]]), "package-files-differ"),
    "a file that is not listed": (_listing(lambda all_: all_[:-1]), "package-files-differ"),
    "the manifest not listed": (_listing(lambda all_: all_[1:]), "package-files-differ"),
    "nothing listed": (_listing(lambda _: []), "package-files-differ"),
}


@pytest.mark.parametrize("attack", INSIDERS)
def test_a_trusted_box_that_signs_nonsense(attack: str, tmp_path: Path) -> None:
    made, code = INSIDERS[attack]
    assert _refusal(pack(made.signed(WORLD.signer)), tmp_path) == code


LIST = HONEST.asic_manifest
LISTS: dict[str, bytes] = {
    "empty": b"",
    "not XML": b"{}",
    "cut short": LIST[:-20],
    "a document type": LIST.replace(b"?>\n", b'?>\n<!DOCTYPE a [<!ENTITY x "y">]>\n', 1),
    "an external entity": LIST.replace(b"?>\n", b'?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n', 1),
    "another digest": LIST.replace(b"xmlenc#sha256", b"xmlenc#sha512"),
    "a digest of the wrong length": LIST.replace(b"=</ds:DigestValue>", b"</ds:DigestValue>"),
    "another signature file": LIST.replace(b"signature.p7s", b"signature2.p7s"),
    "an unknown element": LIST.replace(b"</asic:ASiCManifest>", b"<asic:X/></asic:ASiCManifest>"),
    "an unknown attribute": LIST.replace(b"<ds:DigestValue>", b'<ds:DigestValue a="b">', 1),
    "another namespace": LIST.replace(b"v1.2.1#", b"v9#"),
    "two digests for one file": LIST.replace(b"<ds:DigestMethod", b"<ds:DigestValue/><ds:DigestMethod"),
    "no digest for a file": LIST.replace(b"ds:DigestValue>", b"ds:DigestMethod>"),
}


@pytest.mark.parametrize("attack", LISTS)
def test_a_trusted_box_that_signs_a_strange_list(attack: str, tmp_path: Path) -> None:
    listed = LISTS[attack]
    assert listed != LIST
    files = replaced(FILES, asice.ASIC_MANIFEST_NAME, listed)
    files = replaced(files, asice.SIGNATURE_NAME, sign_detached(listed, WORLD.signer, NOW))
    assert _refusal(pack(files), tmp_path) == "package-asic-manifest-invalid"
