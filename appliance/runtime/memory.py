"""Memory that is freed and soon wanted again stays with the process.

The arrays of one image are some hundred kilobytes each. The C library would give each of them back to the kernel and
take it anew for the next, page by page: on a small box that takes as long as the arithmetic.
"""

from __future__ import annotations

import ctypes
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of glibc's `mallopt`."""
_KEPT_BYTES: Final = 64 << 20
_LARGE_BYTES: Final = 16 << 20


def keep_freed_memory() -> bool:
    """False where the C library has no such setting; then nothing changes."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    # The second is refused where it is too much for the machine; then the first is left alone.
    return bool(set_option(_MMAP_THRESHOLD, _LARGE_BYTES)) and bool(set_option(_TRIM_THRESHOLD, _KEPT_BYTES))
