"""What packs there are: facts as data, one TOML file each. Responsible for the schema and for refusing a wrong file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec

from appliance.errors import ModelError

PACKS_DIRECTORY: Final = Path(__file__).resolve().parent / "packs"
"""The manifests that are shipped."""
RECORD: Final = "installed.json"
"""The file in an installed pack's folder that says what was installed; no member may be called so."""

_GIBIBYTE: Final = 1 << 30
_NAME: Final = "[a-z0-9]([a-z0-9._-]{0,60}[a-z0-9])?"


class Kind(StrEnum):
    """Python's built archive (zip) or source archive (tar.gz), or npm's (tgz). All are read; none is built or run."""

    WHEEL = "wheel"
    SDIST = "sdist"
    NPM = "npm"


_SUFFIX: Final = {Kind.WHEEL: ".whl", Kind.SDIST: ".tar.gz", Kind.NPM: ".tgz"}

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
SizeBytes = Annotated[int, msgspec.Meta(ge=1, le=_GIBIBYTE)]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}$(?!\n)")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Distribution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file that carries the members, as its package's index has it."""

    file: FileName
    kind: Kind
    sha256: Sha256
    size_bytes: SizeBytes


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file to take: `paths` says where it lies in each kind of distribution, `name` what it is called here."""

    name: FileName
    paths: dict[Kind, Text]
    sha256: Sha256
    size_bytes: SizeBytes


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Text
    purpose: Text
    package: Annotated[str, msgspec.Meta(pattern=rf"^(@{_NAME}/)?{_NAME}$(?!\n)")]
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9][0-9A-Za-z.]{0,40}$(?!\n)")]
    licence: Text
    made_by: Text
    package_licence: Text
    packed_by: Text
    source: Text
    distributions: Annotated[tuple[Distribution, ...], msgspec.Meta(min_length=1)]
    members: Annotated[tuple[Member, ...], msgspec.Meta(min_length=1)]


class Pack(_File, frozen=True, kw_only=True):
    """One model pack. `pack_id` is its file's stem.

    `licence` (SPDX) and `made_by` are the model's; `package_licence` and `packed_by` those of the package that carries
    it. `distributions` are tried in their order. npm's packages may lie under somebody's name (`@somebody/something`).
    """

    pack_id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$(?!\n)")]

    @property
    def release(self) -> str:
        """The folder of what this manifest installs: another one for other members or another version."""
        facts = (self.package, self.version, sorted((member.name, member.sha256) for member in self.members))
        return f"{self.version}-{hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:12]}"

    @property
    def size_bytes(self) -> int:
        """What it takes up once installed."""
        return sum(member.size_bytes for member in self.members)


def load_packs(directory: Path = PACKS_DIRECTORY) -> dict[str, Pack]:
    """Every pack by its id. Raises ModelError `model-manifest`, naming the file and what is wrong with it."""
    return {path.stem: _load(path) for path in sorted(directory.glob("*.toml"))}


def choose(packs: dict[str, Pack], wanted: Iterable[str]) -> list[Pack]:
    """Those of the ids in `wanted`, each once; all of them where it names none. Raises ModelError `model-unknown`."""
    ids = list(dict.fromkeys(wanted))
    unknown = [pack_id for pack_id in ids if pack_id not in packs]
    if unknown:
        raise ModelError(
            f"There is no model pack called {', '.join(unknown)}: there are {', '.join(packs)}.", code="model-unknown"
        )
    return [packs[pack_id] for pack_id in ids or packs]


def _load(path: Path) -> Pack:
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_File)
        pack = msgspec.convert({**msgspec.to_builtins(file), "pack_id": path.stem}, Pack)
    except (msgspec.MsgspecError, OSError, ValueError) as error:
        raise _wrong(path, str(error)) from error
    names = [member.name for member in pack.members]
    if len({*names, RECORD}) != len(names) + 1:
        raise _wrong(path, f"its members' names are not distinct, or one is called {RECORD}")
    for distribution in pack.distributions:
        if not distribution.file.endswith(_SUFFIX[distribution.kind]):
            raise _wrong(path, f"{distribution.file} is no name of a {distribution.kind}")
        if any(distribution.kind not in member.paths for member in pack.members):
            raise _wrong(path, f"a member has no path in a {distribution.kind}")
    return pack


def _wrong(path: Path, what: str) -> ModelError:
    return ModelError(f"The model pack's manifest {path.name} is wrong: {what}.", code="model-manifest")
