"""Where installed packs lie, whether they are whole, and their bytes, verified each time that they are read.

FOLDER/PACK/VERSION-DIGEST/        made whole under another name, then renamed: it is there, or it is not
    installed.json                 the manifest as it was installed, and out of which file
    MEMBER …
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from appliance.errors import ModelError
from appliance.models.manifest import RECORD, Member, Pack, choose, load_packs

FOLDER_VARIABLE: Final = "CLAIM_KIOSK_MODELS"
RECORD_FORMAT: Final = 1
_RECORD_LIMIT_BYTES: Final = 1 << 20


class PackState(StrEnum):
    INSTALLED = "installed"
    MISSING = "missing"
    DAMAGED = "damaged"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was installed, and the distribution file that it was taken out of."""

    format: int
    distribution: str
    manifest: Pack

    def to_bytes(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Record:
        """Raises msgspec.MsgspecError."""
        return msgspec.json.decode(data, type=cls)


def models_folder(named: Path | None = None) -> Path:
    """The folder named on the command line, or else by CLAIM_KIOSK_MODELS, or else the environment's own."""
    if named is not None:
        return named
    if variable := os.environ.get(FOLDER_VARIABLE):
        return Path(variable)
    return Path(sys.prefix) / "share" / "claim-kiosk" / "models"


def release_folder(pack: Pack, folder: Path) -> Path:
    return folder / pack.pack_id / pack.release


def open_pack(pack_id: str, folder: Path | None = None) -> dict[str, bytes]:
    """Every member's bytes by name, each equal to the manifest's hash.

    Raises ModelError: `model-unknown`, `model-missing` when it is not installed, `model-mismatch` when it is damaged,
    `model-unreadable`.
    """
    (pack,) = choose(load_packs(), [pack_id])
    return read_pack(pack, models_folder(folder))


def read_pack(pack: Pack, folder: Path) -> dict[str, bytes]:
    """As `open_pack`, for a manifest at hand."""
    release = release_folder(pack, folder)
    if not _is_there(release):
        raise ModelError(
            f"The model pack {pack.pack_id} ({pack.title}) is not installed: run 'claim-kiosk models install'.",
            code="model-missing",
        )
    return {member.name: _read_member(pack, release, member) for member in pack.members}


def look(pack: Pack, folder: Path) -> PackState:
    """Whether it is installed, by its record and its files' sizes alone. Raises ModelError `model-unreadable`."""
    release = release_folder(pack, folder)
    if not _is_there(release):
        return PackState.MISSING
    record = read_record(release)
    if record is None or record.manifest.release != pack.release or record.manifest.pack_id != pack.pack_id:
        return PackState.DAMAGED
    sizes_right = all(_size(release / member.name) == member.size_bytes for member in pack.members)
    return PackState.INSTALLED if sizes_right else PackState.DAMAGED


def verify(pack: Pack, folder: Path) -> PackState:
    """Whether it is installed and every byte is right. Raises ModelError `model-unreadable`."""
    state = look(pack, folder)
    if state is PackState.INSTALLED:
        try:
            read_pack(pack, folder)
        except ModelError as error:
            if error.code == "model-unreadable":
                raise
            return PackState.MISSING if error.code == "model-missing" else PackState.DAMAGED
    return state


def read_record(release: Path) -> Record | None:
    """None where there is none that can be understood. Raises ModelError `model-unreadable`."""
    data = _read(release / RECORD, _RECORD_LIMIT_BYTES)
    if data is None:
        return None
    try:
        record = Record.from_bytes(data)
    except msgspec.MsgspecError:
        return None
    return record if record.format == RECORD_FORMAT else None


def _read_member(pack: Pack, release: Path, member: Member) -> bytes:
    data = _read(release / member.name, member.size_bytes)
    if data is None or len(data) != member.size_bytes or hashlib.sha256(data).hexdigest() != member.sha256:
        raise ModelError(
            f"The file {member.name} of the model pack {pack.pack_id} is damaged or gone, and is not used: "
            "run 'claim-kiosk models install'.",
            code="model-mismatch",
        )
    return data


def _read(path: Path, limit_bytes: int) -> bytes | None:
    """At most one byte more than the limit; None where there is no ordinary file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            return file.read(limit_bytes + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if path.is_symlink():
            return None
        raise _unreadable(path, error) from error


def _is_there(release: Path) -> bool:
    try:
        return stat.S_ISDIR(release.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(release, error) from error


def _size(path: Path) -> int | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(
        f"{path.name} in the models' folder cannot be read ({error.strerror}): check its owner and mode.",
        code="model-unreadable",
    )
