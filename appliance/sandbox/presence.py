"""Which sandboxes run on this machine, so that `sandbox publish` finds the one that is meant without being told.

A runtime directory holds a file per process that runs one, with the folder of its state. A process that has ended is
not counted, however it ended. Nothing secret is here: the token stays in the sandbox's own folder.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.errors import StateError


def runtime_directory() -> Path:
    """This user's, made with mode 0700. Raises StateError `runtime-directory-foreign` for one that is not."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    directory = Path(given) / "claim-kiosk" if given and Path(given).is_dir() else None
    directory = directory or Path(tempfile.gettempdir()) / f"claim-kiosk-{os.getuid()}"
    if directory.is_symlink() or (directory.exists() and directory.stat().st_uid != os.getuid()):
        raise StateError(f"{directory} belongs to somebody else: remove it.", code="runtime-directory-foreign")
    private_directory(directory)
    if not stat.S_ISDIR(directory.lstat().st_mode):
        raise StateError(f"{directory} is not a directory: remove it.", code="runtime-directory-foreign")
    return directory


def announce(root: Path) -> None:
    """This process runs the sandbox in `root`. Blocking. Raises StateError, DiskFull."""
    write_private(runtime_directory() / str(os.getpid()), str(root.resolve()).encode())


def withdraw() -> None:
    """This process runs none any more. Blocking. Raises StateError."""
    (runtime_directory() / str(os.getpid())).unlink(missing_ok=True)


def running() -> tuple[Path, ...]:
    """The folders of the sandboxes that run now. Blocking; what dead processes left is removed. Raises StateError."""
    roots = []
    for entry in sorted(runtime_directory().iterdir()):
        if not entry.name.isdigit():
            continue
        if not _alive(int(entry.name)):
            entry.unlink(missing_ok=True)
            continue
        if root := read_private(entry):
            roots.append(Path(root.decode()))
    return tuple(dict.fromkeys(roots))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's process has the number now: ours has ended.
        return False
    return True
