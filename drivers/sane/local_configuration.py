"""SANE's own configuration without its backends that look around on the network (decision 0011).

Left alone, asking for scanners sends multicasts into the town hall's network, waits for answers, and would offer
scanners that carry documents in the clear.
"""

from __future__ import annotations

import atexit
import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Final

from drivers.sane.channels import scan_directory

SYSTEM: Final = Path("/etc/sane.d")
ON_THE_NETWORK: Final = frozenset({"net", "airscan", "escl", "dell1600n_net"})
"""Backends of Debian's SANE that find scanners on the network, or speak to other machines."""


@lru_cache(maxsize=1)
def local_configuration() -> str:
    """A directory for SANE_CONFIG_DIR, one a process; empty where SANE is not configured or there is no room.

    A SANE_CONFIG_DIR that is set already is somebody's choice and stays.
    """
    if os.environ.get("SANE_CONFIG_DIR") or not (SYSTEM / "dll.conf").is_file():
        return ""
    try:
        directory = scan_directory()
    except OSError:
        return ""
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    write_configuration(SYSTEM, directory)
    return str(directory)


def write_configuration(system: Path, directory: Path) -> None:
    """What `system` has, its network backends left out, into an empty directory."""
    for path in system.glob("*.conf"):
        if path.name != "dll.conf":
            shutil.copyfile(path, directory / path.name)
    listed = [system / "dll.conf", *sorted((system / "dll.d").glob("*"))]
    names = [line.split("#")[0].strip() for path in listed for line in path.read_text(errors="replace").splitlines()]
    local = [name for name in names if name and name not in ON_THE_NETWORK]
    (directory / "dll.conf").write_text("\n".join(dict.fromkeys(local)) + "\n")
