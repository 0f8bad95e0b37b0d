"""Makes packages that carry models, honest and hostile, and the manifests that speak of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.models.manifest import Distribution, Kind, Member, Pack

FOREST = bytes(range(256)) * 20
LICENCE = b"anyone may do anything\n"
CONTENTS = {"weights/forest.npz": FOREST, "LICENCE": LICENCE}
WHEEL, SDIST, NPM = "trees-1.0-py3-none-any.whl", "trees-1.0.tar.gz", "trees-1.0.tgz"
_KINDS = {".whl": Kind.WHEEL, ".tar.gz": Kind.SDIST, ".tgz": Kind.NPM}

TarChange = Callable[[tarfile.TarInfo], None]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(contents: Mapping[str, bytes] = CONTENTS, *, link: str = "") -> bytes:
    """A zip of `contents`; the entry called `link` says of itself that it is a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFLNK if name == link else stat.S_IFREG) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def sdist(
    contents: Mapping[str, bytes] = CONTENTS,
    *,
    change: Mapping[str, TarChange] | None = None,
    top: str = "trees-1.0",
) -> bytes:
    """A tar.gz of `contents` under `top`, entries changed by their name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in contents.items():
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(data)
            if change and name in change:
                change[name](entry)
            archive.addfile(entry, io.BytesIO(data) if entry.isreg() else None)
    return gzip.compress(buffer.getvalue(), mtime=0)


def npm(contents: Mapping[str, bytes] = CONTENTS) -> bytes:
    """The tarball that npm's index would have."""
    return sdist(contents, top="package")


def pack_of(distributions: Mapping[str, bytes], contents: Mapping[str, bytes] = CONTENTS, version: str = "1.0") -> Pack:
    """The manifest that pins these distributions and takes `contents`, each under its last name."""
    return Pack(
        pack_id="trees",
        title="Trees",
        purpose="Votes.",
        package="trees",
        version=version,
        licence="NIST-PD",
        made_by="somebody",
        package_licence="MIT",
        packed_by="somebody else",
        source="a paper",
        distributions=tuple(
            Distribution(
                file=file,
                kind=next(kind for suffix, kind in _KINDS.items() if file.endswith(suffix)),
                sha256=sha256(data),
                size_bytes=len(data),
            )
            for file, data in distributions.items()
        ),
        members=tuple(
            Member(
                name=path.rpartition("/")[2],
                paths={Kind.WHEEL: path, Kind.SDIST: f"trees-1.0/{path}", Kind.NPM: f"package/{path}"},
                sha256=sha256(data),
                size_bytes=len(data),
            )
            for path, data in contents.items()
        ),
    )


def lay(folder: Path, distributions: Mapping[str, bytes]) -> Path:
    """A folder that holds these files."""
    folder.mkdir(exist_ok=True)
    for name, data in distributions.items():
        (folder / name).write_bytes(data)
    return folder


def manifest_toml(pack: Pack) -> str:
    """`pack` as its file would say it."""
    lines = [
        f'{name} = "{getattr(pack, name)}"'
        for name in (
            *("title", "purpose", "package", "version", "licence"),
            *("made_by", "package_licence", "packed_by", "source"),
        )
    ]
    for distribution in pack.distributions:
        lines += ["[[distributions]]", f'file = "{distribution.file}"', f'kind = "{distribution.kind}"']
        lines += [f'sha256 = "{distribution.sha256}"', f"size_bytes = {distribution.size_bytes}"]
    for member in pack.members:
        lines += ["[[members]]", f'name = "{member.name}"', f'sha256 = "{member.sha256}"']
        lines += [f"size_bytes = {member.size_bytes}"]
        lines += [f'paths.{kind} = "{path}"' for kind, path in member.paths.items()]
    return "\n".join(lines) + "\n"
