"""Faces are judged by whatever is installed, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from appliance.installed_face_assessor import InstalledFaces
from appliance.installed_face_networks import DETECTION, LANDMARKER, SEGMENTATION, installed_face_networks
from appliance.quality.face import ALGORITHM
from appliance.quality.portrait import ALGORITHM as BY_NETWORKS

NOBODY = np.full((480, 640, 3), 190, np.uint8)


def test_without_packs_simpler_measures_go_on_under_their_own_name(tmp_path: Path) -> None:
    faces = InstalledFaces(tmp_path)
    assert not faces.missing, "nothing has been looked for yet"
    verdict = faces.load().glance(NOBODY)
    assert (verdict.algorithm, verdict.reasons) == (ALGORITHM, ("no-face",))
    assert set(faces.missing) == {DETECTION, LANDMARKER, SEGMENTATION}


def test_with_all_packs_the_networks_judge() -> None:
    if missing := installed_face_networks().missing:
        pytest.skip(f"needs the model packs {', '.join(missing)} (scripts/models)")
    faces = InstalledFaces()
    verdict = faces.load().glance(NOBODY)
    assert (verdict.algorithm, verdict.reasons) == (BY_NETWORKS, ("no-face",))
    assert not faces.missing
