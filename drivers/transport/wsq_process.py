"""Decodes or encodes one WSQ picture in a process of its own, which may be lost.

The PyPI package `wsq` is NBIS's C code, which writes beyond its memory for some damaged pictures and ends its process
for others.

    python -I wsq_process.py decode|encode HEIGHT WIDTH MOST_BYTES <in >out

Started by `wsq` and by nobody else. Reads and takes bounded amounts, writes no file, starts no process, and imports
nothing but that package's extension.
"""

from __future__ import annotations

import resource
import sys

import _wsq

_MEMORY_BYTES = 1 << 30
_CPU_S = 10
_INPUT_BYTES = 64 << 20
_NOT_A_PICTURE = 3
_BITRATE = 0.75


def main(do: str, height: int, width: int, most_bytes: int) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold the print
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    data = sys.stdin.buffer.read(_INPUT_BYTES + 1)
    if len(data) > _INPUT_BYTES:
        return _NOT_A_PICTURE
    try:
        if do == "encode":
            out = _wsq.compress(data, height, width, _BITRATE)
        else:
            out, found_width, found_height, _ = _wsq.decompress(data)
            if (found_height, found_width) != (height, width):
                return _NOT_A_PICTURE
    except Exception:  # noqa: BLE001 - the extension raises nothing narrower
        return _NOT_A_PICTURE
    sys.stdout.buffer.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(int(number) for number in sys.argv[2:5])))
