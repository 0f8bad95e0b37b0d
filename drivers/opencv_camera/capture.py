"""Opening a source with OpenCV: bounded in time, and every refusal as a typed error.

Not responsible for reading frames (`player`).
"""

from __future__ import annotations

import errno
import math
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Never, Protocol

import cv2

from drivers.errors import (
    DeviceAccessDenied,
    DeviceBusy,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
    OptionInvalid,
    RequestUnsupported,
)
from drivers.opencv_camera.controls import NO_CONTROLS, CameraControls, apply
from drivers.opencv_camera.refusal import http_refusal
from drivers.opencv_camera.source import Source, SourceKind
from drivers.opencv_camera.video_node import gives_pictures
from drivers.transport import access

_FFMPEG_OPTIONS: Final = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_ALLOWED: Final = {
    # What answers at an address must not be able to send FFmpeg on to files or to other services.
    SourceKind.FILE: "protocol_whitelist;file",
    SourceKind.HTTP: "protocol_whitelist;http,tcp|format_whitelist;mpjpeg,mjpeg,jpeg_pipe",
    SourceKind.RTSP: "rtsp_transport;tcp|protocol_whitelist;rtsp,rtp,tcp,udp",
}
_V4L2_READ_TIMEOUT: Final = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"
_NEARLY: Final = 0.8
_opening = threading.Lock()
"""FFmpeg's options come from the environment of the process: one source is opened at a time."""


@dataclass(frozen=True, kw_only=True)
class CaptureSettings:
    """Zero width and height, and an empty fourcc, mean the camera's own."""

    open_timeout_s: float
    read_timeout_s: float
    width: int = 0
    height: int = 0
    fourcc: str = ""
    controls: CameraControls = NO_CONTROLS


def open_capture(source: Source, settings: CaptureSettings) -> cv2.VideoCapture:
    """An opened capture. DeviceNotFound, -AccessDenied, -Busy, -TimedOut, -ProtocolError, RequestUnsupported or
    OptionInvalid."""
    _check_path(source)
    started = time.monotonic()
    try:
        capture = _video_capture(source, settings)
    except cv2.error:
        raise DeviceProtocolError from None
    if not capture.isOpened():
        capture.release()
        _explain(source, waited_s=time.monotonic() - started, settings=settings)
    try:
        choose_picture(capture, source, settings)
        apply(capture, settings.controls)
    except BaseException:
        capture.release()
        raise
    return capture


def _video_capture(source: Source, settings: CaptureSettings) -> cv2.VideoCapture:
    if source.kind is SourceKind.VIDEO_DEVICE:
        with _opening:
            # Whole seconds, and 10 of them where nobody says. OpenCV looks once a process, and a host has one camera.
            os.environ[_V4L2_READ_TIMEOUT] = str(math.ceil(settings.read_timeout_s))
            return cv2.VideoCapture(source.address, cv2.CAP_V4L2)
    parameters = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        round(settings.open_timeout_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        round(settings.read_timeout_s * 1000),
        # Each decoding thread holds a frame back.
        cv2.CAP_PROP_N_THREADS,
        1,
    ]
    with _opening:
        # Their own messages may repeat an address with its password.
        os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
        os.environ[_FFMPEG_OPTIONS] = _ALLOWED[source.kind]
        return cv2.VideoCapture(source.address, cv2.CAP_FFMPEG, parameters)


def _check_path(source: Source) -> None:
    if source.kind not in {SourceKind.VIDEO_DEVICE, SourceKind.FILE}:
        return
    try:
        there = Path(source.address).exists()
    except OSError:
        raise DeviceAccessDenied(_may_not_read(source)) from None  # a folder that we may not look into
    if not there and source.kind is SourceKind.FILE:
        raise DeviceNotFound(f"There is no file {source.address}: check its name and its folder.")
    if not there:
        raise DeviceNotFound(f"There is nothing at {source.label}: check that it is plugged in and named rightly.")
    if not os.access(source.address, os.R_OK):
        raise DeviceAccessDenied(_may_not_read(source))


def _may_not_read(source: Source) -> str:
    if source.kind is SourceKind.FILE:
        return f"This user may not read {source.address}: check its mode and its folders'."
    return access.CAMERA


def _explain(source: Source, *, waited_s: float, settings: CaptureSettings) -> Never:
    match source.kind:
        case SourceKind.VIDEO_DEVICE:
            _explain_device(source)
        case SourceKind.FILE:
            raise DeviceProtocolError("The recording is not a video that can be read.")
        case _ if waited_s >= settings.open_timeout_s * _NEARLY:
            raise DeviceTimedOut(f"The camera at {source.label} did not answer in time.")
        case SourceKind.HTTP if http_refusal(source.address, settings.open_timeout_s):
            raise DeviceAccessDenied(f"The camera at {source.label} refuses the log-in: check it in the settings.")
        case _:
            raise DeviceNotFound(f"There is no video at {source.label}: check the address, the log-in and the camera.")


def _explain_device(source: Source) -> Never:
    try:
        is_camera = gives_pictures(source.address)
    except OSError as error:
        # It went away just now, or somebody holds it for himself.
        raise (DeviceBusy if error.errno == errno.EBUSY else DeviceNotFound)() from None
    if not is_camera:
        raise OptionInvalid(f"What is at {source.label} gives no pictures: name the camera's first device file.")
    raise DeviceBusy


class Tunable(Protocol):
    """What `cv2.VideoCapture` offers of this."""

    def set(self, property_id: int, value: float, /) -> bool: ...

    def get(self, property_id: int, /) -> float: ...


def choose_picture(capture: Tunable, source: Source, settings: CaptureSettings) -> None:
    """Asks for format and size, and looks at what came of it: Video4Linux gives something else without a word.

    RequestUnsupported for a size, OptionInvalid for a format that the camera does not have; DeviceProtocolError for
    no picture at all.
    """
    fourcc = cv2.VideoWriter.fourcc(*settings.fourcc) if settings.fourcc else 0
    if source.kind is SourceKind.VIDEO_DEVICE:
        if fourcc:
            capture.set(cv2.CAP_PROP_FOURCC, fourcc)
        if settings.width and settings.height:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        if fourcc and round(capture.get(cv2.CAP_PROP_FOURCC)) != fourcc:
            raise OptionInvalid(f"The camera does not give {settings.fourcc}: leave the format to the camera.")
    width, height = round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if height < 1 or width < 1:
        raise DeviceProtocolError("What the camera sends is not a picture that can be read.")
    for asked, given in ((settings.width, width), (settings.height, height)):
        if asked and asked != given:
            raise RequestUnsupported(f"The camera gives {width} x {height} pixels and not what was asked for.")
