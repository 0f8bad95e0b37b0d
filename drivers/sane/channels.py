"""Where `scanimage` writes its pages: its standard output, or one named pipe a page when it feeds a stack.

In a batch it insists on files, so it is given pipes under the names of those files: a page is never on a disk.
Where everything is killed a directory with empty pipes is left, which names its process and is swept by the next.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.errors import DeviceFault

PAGES_MAX: Final = 200
_PREFIX: Final = "claim-kiosk-scan-"
_PARTIAL: Final = ".part"
"""What `scanimage` adds to the name of a page until it is complete."""


@dataclass(frozen=True, slots=True)
class Channels:
    """`goes_on` when one run gives several pages. `pipes` are empty for standard output."""

    arguments: tuple[str, ...]
    pipes: tuple[Path, ...]
    goes_on: bool

    def descriptors(self, stdout_fd: int) -> Iterator[int]:
        """One to read for each page in turn; each is closed when the next is asked for."""
        if not self.pipes:
            yield stdout_fd
        for pipe in self.pipes:
            # Without waiting for the writer; its coming and its end are seen by polling.
            fd = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                yield fd
            finally:
                os.close(fd)


def scan_directory() -> Path:
    """A folder of one scan's or one scanner's own, which a later start may sweep. OSError where there is no room."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def sweep_channels() -> None:
    """Take away what killed processes of ours left behind. Best effort: what cannot be taken stays."""
    with suppress(OSError):
        for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            maker = directory.name.removeprefix(_PREFIX).partition("-")[0]
            if maker.isdigit() and not Path("/proc", maker).exists() and directory.lstat().st_uid == os.geteuid():
                shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def flat_bed_channel() -> Iterator[Channels]:
    yield Channels((), (), goes_on=False)


@contextmanager
def feeder_channels(page_limit: int) -> Iterator[Channels]:
    """DeviceFault where there is no room for the pipes."""
    directory = None
    try:
        try:
            directory = scan_directory()
            pipes = tuple(directory / f"{number}.pnm{_PARTIAL}" for number in range(1, page_limit + 1))
            for pipe in pipes:
                os.mkfifo(pipe, 0o600)
        except OSError as failure:
            raise DeviceFault("There is no room for temporary files: the scan cannot begin.") from failure
        yield Channels((f"--batch={directory}/%d.pnm", f"--batch-count={page_limit}"), pipes, goes_on=True)
    finally:
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
