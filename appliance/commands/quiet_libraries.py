"""Keeps what image libraries print to the process's standard error apart from what a command says to scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

STDERR = 2


@contextmanager
def libraries_silent() -> Iterator[None]:
    """libpng and libjpeg write there themselves, past OpenCV's own logging. For a command's only thread."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    kept = os.dup(STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)
