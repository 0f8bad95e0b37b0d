"""Face components against OFIQ's published results, and the 16 model-free ones against `ofiqpy`'s, in turns in one run.

Needs `../shared/data/face`. One core. `ofiqpy` finds its landmarks with networks that no registry has: both are given
the same 98 points, a drawn face's laid on each photograph by its eyes, each time a little elsewhere. What is compared
are therefore the measures and not the landmarks.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from appliance.model.verdict import Component, Pose
from appliance.quality.eyes import EyeFinder
from appliance.quality.face_detection import FaceDetector
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.components import FaceInputs, face_components
from appliance.quality.iso29794_5.estimated.expression import WEIGHTS
from appliance.quality.iso29794_5.mapping import scalar
from appliance.quality.iso29794_5.model_free import model_free_components
from appliance.runtime.memory import keep_freed_memory
from drivers.contracts import Pixels
from tests.bench.peers import peer_python
from tests.bench.row import Goal, Row
from tests.unit.quality.iso29794_5.drawn_face import Points, laid_on, upright_98

DATA: Final = Path(__file__).parents[3] / "shared" / "data" / "face"
_WIDTH_PX, _HEIGHT_PX = 1280, 720
_EACH: Final = 40
"""Times that every photograph is judged, with other landmarks each time."""
_WARM: Final = 5
_AT_REST: Final = {name: 0.1 for side in WEIGHTS for name in side}


@dataclass(frozen=True, slots=True)
class Case:
    image: Pixels
    points: Points
    face_areas_px: list[float]
    yaw_deg: float


def rows() -> list[Row]:
    keep_freed_memory()
    cv2.setNumThreads(1)
    cases = list(_cases())
    for case in cases[:_WARM]:
        _ours(case)
    ms, peer_ms, all_ms, equal = _measured(cases)
    median = float(np.median(ms))
    return [
        *_published(),
        Row(
            measure="16 model-free scalars equal",
            ours=100 * float(np.mean(equal)),
            unit="%",
            against="goal",
            peer=99.0,
            goal=Goal.AT_LEAST,
        ),
        Row(
            measure="CPU of the 16 at 1280x720, median",
            ours=median,
            unit="ms",
            against="goal",
            peer=4.0,
            goal=Goal.AT_MOST,
        ),
        Row(
            measure="CPU of the 16 at 1280x720, p95",
            ours=float(np.percentile(ms, 95)),
            unit="ms",
            against="goal",
            peer=4.0,
            goal=Goal.AT_MOST,
        ),
        Row(
            measure="CPU of the 16 at 1280x720, median",
            ours=median,
            unit="ms",
            against="ofiqpy's 16 (goal: ratio 0.1)",
            peer=float(np.median(peer_ms)),
            goal=Goal.TENTH,
        ),
        Row(
            measure="CPU of all 28 at 1280x720, median",
            ours=float(np.median(all_ms)),
            unit="ms",
            against="ofiqpy's 16",
            peer=float(np.median(peer_ms)),
        ),
    ]


def _published() -> Iterator[Row]:
    with (DATA / "expected_results.csv").open(newline="") as file:
        published = list(csv.DictReader(file, delimiter=";"))
    exact = {
        name: sum(scalar(name, float(row[name])) == int(row[f"{name}.scalar"]) for row in published)
        for name in names.COMPONENTS
    }
    whole = sum(count == len(published) for count in exact.values())
    against = "OFIQ's published results, goal"
    yield Row(
        measure="components exact on every row",
        ours=float(whole),
        unit="",
        against=against,
        peer=28.0,
        goal=Goal.AT_LEAST,
    )
    yield Row(
        measure="scalars exact",
        ours=float(sum(exact.values())),
        unit="",
        against=against,
        peer=float(len(names.COMPONENTS) * len(published)),
        goal=Goal.AT_LEAST,
    )


def _cases() -> Iterator[Case]:
    chaos = np.random.default_rng(2026)
    detector, eye_finder = FaceDetector(), EyeFinder()
    for path in sorted(DATA.glob("*.jpg")):
        image = _fitted(path)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        faces = detector.find(grey)
        eyes = eye_finder.find(grey, faces[0]) if faces else None
        if eyes is None:
            continue
        for _ in range(_EACH):
            off = chaos.normal(0.0, 0.04 * eyes.distance_px, (2, 2))
            left, right = np.array(eyes.left) + off[0], np.array(eyes.right) + off[1]
            points = laid_on(upright_98() + chaos.normal(0.0, 2.0, (98, 2)), tuple(left), tuple(right))
            others = [float(chaos.integers(1, 900))] if chaos.random() < 0.3 else []
            yield Case(image, points, [1000.0, *others], float(chaos.normal(0.0, 6.0)))


def _fitted(path: Path) -> Pixels:
    """The picture in the middle of a camera's frame, its edges drawn out."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path.name)
    scale = min(_HEIGHT_PX / image.shape[0], _WIDTH_PX / image.shape[1])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, across = _HEIGHT_PX - small.shape[0], _WIDTH_PX - small.shape[1]
    top, left = down // 2, across // 2
    edged = cv2.copyMakeBorder(small, top, down - top, left, across - left, cv2.BORDER_REPLICATE)
    return np.asarray(edged, np.uint8)


def _measured(cases: Sequence[Case]) -> tuple[list[float], list[float], list[float], list[bool]]:
    """Ours and theirs in turns, so that whatever else the machine does falls on both."""
    ms, peer_ms, all_ms, equal = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-bench-") as folder, _peer() as peer:
        for number, case in enumerate(cases):
            theirs = _theirs(peer, case, Path(folder) / f"{number // _EACH}.png")
            peer_ms.append(theirs["ms"])
            begin = time.process_time()
            ours = _ours(case)
            ms.append((time.process_time() - begin) * 1000)
            inputs = _inputs(case)
            begin = time.process_time()
            face_components(inputs)
            all_ms.append((time.process_time() - begin) * 1000)
            equal += [ours[name].scalar == theirs["found"][name][1] for name in names.MODEL_FREE]
    return ms, peer_ms, all_ms, equal


def _ours(case: Case) -> dict[str, Component]:
    return model_free_components(
        case.image, from_adnet98(case.points), face_areas_px=case.face_areas_px, yaw_deg=case.yaw_deg
    )


def _inputs(case: Case) -> FaceInputs:
    """With everything that any of the 28 asks for."""
    return FaceInputs(
        image=case.image,
        landmarks=from_adnet98(case.points),
        pose=Pose(yaw_deg=case.yaw_deg, pitch_deg=0.0, roll_deg=0.0),
        face_areas_px=case.face_areas_px,
        background=_away_from(case),
        blendshapes=_AT_REST,
    )


def _away_from(case: Case) -> Pixels:
    """As coarse as a segmentation network's mask."""
    free = np.ones((144, 256), np.uint8)
    scale = 256 / _WIDTH_PX
    x, y = (case.points.mean(axis=0) * scale).astype(int).tolist()
    size = int(np.ptp(case.points[:, 1]) * scale)
    cv2.ellipse(free, (x, y), (size, int(1.3 * size)), 0, 0, 360, 0, -1)
    return free


def _theirs(peer: subprocess.Popen[str], case: Case, path: Path) -> dict[str, Any]:
    assert peer.stdin is not None
    assert peer.stdout is not None
    if not path.exists():
        path.write_bytes(cv2.imencode(".png", case.image)[1].tobytes())
    told = {
        "image": str(path),
        "landmarks": case.points.tolist(),
        "areas": case.face_areas_px,
        "yaw_deg": case.yaw_deg,
    }
    peer.stdin.write(json.dumps(told) + "\n")
    peer.stdin.flush()
    answer: dict[str, Any] = json.loads(peer.stdout.readline() or "{}")
    if not answer:
        raise OSError("ofiqpy gave no answer: it runs on Python 3.11 and 3.12 only.")
    return answer


def _peer() -> subprocess.Popen[str]:
    script = Path(__file__).with_name("ofiqpy_peer.py")
    return subprocess.Popen(
        [peer_python(), "-s", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
