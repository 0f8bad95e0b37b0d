"""Keeps a library's own greeting out of the process's standard error, and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STDERR: Final = 2
_AT_ONCE: Final = 1 << 16
_one_at_a_time = threading.Lock()


@contextmanager
def without_lines(beginning: bytes) -> Iterator[None]:
    """Lines that begin so are left out; what else is written meanwhile, by whichever thread, comes afterwards.

    The log of a service is one object a line: a sentence in between is none.
    """
    with _one_at_a_time:
        kept, held = os.dup(_STDERR), os.memfd_create("standard-error", os.MFD_CLOEXEC)
        try:
            os.dup2(held, _STDERR)
            try:
                yield
            finally:
                os.dup2(kept, _STDERR)
                os.lseek(held, 0, os.SEEK_SET)
                written = b"".join(iter(lambda: os.read(held, _AT_ONCE), b""))
                rest = b"".join(line for line in written.splitlines(keepends=True) if not line.startswith(beginning))
                while rest:
                    rest = rest[os.write(_STDERR, rest) :]
        finally:
            os.close(held)
            os.close(kept)
