"""What lies before the simulated devices: the entries of a `scenes.toml`, applicant by applicant.

Responsible for reading that file strictly and for naming what is wrong with it. Not for decoding the pictures
(`drivers.transport.picture_file`) nor for whose turn it is (`drivers.simulated.turns`).

Paths are relative to the file and stay inside its directory: an absolute path or a `..` is refused. A link that
the directory's owner put there is followed, because it is the owner's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec

from drivers.errors import SceneInvalid

FILE_NAME = "scenes.toml"
LARGEST_FILE_BYTES = 1 << 20
POSITIONS = frozenset(
    f"{hand}_{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")
)


class _Applicant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fingerprints: dict[str, tuple[str, ...]] = {}
    face: tuple[str, ...] = ()
    document: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    applicants: dict[str, _Applicant]


@dataclass(frozen=True, slots=True)
class Scenes:
    """One applicant's pictures in order of presentation; what is not listed is not presented."""

    applicant: str
    fingerprints: Mapping[str, tuple[Path, ...]]
    face: tuple[Path, ...]
    document: tuple[Path, ...]


def load_scenes(directory: Path, applicant: str = "") -> Scenes:
    """The scenes of an applicant, of the first one when none is named. Raises SceneInvalid, naming what is wrong."""
    parsed = _parsed(directory / FILE_NAME)
    if not parsed.applicants:
        raise SceneInvalid(f"The {FILE_NAME} lists no applicant.")
    name = applicant or next(iter(parsed.applicants))
    chosen = parsed.applicants.get(name)
    if chosen is None:
        raise SceneInvalid(f"The {FILE_NAME} has no applicant {name!r}: it has {', '.join(parsed.applicants)}.")
    unknown = sorted(set(chosen.fingerprints) - POSITIONS)
    if unknown:
        raise SceneInvalid(f"The {FILE_NAME} names a finger position that does not exist: {unknown[0]!r}.")
    return Scenes(
        applicant=name,
        fingerprints={
            position: _paths(directory, entries) for position, entries in chosen.fingerprints.items() if entries
        },
        face=_paths(directory, chosen.face),
        document=_paths(directory, chosen.document),
    )


def _parsed(path: Path) -> _File:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise SceneInvalid(f"The {FILE_NAME} is too large.")
        data = path.read_bytes()
    except OSError as error:
        raise SceneInvalid(f"The {FILE_NAME} cannot be read in {path.parent}: {error.strerror}.") from None
    try:
        return msgspec.toml.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SceneInvalid(f"The {FILE_NAME} is wrong: {error}.") from None


def _paths(directory: Path, entries: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(_path(directory, entry) for entry in entries)


def _path(directory: Path, entry: str) -> Path:
    relative = PurePosixPath(entry)
    inside = entry and "\0" not in entry and ".." not in PureWindowsPath(entry).parts
    if not inside or relative.is_absolute() or PureWindowsPath(entry).drive:
        raise SceneInvalid(f"The {FILE_NAME} names a file outside its directory: {entry!r}.")
    path = directory / relative
    try:
        present = path.is_file()
    except OSError:
        present = False
    if not present:
        raise SceneInvalid(f"The {FILE_NAME} names a file that is missing: {entry!r}.")
    return path
