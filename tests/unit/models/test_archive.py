"""Whatever an archive holds, nothing leaves it but the members that the manifest pins, in the bytes that it pins."""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ModelError
from appliance.models import archive as archive_module
from appliance.models.archive import read_members
from appliance.models.manifest import Kind
from tests.unit.models.packages import CONTENTS, FOREST, LICENCE, SDIST, WHEEL, TarChange, pack_of, sdist, wheel

_PACK = pack_of({WHEEL: wheel(), SDIST: sdist()})
_OTHER = FOREST[:-1] + b"!"


def _read(kind: Kind, data: bytes) -> dict[str, bytes]:
    return read_members(_PACK, kind, io.BytesIO(data), len(data))


def _typed(kind: bytes, target: str = "") -> TarChange:
    def change(entry: tarfile.TarInfo) -> None:
        entry.type, entry.linkname = kind, target

    return change


def _named(name: str) -> TarChange:
    def change(entry: tarfile.TarInfo) -> None:
        entry.name = name

    return change


def _sparse(entry: tarfile.TarInfo) -> None:
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": entry.name}


def _doubled_zip() -> bytes:
    buffer = io.BytesIO(wheel())
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("weights/forest.npz", FOREST)
    return buffer.getvalue()


def _patched(data: bytes, name: bytes, offset: int, value: bytes) -> bytes:
    """`data` with a field of the central directory's entry called `name` changed (offsets: APPNOTE 4.3.12)."""
    start = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    return data[: start + offset] + value + data[start + offset + len(value) :]


def _bzip2_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in CONTENTS.items():
            archive.writestr(name, data)
    return buffer.getvalue()


UNSAFE = "model-archive-unsafe"
MISMATCH = "model-mismatch"
_OUT = {**CONTENTS, "../../outside": b""}
_EVIL = {**CONTENTS, "evil": b""}

ATTACKS: list[tuple[str, Kind, bytes, str]] = [
    ("a member is absent", Kind.WHEEL, wheel({"LICENCE": LICENCE}), MISMATCH),
    ("a member is absent from a tar", Kind.SDIST, sdist({"LICENCE": LICENCE}), MISMATCH),
    ("a member was swapped", Kind.WHEEL, wheel({**CONTENTS, "weights/forest.npz": _OTHER}), MISMATCH),
    ("a member was swapped in a tar", Kind.SDIST, sdist({**CONTENTS, "weights/forest.npz": _OTHER}), MISMATCH),
    ("a member is longer", Kind.WHEEL, wheel({**CONTENTS, "weights/forest.npz": FOREST + b"!"}), MISMATCH),
    ("a member is longer in a tar", Kind.SDIST, sdist({**CONTENTS, "weights/forest.npz": FOREST + b"!"}), MISMATCH),
    ("a member is a bomb", Kind.WHEEL, wheel({**CONTENTS, "weights/forest.npz": bytes(50 << 20)}), MISMATCH),
    (
        "a bomb that lies about its size",
        Kind.WHEEL,
        _patched(
            wheel({**CONTENTS, "weights/forest.npz": bytes(50 << 20)}),
            b"weights/forest.npz",
            24,
            len(FOREST).to_bytes(4, "little"),
        ),
        UNSAFE,
    ),
    ("another entry is a bomb in a tar", Kind.SDIST, sdist({"bomb": bytes(80 << 20), **CONTENTS}), UNSAFE),
    ("a bomb comes after what is wanted", Kind.SDIST, sdist({**CONTENTS, "bomb": bytes(80 << 20)}), UNSAFE),
    ("zeros without end after a tar", Kind.SDIST, sdist() + gzip.compress(bytes(80 << 20)), UNSAFE),
    ("a name leads up", Kind.WHEEL, wheel(_OUT), UNSAFE),
    ("a name leads up in a tar", Kind.SDIST, sdist(_OUT), UNSAFE),
    ("a name is absolute", Kind.WHEEL, wheel({**CONTENTS, "/etc/cron.d/x": b""}), UNSAFE),
    ("a name is absolute in a tar", Kind.SDIST, sdist(_EVIL, change={"evil": _named("/etc/cron.d/x")}), UNSAFE),
    ("a name has a drive", Kind.WHEEL, wheel({**CONTENTS, "C:x": b""}), UNSAFE),
    ("a name has a backslash", Kind.WHEEL, wheel({**CONTENTS, "..\\x": b""}), UNSAFE),
    ("a link", Kind.WHEEL, wheel({**CONTENTS, "evil": b"/etc/passwd"}, link="evil"), UNSAFE),
    ("a member is a link", Kind.WHEEL, wheel(link="weights/forest.npz"), UNSAFE),
    (
        "a symbolic link in a tar",
        Kind.SDIST,
        sdist(_EVIL, change={"evil": _typed(tarfile.SYMTYPE, "/etc/passwd")}),
        UNSAFE,
    ),
    (
        "a member is a hard link in a tar",
        Kind.SDIST,
        sdist(change={"weights/forest.npz": _typed(tarfile.LNKTYPE, "trees-1.0/LICENCE")}),
        UNSAFE,
    ),
    ("a device in a tar", Kind.SDIST, sdist(_EVIL, change={"evil": _typed(tarfile.CHRTYPE)}), UNSAFE),
    ("a pipe in a tar", Kind.SDIST, sdist(_EVIL, change={"evil": _typed(tarfile.FIFOTYPE)}), UNSAFE),
    ("a sparse file in a tar", Kind.SDIST, sdist(change={"weights/forest.npz": _sparse}), UNSAFE),
    ("a member twice", Kind.WHEEL, _doubled_zip(), UNSAFE),
    ("a member twice in a tar", Kind.SDIST, sdist(_EVIL, change={"evil": _named("trees-1.0/LICENCE")}), UNSAFE),
    ("an encrypted member", Kind.WHEEL, _patched(wheel(), b"weights/forest.npz", 8, b"\x01\x00"), UNSAFE),
    ("an unusual compression", Kind.WHEEL, _bzip2_zip(), UNSAFE),
    ("a zip cut short", Kind.WHEEL, wheel()[:-30], UNSAFE),
    ("a tar cut short", Kind.SDIST, sdist()[:-30], UNSAFE),
    ("a tar with a wrong check sum", Kind.SDIST, sdist()[:-8] + bytes(8), UNSAFE),
    ("no zip", Kind.WHEEL, sdist(), UNSAFE),
    ("no tar", Kind.SDIST, wheel(), UNSAFE),
    ("nothing", Kind.SDIST, b"", UNSAFE),
]


@pytest.mark.parametrize(("kind", "data", "code"), [case[1:] for case in ATTACKS], ids=[case[0] for case in ATTACKS])
def test_an_attack_is_refused_by_name(kind: Kind, data: bytes, code: str) -> None:
    with pytest.raises(ModelError) as refusal:
        _read(kind, data)
    assert refusal.value.code == code


@pytest.mark.parametrize(("kind", "data"), [(Kind.WHEEL, wheel()), (Kind.SDIST, sdist())])
def test_an_honest_archive_gives_its_members(kind: Kind, data: bytes) -> None:
    assert _read(kind, data) == {"forest.npz": FOREST, "LICENCE": LICENCE}


@pytest.mark.parametrize("kind", list(Kind))
def test_too_many_entries_are_refused(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_ENTRIES", 1)
    with pytest.raises(ModelError) as refusal:
        _read(kind, wheel() if kind is Kind.WHEEL else sdist())
    assert refusal.value.code == UNSAFE


@given(st.sampled_from(Kind), st.data())
def test_damage_anywhere_gives_the_right_bytes_or_a_named_error(kind: Kind, data: st.DataObject) -> None:
    damaged = bytearray(wheel() if kind is Kind.WHEEL else sdist())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found: dict[str, bytes] | str = _read(kind, bytes(damaged))
    except ModelError as refusal:
        found = refusal.code
    assert found in (UNSAFE, MISMATCH, {"forest.npz": FOREST, "LICENCE": LICENCE})
