"""What judges faces as it is installed here: the networks, or simpler measures. Part of the composition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from appliance.errors import ModelError
from appliance.installed_face_networks import DETECTION, LANDMARKER, SEGMENTATION, FaceNetworks, installed_face_networks
from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.face_assessor import FaceAssessor
from appliance.quality.portrait import PortraitAssessor

log = structlog.get_logger(__name__)


class InstalledFaces:
    """For the daemon, which goes on judging whatever is wrong with its packs, and says so on the health page."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.missing: Sequence[str] = ()
        """The packs that are not there or damaged, once `load` has looked."""

    def load(self) -> FaceAssessor:
        """In the thread that will judge: takes a fraction of a second. A damaged pack is as good as none."""
        try:
            networks = installed_face_networks(self._folder)
        except ModelError as error:
            log.warning("model-unusable", code=error.code)
            networks = FaceNetworks(None, None, None, None, (DETECTION, LANDMARKER, SEGMENTATION))
        self.missing = networks.missing
        return _assessor(networks)


def installed_face_assessor() -> FaceAssessor:
    """For a command. Raises ModelError where a pack is damaged or cannot be read."""
    return _assessor(installed_face_networks())


def _assessor(networks: FaceNetworks) -> FaceAssessor:
    if networks.detector is None or networks.landmarker is None or networks.blendshapes is None:
        return SimpleFaceAssessor()
    return PortraitAssessor(networks.detector, networks.landmarker, networks.blendshapes, networks.segmenter)
