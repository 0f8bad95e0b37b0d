"""How long a driver may rightly take, given its options: what the daemon's deadlines have to leave it. Pure.

The daemon never imports a driver, so the few options that cost time are read here by name, with the defaults that
the drivers give them (a test holds the two together). A value that is no number is left to the driver to refuse.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from drivers.zfm.rates import CHANGE_S, SEARCH_S, image_transfer_s

ZFM_SETTLE_MARGIN: Final = 1.4
"""By how much a module that was interrupted in an image may overrun the time of one before it is given up."""
SANE_LISTING_S: Final = 5.0
_MARGIN_S: Final = 1.0
_WAKE_S: Final = 12.0


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: the longest opening, and how long after a request's own timeout a frame or an error still comes."""

    open_s: float = 0.0
    frame_grace_s: float = 0.0


def timings_of(driver_id: str, options: Mapping[str, object]) -> Timings:
    """Zeros for a driver that is well within the daemon's own deadlines whatever its options."""
    rule = _RULES.get(driver_id)
    return Timings() if rule is None else rule(options)


def _zfm(options: Mapping[str, object]) -> Timings:
    """Opening: what is left of an image, four answers, and the talk about the speed, which is never left below `baud`.

    Before the finger: an owed answer and what is left of an image. After it: two answers and the image.
    """
    image_s = image_transfer_s(max(1, round(_number(options, "baud", 57600))))
    answer_s = _number(options, "answer_timeout_s", 3.0)
    settle_s = image_s * ZFM_SETTLE_MARGIN
    return Timings(
        open_s=settle_s + 4 * answer_s + SEARCH_S + CHANGE_S + _MARGIN_S,
        frame_grace_s=answer_s + settle_s + 2 * answer_s + image_s + _MARGIN_S,
    )


def _camera(options: Mapping[str, object]) -> Timings:
    """A refusal is asked for a second time; a new stream waits for the last one to let go of the camera."""
    open_s, read_s = _number(options, "open_timeout_s", 5.0), _number(options, "read_timeout_s", 5.0)
    return Timings(open_s=2 * open_s + _MARGIN_S, frame_grace_s=open_s + read_s + _MARGIN_S)


def _scanner(options: Mapping[str, object]) -> Timings:
    return Timings(open_s=_number(options, "open_timeout_s", 8.0) + SANE_LISTING_S + _MARGIN_S)


def _libfprint(options: Mapping[str, object]) -> Timings:
    """After the finger: its image, and a capture that is let go of when none comes."""
    return Timings(
        open_s=_number(options, "open_timeout_s", 10.0) + 2 * _MARGIN_S,
        frame_grace_s=_number(options, "answer_timeout_s", 5.0) + 2 * _MARGIN_S,
    )


def _uru4000(options: Mapping[str, object]) -> Timings:
    """Waking up takes three rounds of a hundred short pauses at the worst; an image, its own time-out."""
    return Timings(open_s=_WAKE_S, frame_grace_s=_number(options, "answer_timeout_s", 5.0) + _MARGIN_S)


_RULES: Final[Mapping[str, Callable[[Mapping[str, object]], Timings]]] = {
    "zfm": _zfm,
    "opencv-camera": _camera,
    "sane": _scanner,
    "escl": _scanner,
    "camera-scanner": _camera,
    "libfprint": _libfprint,
    "uru4000": _uru4000,
}


def _number(options: Mapping[str, object], name: str, default: float) -> float:
    value = options.get(name, default)
    try:
        number = float(value) if isinstance(value, (int, float, str)) else default
    except ValueError:
        return default
    return number if math.isfinite(number) else default
