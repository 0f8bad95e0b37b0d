"""The camera driver against peers that behave and that do not: recordings, HTTP cameras, and silence."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.contracts import CameraRequest, Frame, Pixels, PrivatePool
from drivers.errors import (
    DeviceAccessDenied,
    DeviceLost,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
    RequestUnsupported,
)
from drivers.opencv_camera.driver import OpenCvCamera, Options, create
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera, drawn_portraits

PROJECT = Path(__file__).resolve().parents[4]
SECRET = "swordfish"


def camera(device: str | Path, **options: object) -> OpenCvCamera:
    timeouts: dict[str, object] = {"open_timeout_s": 1.5, "read_timeout_s": 1.0}
    return create(Options(device=str(device), **(timeouts | options)))  # type: ignore[arg-type]


def frames(device: OpenCvCamera, limit: int = 0, stop: threading.Event | None = None) -> Iterator[Frame]:
    return device.stream(CameraRequest(frame_limit=limit), PrivatePool(), stop or threading.Event())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Twelve frames at 50 a second; each is one grey, brighter by 20 each time."""
    path = tmp_path / "recording.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 50.0, (64, 48))
    for number in range(12):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8))
    writer.release()
    return path


def brightness(pixels: Pixels) -> int:
    """Which frame of the recording it is."""
    return round(float(pixels.mean()) / 20)


def test_a_recording_ends_quietly_where_it_is_not_repeated(recording: Path) -> None:
    device = camera(recording, loop=False)
    device.open()
    seen = [brightness(frame.pixels) for frame in frames(device)]
    assert seen
    assert seen == sorted(set(seen))
    again = [brightness(frame.pixels) for frame in frames(device)]
    assert again, "the next stream begins at the beginning"
    device.close()


def test_a_repeated_recording_goes_on(recording: Path) -> None:
    device = camera(recording)
    device.open()
    seen = [brightness(frame.pixels) for frame in frames(device, limit=30)]
    assert len(seen) == 30
    assert any(later < earlier for earlier, later in pairwise(seen))
    device.close()


def test_a_slow_taker_loses_frames_and_not_time(recording: Path) -> None:
    device = camera(recording, loop=False)
    device.open()
    seen = []
    for frame in frames(device):
        seen.append(brightness(frame.pixels))
        time.sleep(0.09)
    assert len(seen) < 9, "the recording waited for its taker"
    device.close()


def test_frames_are_decoded_in_the_takers_memory(recording: Path) -> None:
    """OpenCV fills the array it is given; a copy would show as another array."""
    capture, memory = cv2.VideoCapture(str(recording), cv2.CAP_FFMPEG), np.empty((48, 64, 3), np.uint8)
    assert capture.grab()
    decoded, pixels = capture.retrieve(memory)
    capture.release()
    assert decoded
    assert pixels is memory


def test_what_is_no_video_is_refused_at_opening(tmp_path: Path) -> None:
    (tmp_path / "noise.avi").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(DeviceProtocolError):
        camera(tmp_path / "noise.avi").open()


def test_a_recording_cannot_send_the_reader_elsewhere(tmp_path: Path) -> None:
    """A playlist in a file is a well-known way to make FFmpeg fetch an address."""
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        (tmp_path / "list.avi").write_text(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n"
        )
        with pytest.raises(DriverError):
            camera(tmp_path / "list.avi").open()
        try:
            listener.accept()[0].close()
            asked.set()
        except TimeoutError:
            assert not asked.is_set()
    assert not asked.is_set(), "the recording's address was fetched"


@pytest.mark.parametrize("device", ["/dev/video99", "98", "missing.avi", "http://127.0.0.1:9/", "rtsp://127.0.0.1:9/"])
def test_nothing_there(device: str) -> None:
    with pytest.raises(DeviceNotFound):
        camera(device).open()


def test_a_server_that_accepts_and_never_answers_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(DeviceTimedOut):
        camera(f"http://127.0.0.1:{listener.getsockname()[1]}/").open()


@pytest.mark.parametrize("log_in", ["", "user:wrong@"])
def test_a_wrong_log_in_is_refused_by_name(log_in: str) -> None:
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), log_in=f"user:{SECRET}")) as peer:
        with pytest.raises(DeviceAccessDenied):
            camera(peer.address.replace("//", f"//{log_in}")).open()
        camera(peer.address.replace("//", f"//user:{SECRET}@")).open()


def test_a_camera_that_goes_away_in_a_stream_is_lost() -> None:
    peer = HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), rate_hz=60.0))
    device = camera(peer.address)
    device.open()
    stream = frames(device)
    next(stream)
    peer.close()
    with pytest.raises(DeviceLost):
        list(stream)
    with pytest.raises(DeviceNotFound):
        device.open()


def test_a_network_camera_is_not_simulated_unless_its_settings_say_so(recording: Path) -> None:
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160))) as peer:
        assert camera(peer.address).open().simulated is False
        assert camera(peer.address, simulated=True).open().simulated is True
    assert camera(recording, simulated=False).open().simulated is True, "no sensor sees a recording"


def test_another_size_than_the_camera_has_is_refused(recording: Path) -> None:
    device = camera(recording)
    device.open()
    with pytest.raises(RequestUnsupported):
        list(device.stream(CameraRequest(width=640, height=480), PrivatePool(), threading.Event()))
    assert next(device.stream(CameraRequest(width=64, height=48), PrivatePool(), threading.Event())).pixels.size


def test_a_camera_that_gives_no_picture_in_time_is_at_fault_and_not_the_person() -> None:
    """Its own timeouts are longer than the capture's, as those of a video device are: it would hang for ever."""
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), rate_hz=2.0)) as peer:
        device = camera(peer.address, open_timeout_s=10, read_timeout_s=10)
        device.open()
        with pytest.raises(DeviceTimedOut):
            list(device.stream(CameraRequest(timeout_s=0.05), PrivatePool(), threading.Event()))
        device.close()


def test_no_secret_is_written_anywhere() -> None:
    """In a process of its own, because FFmpeg writes to the process's stderr."""
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), log_in="other:other")) as peer:
        program = f"""
from drivers.errors import DriverError
from drivers.opencv_camera.driver import Options, create
for address in ({peer.address!r}, "http://127.0.0.1:9/{SECRET}?{SECRET}", "rtsp://127.0.0.1:9/{SECRET}"):
    camera = create(Options(device=address.replace("//", "//user:{SECRET}@"), open_timeout_s=2))
    try:
        camera.open()
    except DriverError as error:
        print(error, camera.__dict__)
"""
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True
        )
    assert done.stdout.count("http") + done.stdout.count("rtsp") >= 3
    sentences = "\n".join(line.partition("{")[0] for line in done.stdout.splitlines())
    assert SECRET not in sentences
    assert SECRET not in done.stderr


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.avi"
    with pytest.raises(DeviceNotFound, match=f"no file {missing}"):
        camera(missing).open()


def test_a_recording_in_a_folder_that_may_not_be_looked_into_is_denied_and_named(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exists(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", exists)
    with pytest.raises(DeviceAccessDenied, match=f"may not read {recording}"):
        camera(recording).open()


def test_a_recording_that_may_not_be_read_is_denied(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DeviceAccessDenied, match="may not read"):
        camera(recording).open()
