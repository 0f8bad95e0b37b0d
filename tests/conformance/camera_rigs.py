"""Every camera, and what is made of one, on its test bench.

Its emulator's faults begin after some frames: those that FFmpeg looks at before it calls a stream open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from drivers.camera_scanner.emulator import drawn_card, laid_on_desk
from drivers.contracts import Contract
from drivers.errors import DeviceAccessDenied, DeviceLost, DeviceProtocolError, DeviceTimedOut, ScannerEmpty
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera, drawn_portraits
from drivers.opencv_camera.told_time import told_ns
from tests.conformance.rig import HARMLESS, REFUSE, FaultCase, Options, Rig


@contextmanager
def _video_file(_: FaultPlan, directory: Path) -> Iterator[Options]:
    path = directory / "portrait.avi"
    frames = drawn_portraits(8, 120, 160)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (160, 120))
    for frame in frames:
        writer.write(frame)
    writer.release()
    yield {"device": str(path)}


@contextmanager
def _still_file(_: FaultPlan, directory: Path) -> Iterator[Options]:
    path = directory / "portrait.png"
    cv2.imwrite(str(path), np.asarray(drawn_portraits(1, 120, 160)[0]))
    yield {"device": str(path)}


@contextmanager
def _http(plan: FaultPlan, _: Path) -> Iterator[Options]:
    images = drawn_portraits(4, 120, 160)
    with HttpCamera(CameraSettings(images=images, faults=plan, rate_hz=60.0, tells_time=True)) as camera:
        yield {"device": camera.address, "simulated": True, "open_timeout_s": 1.5, "read_timeout_s": 0.8}


@contextmanager
def _above_the_desk(plan: FaultPlan, _: Path) -> Iterator[Options]:
    empty = bool(plan.absent_s)
    page = np.full((4, 4, 3), 60, np.uint8) if empty else drawn_card(1300, 820)
    desk, _corners = laid_on_desk(page, size=(1200, 1600))
    faults = WELL_BEHAVED if empty else plan
    with HttpCamera(CameraSettings(images=[desk], faults=faults, rate_hz=60.0)) as camera:
        yield {"device": camera.address, "simulated": True, "open_timeout_s": 1.5, "read_timeout_s": 0.8}


_SEEN = 6
"""FFmpeg looks at a few frames before it calls a stream open: faults begin after those."""
_HTTP_FAULTS = (
    *HARMLESS,
    REFUSE,
    FaultCase(name="absent", plan=FaultPlan(after_frames=_SEEN, absent_s=60.0), error=DeviceTimedOut, timeout_s=0.3),
    FaultCase(name="drop", plan=FaultPlan(after_frames=_SEEN, drop=True), error=DeviceLost),
    FaultCase(name="hang", plan=FaultPlan(after_frames=_SEEN, hang=True), error=DeviceLost),
    FaultCase(name="unplug", plan=FaultPlan(after_frames=_SEEN, unplug=True), error=DeviceLost),
    FaultCase(name="crash", plan=FaultPlan(after_frames=_SEEN, crash=True), error=DeviceLost),
    # OpenCV answers alike for a picture that cannot be decoded and for a camera that is gone.
    FaultCase(name="corrupt", plan=FaultPlan(after_frames=_SEEN, corrupt=True), error=DeviceLost),
    FaultCase(name="never-a-picture", plan=FaultPlan(corrupt=True), error=DeviceProtocolError, opening=True),
    FaultCase(name="never-an-answer", plan=FaultPlan(hang=True), error=DeviceTimedOut, opening=True),
)

CAMERA_RIGS: tuple[Rig, ...] = (
    Rig(
        name="opencv-video-file",
        contract=Contract.CAMERA,
        driver_id="opencv-camera",
        bench=_video_file,
        faults=(),
        can_wait=False,
    ),
    Rig(
        name="opencv-still-file",
        contract=Contract.CAMERA,
        driver_id="opencv-camera",
        bench=_still_file,
        faults=(),
        can_wait=False,
    ),
    Rig(
        name="opencv-http",
        contract=Contract.CAMERA,
        driver_id="opencv-camera",
        bench=_http,
        faults=_HTTP_FAULTS,
        quiet_plan=FaultPlan(after_frames=_SEEN, absent_s=60.0),
        frame_limit=_SEEN + 6,
        made_ns=told_ns,
        shows_meanwhile=True,
    ),
    Rig(
        name="camera-above-the-desk",
        contract=Contract.DOCUMENT_SCANNER,
        driver_id="camera-scanner",
        bench=_above_the_desk,
        faults=(
            FaultCase(name="refuse", plan=FaultPlan(refuse=True), error=DeviceAccessDenied, opening=True),
            FaultCase(name="hang", plan=FaultPlan(after_frames=2, hang=True), error=DeviceLost),
            FaultCase(name="unplug", plan=FaultPlan(after_frames=2, unplug=True), error=DeviceLost),
            FaultCase(name="absent", plan=FaultPlan(absent_s=60.0), error=ScannerEmpty, timeout_s=0.5),
        ),
    ),
)
