"""What is asked of a camera at /dev/video is looked at afterwards: Video4Linux gives something else without a word."""

from __future__ import annotations

import cv2
import pytest

from drivers.errors import DriverError, OptionInvalid, RequestUnsupported
from drivers.opencv_camera.capture import CaptureSettings, choose_picture, open_capture
from drivers.opencv_camera.source import Source, SourceKind

AT_DEV_VIDEO = Source(SourceKind.VIDEO_DEVICE, "/dev/video0", "camera 0")
YUYV, MJPG = (cv2.VideoWriter.fourcc(*name) for name in ("YUYV", "MJPG"))


class Camera:
    """Has one size and some formats, and keeps the one it has when it is asked for another."""

    def __init__(self, *formats: int) -> None:
        self._formats = formats
        self.holds = {
            cv2.CAP_PROP_FOURCC: float(YUYV),
            cv2.CAP_PROP_FRAME_WIDTH: 640.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 480.0,
        }

    def set(self, property_id: int, value: float, /) -> bool:
        if property_id == cv2.CAP_PROP_FOURCC and value in self._formats:
            self.holds[property_id] = value
        return True

    def get(self, property_id: int, /) -> float:
        return self.holds[property_id]


def settings(width: int = 0, height: int = 0, fourcc: str = "") -> CaptureSettings:
    return CaptureSettings(open_timeout_s=1.0, read_timeout_s=1.0, width=width, height=height, fourcc=fourcc)


def test_a_format_that_the_camera_has_is_taken() -> None:
    camera = Camera(YUYV, MJPG)
    choose_picture(camera, AT_DEV_VIDEO, settings(640, 480, "MJPG"))
    assert camera.holds[cv2.CAP_PROP_FOURCC] == MJPG


def test_nothing_asked_for_leaves_all_to_the_camera() -> None:
    choose_picture(Camera(), AT_DEV_VIDEO, settings())


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        (settings(fourcc="MJPG"), OptionInvalid, "MJPG"),
        (settings(1920, 1080), RequestUnsupported, "640 x 480"),
    ],
)
def test_what_the_camera_quietly_gives_instead_is_refused(
    asked: CaptureSettings, kind: type[DriverError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        choose_picture(Camera(YUYV), AT_DEV_VIDEO, asked)


def test_a_device_file_that_is_no_camera_is_not_taken_for_one_in_use() -> None:
    with pytest.raises(OptionInvalid, match="no pictures"):
        open_capture(Source(SourceKind.VIDEO_DEVICE, "/dev/null", "camera /dev/null"), settings())
