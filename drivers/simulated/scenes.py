"""What lies before the simulated devices: the entries of a `scenes.toml`, applicant by applicant.

Responsible for reading that file strictly and for naming what is wrong with it. Not for decoding the pictures
(`drivers.transport.picture_file`) nor for whose turn it is (`drivers.simulated.turns`).

Paths are relative to the file, or absolute: whoever writes the file may read what it names. Only ordinary files that
can be read are taken, never a device or a pipe; that they are pictures or films is seen when they are shown.

One applicant's mistake is no other's: only the one who is asked for is judged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    applicants: dict[str, Any]


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
    if name not in parsed.applicants:
        raise SceneInvalid(f"The {FILE_NAME} has no applicant {name!r}: it has {', '.join(parsed.applicants)}.")
    chosen = _applicant(name, parsed.applicants[name])
    unknown = sorted(set(chosen.fingerprints) - POSITIONS)
    if unknown:
        raise SceneInvalid(f"The {FILE_NAME} names a finger position of {name!r} that does not exist: {unknown[0]!r}.")
    return Scenes(
        applicant=name,
        fingerprints={
            position: _paths(directory, entries) for position, entries in chosen.fingerprints.items() if entries
        },
        face=_paths(directory, chosen.face),
        document=_paths(directory, chosen.document),
    )


def _applicant(name: str, table: object) -> _Applicant:
    try:
        return msgspec.convert(table, _Applicant)
    except msgspec.ValidationError as error:
        raise SceneInvalid(f"The {FILE_NAME} is wrong about the applicant {name!r}: {error}.") from None


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
    if not entry or "\0" in entry:
        raise SceneInvalid(f"The {FILE_NAME} names a file without a name: {entry!r}.")
    path = directory / entry
    try:
        present, ordinary = path.exists(), path.is_file()
    except OSError:
        present = ordinary = False
    if not present:
        raise SceneInvalid(f"The {FILE_NAME} names a file that is missing: {entry!r}.")
    if not ordinary:
        raise SceneInvalid(f"The {FILE_NAME} names what is no ordinary file: {entry!r}.")
    if not os.access(path, os.R_OK):
        raise SceneInvalid(f"The {FILE_NAME} names a file that may not be read: {entry!r}.")
    return path
