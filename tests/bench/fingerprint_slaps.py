"""Segmentation of slaps: every finger found, the hands told apart, and how long it takes on one core.

Drawn ones, and those of NIST's ten-print card where `../shared/data/nist` and the package `wsq` are there.
"""

from __future__ import annotations

import importlib
import itertools
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from appliance.fingerprint.foreground import foreground
from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, segments
from appliance.runtime.memory import keep_freed_memory
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport.wsq import wsq_available
from tests.bench.row import Row
from tests.unit.fingerprint.card_slaps import card_slaps
from tests.unit.fingerprint.laid import on_the_glass

HANDS: Final = 60
CARD: Final = Path(__file__).parents[3] / "shared" / "data" / "nist" / "type-4-slaps.an2"
_GOAL: Final = "goal"
_TIMES: Final = 5


def rows() -> list[Row]:
    keep_freed_memory()
    cv2.setNumThreads(1)
    found, told, ms = 0, 0, []
    for seed in range(HANDS):
        slap, is_left = on_the_glass(seed)
        begin = time.process_time()
        result = segments(slap.pixels, 500, LEFT_FOUR if is_left else RIGHT_FOUR)
        ms.append((time.process_time() - begin) * 1000)
        found += result.found
        told += result.side == ("left" if is_left else "right")
    impression = draw_fingerprint(1, "right_index", 0)
    single_ms = []
    for _ in range(HANDS):
        begin = time.process_time()
        foreground(impression)
        single_ms.append((time.process_time() - begin) * 1000)
    share = 100.0 / HANDS
    return [
        Row(measure="fingers found of four", ours=found * share / 4, unit="%", against=_GOAL, peer=100.0),
        Row(measure="hands told apart", ours=told * share, unit="%", against=_GOAL, peer=99.0),
        Row(measure="CPU a slap, median", ours=float(np.median(ms)), unit="ms", against=_GOAL, peer=30.0),
        Row(measure="CPU a slap, longest", ours=max(ms), unit="ms", against=_GOAL, peer=30.0),
        Row(measure="CPU a foreground", ours=float(np.median(single_ms)), unit="ms", against=_GOAL, peer=1.0),
        *_of_the_card(),
    ]


def _of_the_card() -> list[Row]:
    """Both hands, as they are and mirrored: decoding aside."""
    if not CARD.exists() or not wsq_available():
        return []
    found, told, ms = 0, 0, []
    importlib.import_module("wsq")  # lets Pillow read the card
    slaps = card_slaps(CARD)
    for position, is_mirrored in itertools.product((13, 14), (False, True)):
        image = np.ascontiguousarray(slaps[position][:, ::-1] if is_mirrored else slaps[position])
        is_left = (position == 14) != is_mirrored
        for _ in range(_TIMES):
            begin = time.process_time()
            result = segments(image, 500, LEFT_FOUR if is_left else RIGHT_FOUR)
            ms.append((time.process_time() - begin) * 1000)
        found += result.found
        told += result.side == ("left" if is_left else "right")
    return [
        Row(measure="NIST's card: fingers found of four", ours=found * 25 / 4, unit="%", against=_GOAL, peer=100.0),
        Row(measure="NIST's card: hands told apart", ours=told * 25.0, unit="%", against=_GOAL, peer=100.0),
        Row(measure="NIST's card: CPU a slap, median", ours=float(np.median(ms)), unit="ms", against=_GOAL, peer=30.0),
        Row(measure="NIST's card: CPU a slap, longest", ours=max(ms), unit="ms", against=_GOAL, peer=30.0),
    ]
