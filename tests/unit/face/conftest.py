"""The networks as they are installed, and pictures for them."""

from __future__ import annotations

import pytest

from appliance.face.blendshapes import BlendshapeReader
from appliance.face.detection import FaceDetector
from appliance.face.following import FaceFollower
from appliance.face.landmarks import FaceLandmarker
from appliance.face.search import FaceSearch
from appliance.face.segmentation import PersonSegmenter
from appliance.installed_face_networks import FaceNetworks, installed_face_networks
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face


@pytest.fixture(scope="session")
def networks() -> FaceNetworks:
    """The test is skipped, with the reason, where a pack is missing."""
    installed = installed_face_networks()
    if installed.missing:
        pytest.skip(f"needs the model packs {', '.join(installed.missing)} (scripts/models)")
    return installed


@pytest.fixture(scope="session")
def detector(networks: FaceNetworks) -> FaceDetector:
    assert networks.detector
    return networks.detector


@pytest.fixture(scope="session")
def landmarker(networks: FaceNetworks) -> FaceLandmarker:
    assert networks.landmarker
    return networks.landmarker


@pytest.fixture(scope="session")
def blendshapes(networks: FaceNetworks) -> BlendshapeReader:
    assert networks.blendshapes
    return networks.blendshapes


@pytest.fixture(scope="session")
def segmenter(networks: FaceNetworks) -> PersonSegmenter:
    assert networks.segmenter
    return networks.segmenter


@pytest.fixture(scope="session")
def search(detector: FaceDetector, landmarker: FaceLandmarker) -> FaceSearch:
    return FaceSearch(detector, landmarker)


@pytest.fixture(scope="session")
def follower(detector: FaceDetector, landmarker: FaceLandmarker) -> FaceFollower:
    return FaceFollower(detector, landmarker, detection_every_frames=5)


@pytest.fixture(scope="session")
def portrait() -> Pixels:
    """(720, 1280, 3): one person who does not exist."""
    return draw_face(3, 720, 1280)
