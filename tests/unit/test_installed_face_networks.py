"""What is missing is named, and what is there is used all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.installed_face_networks import DETECTION, LANDMARKER, SEGMENTATION, installed_face_networks
from appliance.models.manifest import load_packs
from appliance.models.store import PackState, models_folder, verify


def test_without_packs_there_is_nothing_and_each_is_named(tmp_path: Path) -> None:
    found = installed_face_networks(tmp_path)
    assert found.missing == (DETECTION, LANDMARKER, SEGMENTATION)
    assert (found.detector, found.landmarker, found.blendshapes, found.segmenter) == (None, None, None, None)


def test_one_pack_serves_without_the_others_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    if verify(load_packs()[DETECTION], models_folder()) is not PackState.INSTALLED:
        pytest.skip(f"needs the model pack {DETECTION} (scripts/models)")
    shutil.copytree(models_folder() / DETECTION, tmp_path / DETECTION)
    found = installed_face_networks(tmp_path)
    assert found.detector is not None
    assert found.missing == (LANDMARKER, SEGMENTATION)
    (network,) = (tmp_path / DETECTION).rglob("*.tflite")
    network.write_bytes(network.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError) as refusal:
        installed_face_networks(tmp_path)
    assert refusal.value.code == "model-mismatch"
