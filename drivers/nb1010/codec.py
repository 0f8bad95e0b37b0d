"""What the NEXT Biometrics NB-1010-U says and is told over USB, as bytes and back. Pure: no device, no clock.

Commands go to endpoint 0x02, answers come on 0x83. A print is 256 × 180 pixels at 385 ppi (the maker's figure),
which comes in 90 pieces of two rows behind a header each.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from drivers.contracts import Pixels
from drivers.errors import DeviceProtocolError

IDS: Final = ((0x298D, 0x1010),)
OUT: Final = 0x02
IN: Final = 0x83
RESOLUTION_PPI: Final = 385
HEIGHT: Final = 180
WIDTH: Final = 256

ASK_FINGER: Final = bytes.fromhex("80380100 08000000".replace(" ", ""))
PREPARE: Final = bytes.fromhex("800d0300 0c000000 00040000".replace(" ", ""))
CAPTURE: Final = bytes.fromhex("80120400 20000000 02") + bytes(19) + bytes.fromhex("20000000")
ANSWER_BYTES: Final = 16
PIECE_BYTES: Final = 540
PIECES: Final = 90

_FINGER_AT: Final = 12
_FINGER_OVER: Final = 0x30
_PIECE_BEGINS: Final = bytes.fromhex("8021")
_PIECE_HEADER_BYTES: Final = 25
_PIECE_ROWS: Final = 2
_PIECE_PIXELS: Final = _PIECE_ROWS * WIDTH


def finger_is_there(answer: bytes) -> bool:
    """What the sensor says to `ASK_FINGER`. DeviceProtocolError for an answer of another length."""
    check_answer(answer)
    return answer[_FINGER_AT] > _FINGER_OVER


def check_answer(answer: bytes) -> None:
    """Raises DeviceProtocolError for what is no answer to a command."""
    if len(answer) != ANSWER_BYTES or answer[0] != 0x80:
        raise DeviceProtocolError


def put_piece(piece: bytes, number: int, pixels: Pixels) -> None:
    """The two rows of piece `number` (from 0) into (180, 256) uint8 `pixels`. DeviceProtocolError."""
    if len(piece) != PIECE_BYTES or not piece.startswith(_PIECE_BEGINS):
        raise DeviceProtocolError("The fingerprint reader sent a piece of an image of another size.")
    rows = np.frombuffer(piece, np.uint8, _PIECE_PIXELS, _PIECE_HEADER_BYTES)
    pixels[number * _PIECE_ROWS : (number + 1) * _PIECE_ROWS] = rows.reshape(_PIECE_ROWS, WIDTH)
