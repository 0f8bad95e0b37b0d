"""What the networks for faces cost and how close they come, on one core: no library has threads of its own.

Needs the model packs; errors and counts also need `../shared/data/face`. Memory is that of a process of its own that
has loaded all four networks and looked at frames with them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from appliance.errors import QualityError
from appliance.face.blendshapes import BlendshapeReader
from appliance.face.crop import around_detection, around_landmarks
from appliance.face.detection import FaceDetector
from appliance.face.following import FaceFollower
from appliance.face.inner_points import inner_points
from appliance.face.landmarks import FaceLandmarker
from appliance.face.search import FaceSearch
from appliance.face.segmentation import PersonSegmenter
from appliance.face.tracking import Track
from appliance.installed_face_networks import installed_face_networks
from appliance.quality.portrait import PortraitAssessor
from appliance.runtime.memory import keep_freed_memory
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from tests.bench.crowds import Crowd, crowd, missed_and_invented, portraits
from tests.bench.row import Goal, Row
from tests.unit.face.annotated import mean_error, read_inner_points
from tests.unit.face.test_recorded_faces import ANNOTATED, FACES, LARGEST_ERROR

DATA: Final = Path(__file__).parents[3] / "shared" / "data" / "face"
_FRAME: Final = DATA / "examples_obama-720p.jpg"
_REPEATS: Final = 300
_WARM: Final = 20
_MB: Final = 1e6
_CROWDS: Final = range(2000, 2030)
_GOAL: Final = "goal"
_MEASURED: Final = "goal: measured-peers.md's figure"


def rows() -> list[Row]:
    keep_freed_memory()
    cv2.setNumThreads(1)
    detector, landmarker, blendshapes, segmenter = _networks()
    frame = _frame()
    table = list(_times(frame, detector, landmarker, blendshapes, segmenter))
    table += _judging(frame, PortraitAssessor(detector, landmarker, blendshapes, segmenter))
    table.append(_row("memory of a process that judges with all networks", _memory_mb(), "MB", 200.0))
    if DATA.is_dir():
        table += _errors(detector, landmarker)
        table += _counts(FaceSearch(detector, landmarker))
    return table


def _networks() -> tuple[FaceDetector, FaceLandmarker, BlendshapeReader, PersonSegmenter]:
    found = installed_face_networks()
    if not found.detector or not found.landmarker or not found.blendshapes or not found.segmenter:
        raise QualityError(
            f"Not installed: {', '.join(found.missing)}: run 'claim-kiosk models install'.", code="model-missing"
        )
    return found.detector, found.landmarker, found.blendshapes, found.segmenter


def _frame() -> Pixels:
    """(720, 1280, 3): a photograph, or a drawing where there is none."""
    image = cv2.imread(str(_FRAME)) if _FRAME.is_file() else None
    return draw_face(1, 720, 1280) if image is None else np.asarray(image, np.uint8)


def _times(
    frame: Pixels,
    detector: FaceDetector,
    landmarker: FaceLandmarker,
    blendshapes: BlendshapeReader,
    segmenter: PersonSegmenter,
) -> Iterator[Row]:
    seen = landmarker.settle(frame, around_detection(detector.detect(frame)[0]))
    crop = around_landmarks(seen.points)
    parts: dict[str, tuple[Callable[[], object], float]] = {
        "detection": (lambda: detector.detect(frame), 8.2),
        "landmarks": (lambda: landmarker.locate(frame, crop), 6.5),
        "blendshapes": (lambda: blendshapes.read(seen), 0.9),
        "segmentation": (lambda: segmenter.mask(frame), 2.5),
    }
    for name, (look, peer) in parts.items():
        yield _row(f"CPU {name}, median", float(np.median(_ms(look))), "ms", peer, _MEASURED)
    following = _Following(FaceFollower(detector, landmarker), frame)
    ms = _ms(following.step)
    yield _row(
        "CPU a tracked frame, median", float(np.median(ms)), "ms", 12.0, "goal: MediaPipe's in measured-peers.md"
    )
    yield _row("CPU a tracked frame, p95", float(np.percentile(ms, 95)), "ms", 25.0)

    def whole() -> None:
        following.step()
        blendshapes.read(seen)
        segmenter.small_mask(frame)

    ms = _ms(whole)
    yield _row("CPU tracking, blendshapes, segmentation, median", float(np.median(ms)), "ms", 14.0)
    yield _row("CPU tracking, blendshapes, segmentation, p95", float(np.percentile(ms, 95)), "ms", 25.0)
    search = FaceSearch(detector, landmarker)
    yield _row(
        "CPU a search of a kept picture, median", float(np.median(_ms(lambda: search.find(frame), 15))), "ms", 400
    )


def _judging(frame: Pixels, assessor: PortraitAssessor) -> Iterator[Row]:
    """Whole looks included: what an attendance asks of a preview, and all 28 components of a frame."""
    at = "at 1280x720 in tracking mode"
    judged: dict[str, Callable[[], object]] = {
        f"CPU a preview's judgement {at}": lambda: assessor.glance(frame),
        f"CPU full judgement a frame {at}": lambda: assessor.glance(frame, with_background=True),
    }
    for name, look in judged.items():
        ms = _ms(look)
        yield _row(f"{name}, median", float(np.median(ms)), "ms", 14.0)
        yield _row(f"{name}, p95", float(np.percentile(ms, 95)), "ms", 25.0)
    kept = _ms(lambda: assessor.assess(frame), 15)
    yield _row("CPU judgement of a kept picture, median", float(np.median(kept)), "ms", 500.0, "our own goal")


class _Following:
    """The same frame again and again, whole looks included."""

    def __init__(self, follower: FaceFollower, frame: Pixels) -> None:
        self._follower = follower
        self._frame = frame
        self._track = Track()

    def step(self) -> None:
        self._track = self._follower.follow(self._track, self._frame).track


def _ms(look: Callable[[], object], repeats: int = _REPEATS) -> list[float]:
    for _ in range(min(_WARM, repeats)):
        look()
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        look()
        taken.append((time.process_time() - begin) * 1000)
    return taken


def _errors(detector: FaceDetector, landmarker: FaceLandmarker) -> Iterator[Row]:
    for name in ANNOTATED:
        (path,) = DATA.glob(f"{name}.[jp]p[gm]")
        picture = np.asarray(cv2.imread(str(path)), np.uint8)
        annotated = read_inner_points(DATA / f"{name}.pts")
        middle = annotated.mean(axis=0)
        face = min(detector.detect(picture), key=lambda one: float(np.linalg.norm(one.centre - middle)))
        looks = {
            "in a preview": landmarker.settle(picture, around_detection(face)),
            "in a kept picture": landmarker.locate_carefully(picture, around_detection(face)),
        }
        for when, found in looks.items():
            error = mean_error(inner_points(found.points), annotated)
            yield _row(f"error of the inner 51 points {when}, {path.stem}", error, "", LARGEST_ERROR)


def _counts(search: FaceSearch) -> Iterator[Row]:
    found = {name: len(search.find(np.asarray(cv2.imread(str(DATA / name)), np.uint8))) for name in FACES}
    missed = sum(max(0, FACES[name] - count) for name, count in found.items())
    invented = sum(max(0, count - FACES[name]) for name, count in found.items())
    yield _row(f"faces missed, of {sum(FACES.values())}", missed, "", 0.0)
    yield _row(f"faces invented, in {len(FACES)} pictures", invented, "", 0.0)
    people = portraits(DATA, search)
    for name, grey in (("", False), (" without colour", True)):
        counts = [_in_crowd(search, crowd(seed, people), grey=grey) for seed in _CROWDS]
        missed, invented, faces = (sum(column) for column in zip(*counts, strict=True))
        yield _row(f"faces missed in collages{name}, of {faces}", missed, "", 0.0)
        yield _row(f"faces invented in {len(_CROWDS)} collages{name}", invented, "", 0.0)


def _in_crowd(search: FaceSearch, group: Crowd, *, grey: bool) -> tuple[int, int, int]:
    picture = np.asarray(cv2.cvtColor(group.picture, cv2.COLOR_BGR2GRAY), np.uint8) if grey else group.picture
    found = [face.detected.box for face in search.find(picture)]
    return (*missed_and_invented(found, group), len(group.faces))


def _memory_mb() -> float:
    command = [sys.executable, "-m", "tests.bench.face"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ), timeout=120)
    return float(done.stdout)


def _row(measure: str, ours: float, unit: str, peer: float, against: str = _GOAL) -> Row:
    return Row(measure=measure, ours=ours, unit=unit, against=against, peer=peer, goal=Goal.AT_MOST)


def main() -> None:
    """Prints this process's resident memory in megabytes, once it has done with frames what the appliance does."""
    keep_freed_memory()
    cv2.setNumThreads(1)
    detector, landmarker, blendshapes, segmenter = _networks()
    frame = _frame()
    assessor = PortraitAssessor(detector, landmarker, blendshapes, segmenter)
    for _ in range(_WARM):
        assessor.glance(frame, with_background=True)
    assessor.assess(frame)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    sys.stdout.write(f"{pages * os.sysconf('SC_PAGE_SIZE') / _MB}\n")


if __name__ == "__main__":
    main()
