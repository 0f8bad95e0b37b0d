"""WSQ pictures to pixels and back, where the optional PyPI package `wsq` is installed.

Its C code is kept out of our process (`wsq_process`): what a file makes it do to its memory ends with that process.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np

from drivers.contracts import Pixels
from drivers.transport.wsq_header import wsq_header

ENCODED_PPI: Final = 500
"""WSQ's filters and its 0.75 bit a pixel are specified for this resolution, and the package writes no other."""
BITRATE: Final = 0.75
LEAST_EDGE_PX: Final = 64
LARGEST_PIXELS: Final = 8_000_000
"""A ten-print card's slap at 1000 ppi has 9.6 million, at 500 ppi 2.4. The encoder's sum of grey values, an int, must
hold it."""
_PROCESS: Final = Path(__file__).with_name("wsq_process.py")
_WITHIN_S: Final = 30.0
_BESIDE_PIXELS: Final = 4096
"""Of an encoded picture: its tables and headers. It is smaller than its pixels otherwise."""


class WsqUnavailable(Exception):
    """The package is not installed here. The sentence is for a person."""

    sentence = "it is a WSQ picture, and this machine has no decoder for it: install the package wsq, or give a PNG"


class WsqRefused(Exception):
    """Not such a picture, or one that cannot be coded."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def wsq_available() -> bool:
    return importlib.util.find_spec("_wsq") is not None


def decode_wsq(data: bytes) -> Pixels:
    """(H, W) uint8. Raises WsqRefused for what is none, is damaged or announces too much, before memory is taken for
    it; WsqUnavailable."""
    header = wsq_header(data)
    if header is None or min(header.width, header.height) < LEAST_EDGE_PX:
        raise WsqRefused("it is damaged or cut short")
    if header.width * header.height > LARGEST_PIXELS:
        raise WsqRefused(f"it declares {header.width} x {header.height} pixels, more than {LARGEST_PIXELS} in all")
    shape = header.height, header.width
    out = _run("decode", shape, data)
    if len(out) != shape[0] * shape[1]:
        raise WsqRefused("it is damaged or cut short")
    return np.frombuffer(out, np.uint8).reshape(shape).copy()


def encode_wsq(pixels: Pixels) -> bytes:
    """Of (H, W) uint8 at 500 ppi, at 0.75 bit a pixel. Raises WsqRefused for a size that it is not made for,
    WsqUnavailable."""
    if pixels.ndim != 2 or min(pixels.shape) < LEAST_EDGE_PX or pixels.size > LARGEST_PIXELS:
        raise WsqRefused("WSQ takes grey pictures of ordinary sizes alone")
    height, width = pixels.shape
    encoded = _run("encode", (height, width), np.ascontiguousarray(pixels).tobytes())
    header = wsq_header(encoded)
    if header is None or (header.height, header.width) != (height, width):
        raise WsqRefused("the picture could not be compressed")
    return encoded


def compression_ratio(pixels: Pixels, encoded: bytes) -> float:
    """How many times smaller than its pixels; 10 to 20 is what BSI TR-03121-3 vol. 4 §4.6.3 asks for."""
    return pixels.size / len(encoded)


def _run(do: str, shape: tuple[int, int], data: bytes) -> bytes:
    if not wsq_available():
        raise WsqUnavailable
    most_bytes = shape[0] * shape[1] + _BESIDE_PIXELS
    command = [sys.executable, "-I", str(_PROCESS), do, str(shape[0]), str(shape[1]), str(most_bytes)]
    # Into memory of a bounded size, which the kernel holds it to: a pipe would be read for as long as it says more.
    with os.fdopen(os.memfd_create("wsq", os.MFD_CLOEXEC), "r+b") as out:
        try:
            done = subprocess.run(
                command, input=data, stdout=out, stderr=subprocess.DEVNULL, timeout=_WITHIN_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            raise WsqRefused("its decoder did not come to an end") from None
        if done.returncode != 0 or os.fstat(out.fileno()).st_size > most_bytes:
            raise WsqRefused("it is damaged or cut short" if do == "decode" else "the picture could not be compressed")
        out.seek(0)
        return out.read(most_bytes)
