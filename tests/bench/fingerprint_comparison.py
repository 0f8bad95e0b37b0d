"""Whether two impressions are of one finger, against NBIS's bozorth3: errors and CPU time on the shared sets.

Of each set all 280 pairs of one finger and all 2,880 of two. `missed` are pairs of one finger at or below the highest
score of two: the lowest threshold without a false alarm; bozorth3's are those below 40, which is its own. Where it
cannot be had, its figures are those once measured on these sets.

    python -m tests.bench fingerprint_comparison
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from appliance.errors import ServiceError
from appliance.fingerprint.comparison import compare
from appliance.fingerprint.minutiae import minutiae_in
from appliance.fingerprint.ridges import ridges_of
from appliance.fingerprint.template import Template, prepared
from appliance.quality.nfiq2.frame import without_frame
from tests.bench.peers import peer_python
from tests.bench.row import Row
from tests.guards.availability import SHARED_DATA

ONCE_MEASURED = {"fvc2002_db1b": (4.2, 83.6), "fvc2002_db3b": (9.0, 55.4), "fvc2004_db3b": (5.1, 75.7)}
"""Of bozorth3: the equal error rate and the pairs of one finger found at 40, in percent."""
BOZORTH3_THRESHOLD = 40.0
GOAL_PAIR_MS, GOAL_PREPARED_MS = 2.0, 10.0
_PEER = Path(__file__).with_name("bozorth3.py")


@dataclass(frozen=True)
class Measured:
    """`same`: of each pair, whether it is of one finger."""

    scores: np.ndarray
    same: np.ndarray
    cpu_ms: list[float]

    @property
    def genuine(self) -> np.ndarray:
        return np.asarray(self.scores[self.same])

    @property
    def impostor(self) -> np.ndarray:
        return np.asarray(self.scores[~self.same])

    def equal_error_percent(self) -> float:
        thresholds = np.unique(self.scores)
        missed = np.searchsorted(np.sort(self.genuine), thresholds) / self.genuine.size
        false = 1 - np.searchsorted(np.sort(self.impostor), thresholds) / self.impostor.size
        best = int(np.argmin(np.abs(missed - false)))
        return float(missed[best] + false[best]) * 50

    def missed_percent(self, highest_impostor: float | None = None) -> float:
        """At the lowest threshold that alarms no pair of two fingers: of this set, or of all."""
        highest = float(self.impostor.max()) if highest_impostor is None else highest_impostor
        return float(np.mean(self.genuine <= highest)) * 100


def rows() -> list[Row]:
    """Raises ServiceError without the shared sets."""
    prepared_ms: list[float] = []
    ours = {name: _ours(_files(name), prepared_ms) for name in ONCE_MEASURED}
    python = _peer_python()
    theirs = {name: _theirs(python, _files(name)) for name in ONCE_MEASURED}
    highest = max(float(one.impostor.max()) for one in ours.values())
    found = []
    for name, (once_equal, once_found) in ONCE_MEASURED.items():
        own, peer = ours[name], theirs[name]
        equal, missed, pair_ms, against = once_equal, 100 - once_found, GOAL_PAIR_MS, "our goal"
        if peer is not None:
            equal, pair_ms, against = peer.equal_error_percent(), statistics.median(peer.cpu_ms), "bozorth3"
            missed = float(np.mean(peer.genuine < BOZORTH3_THRESHOLD)) * 100
        found += [
            _percent(f"{name}: equal error rate", own.equal_error_percent(), equal),
            _percent(f"{name}: missed, no false alarm", own.missed_percent(), missed),
            _percent(f"{name}: missed, none in any set", own.missed_percent(highest), missed),
            Row(
                measure=f"{name}: CPU a pair, median",
                ours=statistics.median(own.cpu_ms),
                unit="ms",
                against=against,
                peer=pair_ms,
            ),
        ]
    median_ms = statistics.median(prepared_ms)
    pooled = _pooled(list(ours.values())).equal_error_percent()
    once_pooled = statistics.mean(equal for equal, _ in ONCE_MEASURED.values())
    known = [peer for peer in theirs.values() if peer is not None]
    peer_pooled = _pooled(known).equal_error_percent() if len(known) == len(theirs) else once_pooled
    return [
        *found,
        _percent("all sets: equal error rate", pooled, peer_pooled),
        Row(measure="CPU to prepare, median", ours=median_ms, unit="ms", against="our goal", peer=GOAL_PREPARED_MS),
    ]


def _percent(measure: str, ours: float, peer: float) -> Row:
    return Row(measure=measure, ours=ours, unit="%", against="bozorth3", peer=peer)


def _files(name: str) -> list[Path]:
    files = sorted((SHARED_DATA / "fingerprint" / name).glob("*.tif"))
    if not files:
        raise ServiceError(f"The benchmark needs the impressions of {name} beside the project.")
    return files


def _ours(files: Sequence[Path], prepared_ms: list[float]) -> Measured:
    templates = [_template(path, prepared_ms) for path in files]
    scores, cpu_ms = [], []
    for first, second in itertools.combinations(templates, 2):
        start = time.process_time_ns()
        scores.append(compare(first, second).score)
        cpu_ms.append((time.process_time_ns() - start) / 1e6)
    return Measured(np.array(scores), _same(files), cpu_ms)


def _template(path: Path, prepared_ms: list[float]) -> Template:
    """What finding the minutiae takes is not counted: quality needs them anyway."""
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise ServiceError(f"The benchmark cannot read {path.name}.")
    ridges = ridges_of(without_frame(np.asarray(pixels, np.uint8))[0])
    minutiae = minutiae_in(ridges)
    start = time.process_time_ns()
    template = prepared(ridges, minutiae)
    prepared_ms.append((time.process_time_ns() - start) / 1e6)
    return template


def _theirs(python: Path | None, files: Sequence[Path]) -> Measured | None:
    if python is None:
        return None
    command = [str(python), str(_PEER), *map(str, files)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=600).stdout)
    return Measured(np.array(answer["scores"]), _same(files), answer["cpu_ms"])


def _peer_python() -> Path | None:
    try:
        return peer_python()
    except subprocess.CalledProcessError:
        sys.stderr.write("bench: bozorth3 cannot be had; held against what it once did on these sets\n")
        return None


def _same(files: Sequence[Path]) -> np.ndarray:
    fingers = [path.stem.split("_")[0] for path in files]
    return np.array([first == second for first, second in itertools.combinations(fingers, 2)])


def _pooled(sets: Sequence[Measured]) -> Measured:
    return Measured(
        np.concatenate([one.scores for one in sets]),
        np.concatenate([one.same for one in sets]),
        [ms for one in sets for ms in one.cpu_ms],
    )
