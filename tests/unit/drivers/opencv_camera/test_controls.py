"""A camera's controls: what is asked for is set in order or refused, what is not asked for is left alone."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.contracts import CameraRequest, PrivatePool
from drivers.errors import OptionInvalid
from drivers.opencv_camera.controls import CameraControls, apply
from drivers.opencv_camera.driver import OpenCvCamera, Options


class Camera:
    """Takes what it has, like Video4Linux does: what is over `most` becomes that without a word."""

    def __init__(self, *has: int, most: float = 12_000.0) -> None:
        self._has = has
        self._most = most
        self.taken: list[tuple[int, float]] = []

    def set(self, property_id: int, value: float, /) -> bool:
        self.taken.append((property_id, value))
        return property_id in self._has

    def get(self, property_id: int, /) -> float:
        return min(dict(self.taken)[property_id], self._most)


EXPOSURE = (cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE)


@pytest.mark.parametrize(
    ("controls", "taken"),
    [
        (CameraControls(), []),
        (CameraControls(exposure_ms=8.0), [(EXPOSURE[0], 1), (EXPOSURE[1], 80.0)]),
        (CameraControls(exposure_ms=0.01), [(EXPOSURE[0], 1), (EXPOSURE[1], 1.0)]),
        (CameraControls(focus=30), [(cv2.CAP_PROP_AUTOFOCUS, 0), (cv2.CAP_PROP_FOCUS, 30.0)]),
        (CameraControls(white_balance_k=5000), [(cv2.CAP_PROP_AUTO_WB, 0), (cv2.CAP_PROP_WB_TEMPERATURE, 5000.0)]),
    ],
)
def test_the_automatic_goes_off_before_the_value_is_set(
    controls: CameraControls, taken: list[tuple[int, float]]
) -> None:
    camera = Camera(*(property_id for property_id, _ in taken))
    apply(camera, controls)
    assert camera.taken == taken


def test_a_control_that_the_camera_does_not_have_is_named() -> None:
    with pytest.raises(OptionInvalid, match="focus"):
        apply(Camera(*EXPOSURE), CameraControls(exposure_ms=5.0, focus=1))


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (CameraControls(focus=300), "makes 250 of the focus 300"),
        (CameraControls(exposure_ms=40.0), "makes 25 of the exposure 40"),
    ],
)
def test_a_value_that_the_camera_brings_inside_its_range_is_refused(controls: CameraControls, said: str) -> None:
    with pytest.raises(OptionInvalid, match=said):
        apply(Camera(*EXPOSURE, cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_FOCUS, most=250.0), controls)


def test_a_value_that_the_camera_rounds_to_its_own_steps_is_well() -> None:
    apply(Camera(*EXPOSURE, most=156.0), CameraControls(exposure_ms=16.0))


def test_an_automatic_that_stays_on_is_no_rounding() -> None:
    with pytest.raises(OptionInvalid, match="makes"):
        apply(Camera(*EXPOSURE, most=0.0), CameraControls(exposure_ms=16.0))


def test_a_value_that_cannot_be_read_back_is_believed() -> None:
    apply(Camera(*EXPOSURE, most=-1.0), CameraControls(exposure_ms=5.0))


@pytest.mark.parametrize("exposure_ms", [0.5, 20.5])
def test_the_exposure_stays_within_the_profiles_limits(exposure_ms: float) -> None:
    with pytest.raises(OptionInvalid, match="1 to 20 ms"):
        CameraControls(exposure_ms=exposure_ms).within(1.0, 20.0)
    assert CameraControls(exposure_ms=exposure_ms).within(None, None).exposure_ms == exposure_ms


def test_only_a_usb_camera_has_controls() -> None:
    with pytest.raises(OptionInvalid, match="USB"):
        OpenCvCamera(Options(device="http://127.0.0.1:1/stream", focus=3))


@pytest.mark.parametrize("orientation_deg", [0, 90, 180, 270])
def test_a_camera_that_is_built_in_sideways_gives_an_upright_picture(orientation_deg: int, tmp_path: Path) -> None:
    upright = np.zeros((60, 80, 3), np.uint8)
    upright[:10] = 255
    turns = {0: None, 90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
    turn = turns[orientation_deg]
    path = tmp_path / "seen.png"
    cv2.imwrite(str(path), upright if turn is None else cv2.rotate(upright, turn))
    camera = OpenCvCamera(Options(device=str(path), orientation_deg=orientation_deg))  # type: ignore[arg-type]
    camera.open()
    try:
        frames = camera.stream(CameraRequest(frame_limit=1, timeout_s=30.0), PrivatePool(), threading.Event())
        assert np.array_equal(next(frames).pixels, upright)
        frames.close()  # type: ignore[attr-defined]
    finally:
        camera.close()
