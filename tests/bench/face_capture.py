"""How long a portrait takes, from sitting down to the kept still, with people who follow the guidance.

    scripts/bench face_capture
    python -m tests.bench.face_capture [--people N] [--live] [--slower TIMES] [--drawn]

The capture, its judge with the networks, and the guidance are the box's own. Simulated are the camera (fifteen frames a
second; 3200 by 1800 for a permit, enlarged from the 1280 by 720 that are rendered and that a live picture is taken of)
and the people: how they sit, see, react and move (`presentations.guided`). They know nothing but the instruction on the
screen. Time is the frames' and the CPU time of judging them on this machine's core.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from appliance.attendance.face_capturing import capture_face
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish
from appliance.errors import DeviceError, QualityError
from appliance.installed_face_assessor import installed_face_assessor
from appliance.model.configuration import CaptureRules, Thresholds
from appliance.quality.iso29794_5.portrait_profiles import LIVE, PERMIT, PortraitWanted
from appliance.quality.portrait import PortraitAssessor
from appliance.runtime.memory import keep_freed_memory
from drivers.contracts import Pixels
from tests.bench.presentations.recorded import recorded, subjects
from tests.bench.presentations.sitter import Sitter
from tests.bench.presentations.subject import drawn
from tests.bench.row import Goal, Row
from tests.bench.seated_camera import CostClock, SeatedCamera, SeenPreview

PEOPLE: Final = 40
PROCESSES: Final = 2
GOAL_S: Final = 5.0
AUTOMATED_S: Final = 30.0
"""Within which a rule book wants an automated capture."""
_ENLARGED: Final = 2.5
"""For a permit: 300 pixels between the eyes of somebody at the seat's usual distance."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """`unmet`: the mandatory criteria that the kept portrait does not meet; None where there is no portrait. `error`:
    the code of what ended the capture instead. `told`: each instruction in turn."""

    seed: int
    seconds: float
    unmet: tuple[str, ...] | None
    stills: int
    dropped: int
    told: tuple[str, ...]
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.unmet is None or bool(self.unmet) or self.seconds > AUTOMATED_S


def measured(seeds: Sequence[int], *, live: bool = False, slower: float = 1.0, of_drawn: bool = False) -> list[Sitting]:
    """Of portraits beside the project, or of drawn ones where there are none. Raises QualityError without networks."""
    if not isinstance(installed_face_assessor(), PortraitAssessor):
        raise QualityError(
            "The networks for faces are not installed: run 'claim-kiosk models install'.", code="model-missing"
        )
    look = partial(_sitting, live=live, slower=slower, of_drawn=of_drawn or not subjects())
    # Started afresh: threads of the parent's libraries are not carried over.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        return list(pool.map(look, seeds, chunksize=2))


def _sitting(seed: int, *, live: bool, slower: float, of_drawn: bool) -> Sitting:
    return asyncio.run(_capture(seed, slower, live=live, of_drawn=of_drawn))


async def _capture(seed: int, slower: float, *, live: bool, of_drawn: bool) -> Sitting:
    keep_freed_memory()
    sitter, clock = Sitter(seed, drawn if of_drawn else recorded), CostClock(slower)
    seen = sitter.seen if live else lambda now_s: _enlarged(sitter.seen(now_s))
    camera, judge = SeatedCamera(seen, clock), Judge(load_faces=installed_face_assessor)
    unmet, stills, error = None, 0, ""
    try:
        await judge.warm_up()
        clock.set_to(0.0)
        presented = await capture_face(
            camera,
            PortraitWanted(LIVE if live else PERMIT),
            rules=CaptureRules(),
            threshold=Thresholds().face,
            judge=judge,
            preview=SeenPreview(sitter.guided.hear, clock),
            clock=clock,
            wish=Wish(),
        )
        if presented.portrait is not None and presented.pixels is not None:
            stills = presented.portrait.stills
            unmet = tuple(each.name for each in presented.portrait.criteria if each.mandatory and not each.met)
    except DeviceError as failed:
        error = failed.code
    finally:
        seconds = clock.monotonic()
        await judge.close()
    return Sitting(seed, seconds, unmet, stills, camera.dropped, tuple(sitter.guided.told), error)


def _enlarged(pixels: Pixels) -> Pixels:
    larger = cv2.resize(pixels, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.uint8)


def report(sittings: Sequence[Sitting]) -> str:
    """For a person."""
    seconds = [each.seconds for each in sittings]
    told = Counter(code for each in sittings for code in each.told if code)
    lines = [
        "Simulated people before a simulated camera; the capture, its judge and its guidance are the box's own.",
        f"{len(sittings)} sat down: median {np.median(seconds):.2f} s, p95 {np.percentile(seconds, 95):.2f} s, "
        f"{min(seconds):.2f} to {max(seconds):.2f} s; failed {sum(each.failed for each in sittings)}.",
        "told, over all: " + ", ".join(f"{code} {count}" for code, count in told.most_common()),
    ]
    for each in sittings:
        if each.failed:
            what = each.error or ("no portrait" if each.unmet is None else ", ".join(each.unmet) or "too slow")
            lines.append(f"failed, seed {each.seed}: {each.seconds:.1f} s, {what}; told {' '.join(each.told)}")
    return "\n".join(lines) + "\n"


def rows() -> list[Row]:
    sittings = measured(range(PEOPLE))
    sys.stderr.write(report(sittings))
    seconds = [each.seconds for each in sittings]
    failed = float(sum(each.failed for each in sittings))
    who = f"{len(sittings)} simulated people who follow the guidance"
    return [
        _row(f"sitting down to the kept still, median of {who}", float(np.median(seconds)), "s", GOAL_S),
        _row(f"sitting down to the kept still, p95 of {who}", float(np.percentile(seconds, 95)), "s", AUTOMATED_S),
        _row(f"without a portrait that meets the mandatory limits, of {who}", failed, "", 0.0),
    ]


def _row(measure: str, ours: float, unit: str, goal: float) -> Row:
    return Row(measure=measure, ours=ours, unit=unit, against="goal", peer=goal, goal=Goal.AT_MOST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--first", type=int, default=0, help="the first person's seed")
    parser.add_argument("--live", action="store_true", help="the live profile, of 1280 by 720")
    parser.add_argument("--slower", type=float, default=1.0, help="how many times slower the box judges")
    parser.add_argument("--drawn", action="store_true", help="drawn people, also where there are portraits")
    chosen = parser.parse_args()
    found = measured(
        range(chosen.first, chosen.first + chosen.people), live=chosen.live, slower=chosen.slower, of_drawn=chosen.drawn
    )
    sys.stdout.write(report(found))
    for one in found:
        sys.stdout.write(
            f"{one.seed:>4} {one.seconds:6.2f} s, {one.stills} stills, {one.dropped} dropped: {' '.join(one.told)}\n"
        )
