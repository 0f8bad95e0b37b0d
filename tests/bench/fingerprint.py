"""Fingerprint quality against NFIQ 2 v2.3's own scores, and its time against `nbis-py`'s, in turns in one run.

Needs `../shared/data/fingerprint` and the model pack. One core: NumPy's and OpenCV's threads are switched off.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.installed_forest import installed_forest
from appliance.quality.fingerprint import assess_fingerprint
from appliance.quality.nfiq2 import names
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.score import Scored, nfiq2
from appliance.runtime.memory import keep_freed_memory
from drivers.contracts import Pixels
from tests.bench.peers import peer_python
from tests.bench.row import Row
from tests.spearman import spearman

DATA: Final = Path(__file__).parents[3] / "shared" / "data" / "fingerprint"
OF_MINUTIAE: Final = (names.MINUTIAE_IN_CENTRE, names.MINUTIAE, names.MINUTIAE_GREY, names.MINUTIAE_CERTAIN)
_REFERENCE: Final = "NFIQ 2 v2.3, goal"
_WARM: Final = 8


def rows() -> list[Row]:
    forest = _forest()
    reference = _reference()
    images = [_read(row) for row in reference]
    keep_freed_memory()
    cv2.setNumThreads(1)
    for image in images[:_WARM]:
        nfiq2(image, forest)
    found, ms, peer_ms, verdict_ms, preview_ms = _measured(images, forest)
    table = list(_agreement(reference, found, forest))
    table += [
        Row(measure="CPU a score, median", ours=float(np.median(ms)), unit="ms", against="goal", peer=12.0),
        Row(measure="CPU a score, p95", ours=float(np.percentile(ms, 95)), unit="ms", against="goal", peer=20.0),
        Row(
            measure="CPU a score, median",
            ours=float(np.median(ms)),
            unit="ms",
            against="nbis-py's NFIQ 2 (goal: ratio 0.125)",
            peer=float(np.median(peer_ms)),
        ),
        Row(
            measure="CPU a verdict (score and guidance), median",
            ours=float(np.median(verdict_ms)),
            unit="ms",
            against="goal",
            peer=12.0,
        ),
        Row(
            measure="CPU a verdict (score and guidance), p95",
            ours=float(np.percentile(verdict_ms, 95)),
            unit="ms",
            against="goal",
            peer=20.0,
        ),
        Row(
            measure="CPU a preview's verdict, median",
            ours=float(np.median(preview_ms)),
            unit="ms",
            against="goal",
            peer=4.0,
        ),
        Row(
            measure="CPU a preview's verdict, p95",
            ours=float(np.percentile(preview_ms, 95)),
            unit="ms",
            against="goal",
            peer=4.0,
        ),
    ]
    return table


def _forest() -> Forest:
    forest = installed_forest()
    if forest is None:
        raise QualityError("NIST's forest is not installed: run 'claim-kiosk models install'.", code="model-missing")
    return forest


def _reference() -> list[dict[str, str]]:
    with (DATA / "nfiq2_v2.3_reference.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _read(row: dict[str, str]) -> Pixels:
    image = cv2.imread(str(DATA / row["set"] / row["file"]), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise FileNotFoundError(row["file"])
    return np.asarray(image, np.uint8)


def _measured(
    images: Sequence[Pixels], forest: Forest
) -> tuple[list[Scored], list[float], list[float], list[float], list[float]]:
    """Ours and theirs in turns, so that whatever else the machine does falls on both."""
    found, ms, peer_ms, verdict_ms, preview_ms = [], [], [], [], []
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-bench-") as folder, _peer() as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        path = Path(folder) / "image.png"
        for image in images:
            path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
            begin = time.process_time()
            found.append(nfiq2(image, forest))
            ms.append((time.process_time() - begin) * 1000)
            peer.stdin.write(f"{path}\n")
            peer.stdin.flush()
            peer_ms.append(json.loads(peer.stdout.readline())["ms"])
            begin = time.process_time()
            assess_fingerprint(image, forest=forest)
            verdict_ms.append((time.process_time() - begin) * 1000)
            begin = time.process_time()
            assess_fingerprint(image)
            preview_ms.append((time.process_time() - begin) * 1000)
    return found, ms, peer_ms, verdict_ms, preview_ms


def _peer() -> subprocess.Popen[str]:
    script = Path(__file__).with_name("nbis_peer.py")
    return subprocess.Popen(
        [peer_python(), "-s", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def _agreement(reference: Sequence[dict[str, str]], found: Sequence[Scored], forest: Forest) -> Iterator[Row]:
    theirs = np.array([float(row["nfiq2"]) for row in reference])
    ours = np.array([float("nan") if one.score is None else float(one.score) for one in found])
    scored = ~np.isnan(ours)
    sets = np.array([row["set"] for row in reference])
    yield Row(measure="impressions without a score", ours=float((~scored).sum()), unit="", against=_REFERENCE, peer=0.0)
    for name, chosen in _groups(sets):
        rho = spearman(ours[scored & chosen], theirs[scored & chosen])
        goal = 0.97 if name == "pooled" else 0.90
        yield Row(measure=f"Spearman's rho, {name}", ours=rho, unit="", against=_REFERENCE, peer=goal)
    equal = np.array(
        [
            one.score is not None
            and forest.score({**one.measures, **{name: float(row[name]) for name in OF_MINUTIAE}}) == int(row["nfiq2"])
            for row, one in zip(reference, found, strict=True)
        ]
    )
    for name, chosen in _groups(sets):
        error = float(np.abs(ours - theirs)[scored & chosen].mean())
        yield Row(measure=f"mean absolute error, {name}", ours=error, unit="", against=_REFERENCE, peer=4.0)
    for name, chosen in _groups(sets):
        yield Row(
            measure=f"equal scores, given the reference's minutiae, {name}",
            ours=100 * float(equal[chosen].mean()),
            unit="%",
            against=_REFERENCE,
            peer=98.0,
        )


def _groups(sets: NDArray[np.str_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """All together, then set by set."""
    yield "pooled", np.ones(len(sets), np.bool_)
    for name in sorted(set(sets.tolist())):
        yield name, sets == name
