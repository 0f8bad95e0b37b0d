"""The networks for faces as they are installed here, for whoever judges portraits. Part of the composition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from appliance.errors import ModelError
from appliance.face.blendshapes import BlendshapeReader
from appliance.face.detection import FaceDetector
from appliance.face.landmarks import FaceLandmarker
from appliance.face.segmentation import PersonSegmenter
from appliance.face.task_bundle import read_networks
from appliance.models.store import open_pack

DETECTION: Final = "face-detection"
LANDMARKER: Final = "face-landmarker"
SEGMENTATION: Final = "selfie-segmentation"
_MISSING: Final = "model-missing"

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class FaceNetworks:
    """None stands for what a missing pack would give; `missing` names those packs. One thread at a time."""

    detector: FaceDetector | None
    landmarker: FaceLandmarker | None
    blendshapes: BlendshapeReader | None
    segmenter: PersonSegmenter | None
    missing: tuple[str, ...]


def installed_face_networks(folder: Path | None = None) -> FaceNetworks:
    """Loads what is installed, in the thread that will use it: takes a fraction of a second, and files are read.

    Raises ModelError where a pack is damaged or cannot be read.
    """
    missing: list[str] = []

    def from_pack(pack_id: str, load: Callable[[dict[str, bytes]], _Part]) -> _Part | None:
        try:
            return load(open_pack(pack_id, folder))
        except ModelError as error:
            if error.code != _MISSING:
                raise
            missing.append(pack_id)
            return None

    detector = from_pack(DETECTION, _detector)
    points = from_pack(LANDMARKER, _landmarker)
    segmenter = from_pack(SEGMENTATION, _segmenter)
    landmarker, blendshapes = points or (None, None)
    return FaceNetworks(detector, landmarker, blendshapes, segmenter, tuple(missing))


def _detector(files: dict[str, bytes]) -> FaceDetector:
    return FaceDetector(files["face_detection_full_range_sparse.tflite"])


def _landmarker(files: dict[str, bytes]) -> tuple[FaceLandmarker, BlendshapeReader]:
    names = ("face_landmarks_detector.tflite", "face_blendshapes.tflite")
    points, expressions = read_networks(files["face_landmarker.task"], *names)
    return FaceLandmarker(points), BlendshapeReader(expressions)


def _segmenter(files: dict[str, bytes]) -> PersonSegmenter:
    return PersonSegmenter(files["selfie_segmentation.tflite"], files["selfie_segmentation_landscape.tflite"])
