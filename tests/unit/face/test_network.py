"""A network is what it says it is, or it is not used."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from appliance.errors import ModelError
from appliance.face.detection import FaceDetector
from appliance.face.network import Network, probability
from appliance.face.task_bundle import MAX_NETWORK_BYTES, read_networks
from appliance.installed_face_networks import DETECTION, LANDMARKER
from appliance.models.store import open_pack

_DETECTION_FILE = "face_detection_full_range_sparse.tflite"


def _task(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "file", [b"", b"TFL3", bytes(2000), b"\x1c\0\0\0TFL3" + bytes(2000)], ids=["empty", "short", "zeros", "mark only"]
)
def test_what_is_no_network_is_refused_by_name(file: bytes) -> None:
    with pytest.raises(ModelError) as refusal:
        Network(file, takes=(1, 2), gives=((1, 2),))
    assert refusal.value.code == "model-invalid"


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize(
    ("takes", "gives"),
    [
        ((1, 128, 128, 3), ((1, 2304, 16), (1, 2304, 1))),
        ((1, 192, 192, 3), ((1, 2304, 1), (1, 2304, 16))),
        ((1, 192, 192, 3), ((1, 2304, 16),)),
    ],
    ids=["another input", "another order", "another output"],
)
def test_a_network_of_another_shape_is_refused_by_name(
    takes: tuple[int, ...], gives: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(ModelError, match="shape") as refusal:
        Network(open_pack(DETECTION)[_DETECTION_FILE], takes=takes, gives=gives)
    assert refusal.value.code == "model-invalid"


@pytest.mark.usefixtures("networks")
def test_one_network_is_not_taken_for_another() -> None:
    (expressions,) = read_networks(open_pack(LANDMARKER)["face_landmarker.task"], "face_blendshapes.tflite")
    with pytest.raises(ModelError, match="shape"):
        FaceDetector(expressions)


def test_a_certainty_is_a_probability_however_far_out() -> None:
    assert probability(0) == 0.5
    assert probability(1e9) == pytest.approx(1)
    assert probability(-1e9) == pytest.approx(0)
    assert np.isfinite([probability(value) for value in (-1e30, 1e30)]).all()


def test_members_come_in_the_order_asked_for() -> None:
    assert read_networks(_task(a=b"1", b=b"2", c=b"3"), "c", "a") == (b"3", b"1")


@pytest.mark.parametrize(
    "file",
    [b"", b"PK", bytes(500), _task(b=b"1"), _task(a=bytes(MAX_NETWORK_BYTES + 1)), _task(a=b"1")[:-30]],
    ids=["empty", "two letters", "zeros", "without it", "far too large", "cut"],
)
def test_a_bundle_that_is_none_is_refused_by_name(file: bytes) -> None:
    with pytest.raises(ModelError) as refusal:
        read_networks(file, "a")
    assert refusal.value.code == "model-invalid"
