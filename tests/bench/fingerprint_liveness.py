"""Hints on fingerprints: false alarms on true impressions, earlier frames known again, time a frame.

    python -m tests.bench.fingerprint_liveness

The true ones are those beside the project: FVC2002 DB1 B and DB3 B, FVC2004 DB3 B (Maio, Maltoni, Cappelli, Wayman and
Jain) and NIST's SFinGe examples. They come finger by finger, eight presses each, into one memory, so that
pressing again may alarm too. Of repeats, each is one of the 30 frames remembered, changed in every way of `repeating`
at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from appliance.errors import UsageError
from appliance.liveness.fingerprint import liveness_hints
from appliance.liveness.frame_memory import MOST_FRAMES, FrameMemory
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.bench.row import Row
from tests.unit.liveness.repeating import changed

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "fingerprint"
SETS = ("fvc2002_db1b", "fvc2002_db3b", "fvc2004_db3b", "sfinge_nfiq2")
PPI, KEY = 500, 20
DRAWN_FINGERS, DRAWN_PRESSES = 12, 4
ROUNDS_REAL, ROUNDS_DRAWN = 7, 8
GOAL_FALSE_ALARMS, GOAL_MISSED, GOAL_MS = 0.02, 0.01, 5.0


Sets = dict[str, list[Pixels]]


def real_impressions() -> Sets:
    """Set by set, finger by finger, press by press."""
    found: Sets = {}
    for name in SETS:
        paths = [path for path in sorted((SHARED / name).glob("*.*")) if path.suffix in {".tif", ".pgm"}]
        read = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
        found[name] = [np.asarray(image, np.uint8) for image in read if image is not None]
    if not any(found.values()):
        raise UsageError("There are no recorded impressions beside the project (../shared/data/fingerprint).")
    return found


def drawn_impressions() -> Sets:
    return {
        "drawn": [draw_fingerprint(f, "right_index", a) for f in range(DRAWN_FINGERS) for a in range(DRAWN_PRESSES)]
    }


def false_alarms(impressions: list[Pixels]) -> tuple[int, list[float]]:
    """How many alarm in one memory, and the milliseconds of processor time of each."""
    memory, alarms, taken = FrameMemory(KEY), 0, []
    for pixels in impressions:
        start = time.process_time()
        hints, memory = liveness_hints(pixels, PPI, memory)
        taken.append((time.process_time() - start) * 1000.0)
        alarms += hints.alarm
    return alarms, taken


def repeats(sets: Sets, rounds: int) -> dict[str, tuple[int, int]]:
    """How many of how many repeats did not get the repeat hint's alarm, by set; each is looked for among 30 frames, in
    which other presses lie too."""
    names = [name for name, impressions in sets.items() for _ in impressions]
    missed, total = dict.fromkeys(sets, 0), dict.fromkeys(sets, 0)
    every = [pixels for impressions in sets.values() for pixels in impressions]
    for seed, (name, (pixels, memory)) in enumerate(zip(names, _remembered(every), strict=True)):
        random = np.random.default_rng(seed)
        for _ in range(rounds):
            found = {hint.code: hint for hint in liveness_hints(changed(pixels, random), PPI, memory)[0].hints}
            total[name] += 1
            missed[name] += (found["repeat"].score or 0.0) < 0.5
    return {name: (missed[name], total[name]) for name in sets}


def _remembered(impressions: list[Pixels]) -> Iterator[tuple[Pixels, FrameMemory]]:
    """Each with a memory that holds it and the frames before it."""
    memory = FrameMemory(KEY)
    for pixels in impressions[-MOST_FRAMES:]:
        memory = liveness_hints(pixels, PPI, memory)[1]
    for pixels in impressions:
        memory = liveness_hints(pixels, PPI, memory)[1]
        yield pixels, memory


def rows() -> list[Row]:
    cv2.setNumThreads(1)
    real, drawn = real_impressions(), drawn_impressions()
    made = []
    for what, sets, rounds in (("real", real, ROUNDS_REAL), ("drawn", drawn, ROUNDS_DRAWN)):
        impressions = [pixels for of_set in sets.values() for pixels in of_set]
        alarms, taken = false_alarms(impressions)
        by_set = repeats(sets, rounds)
        missed, total = (sum(counts) for counts in zip(*by_set.values(), strict=True))
        for name, (missed_here, of) in by_set.items():
            sys.stderr.write(f"{name}: {missed_here} of {of} repeats missed\n")
        sys.stderr.write(f"{what}: {alarms} alarms on {len(impressions)}; {missed} of {total} repeats missed\n")
        made += [
            Row(
                measure=f"false alarms, {len(impressions)} {what} impressions",
                ours=100.0 * alarms / len(impressions),
                unit="%",
                against="goal",
                peer=100.0 * GOAL_FALSE_ALARMS,
            ),
            Row(
                measure=f"repeats missed, of {total} {what} ones",
                ours=100.0 * missed / total,
                unit="%",
                against="goal",
                peer=100.0 * GOAL_MISSED,
            ),
            Row(
                measure=f"all hints on one {what} frame, median",
                ours=float(np.median(taken)),
                unit="ms CPU",
                against="goal",
                peer=GOAL_MS,
            ),
        ]
    return made


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(f"{row.measure}: {row.ours:.3g} {row.unit} (goal {row.peer:.3g})\n")
