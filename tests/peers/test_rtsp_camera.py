"""The camera driver with an RTSP server that we did not write: GStreamer's, in the system's own Python."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from drivers.contracts import CameraRequest, PrivatePool, Shutter
from drivers.errors import DeviceLost, DeviceNotFound, DriverError
from drivers.opencv_camera.driver import OpenCvCamera, Options, create

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
assert all(Gst.ElementFactory.find(name) for name in ("videotestsrc", "jpegenc", "rtpjpegpay"))
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=30/1"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
)
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""

pytestmark = pytest.mark.system


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address of its camera."""
    try:
        process = subprocess.Popen(
            [SYSTEM_PYTHON, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    except FileNotFoundError:
        pytest.skip("needs the system package python3")
    with process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                pytest.skip("needs the system packages gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-*")
            yield process, f"rtsp://127.0.0.1:{port}/camera"
        finally:
            process.kill()


def camera(address: str) -> OpenCvCamera:
    return create(Options(device=address, open_timeout_s=20.0, read_timeout_s=2.0))


def test_frames_arrive_and_the_end_of_the_server_has_a_name(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    device = camera(address)
    assert device.open().model == "RTSP camera"
    stream = device.stream(CameraRequest(), PrivatePool(), threading.Event())
    for _ in range(3):
        frame = next(stream)
        assert frame.pixels.shape == (120, 160, 3)
        assert np.ptp(frame.pixels) > 0
        assert not frame.simulated
    process.kill()
    with pytest.raises(DeviceLost):
        list(stream)
    with pytest.raises(DeviceNotFound):
        device.open()


def test_a_server_that_falls_silent_is_lost_before_a_read_times_out(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    device = create(Options(device=address, open_timeout_s=20.0, read_timeout_s=60.0))
    device.open()
    stream = device.stream(CameraRequest(), PrivatePool(), threading.Event())
    next(stream)
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(DeviceLost):
        list(stream)


def test_a_still_is_full_and_of_the_same_stream(server: tuple[subprocess.Popen[str], str]) -> None:
    device, shutter = camera(server[1]), Shutter()
    device.open()
    stream = device.stream(CameraRequest(preview_width=80), PrivatePool(), threading.Event(), shutter)
    assert next(stream).pixels.shape == (60, 80, 3)
    shutter.press(time.monotonic_ns())
    assert next(frame for frame in stream if not frame.preview).pixels.shape == (120, 160, 3)
    assert next(stream).preview
    device.close()


def test_an_address_that_the_server_does_not_have(server: tuple[subprocess.Popen[str], str]) -> None:
    with pytest.raises(DriverError) as caught:
        camera(server[1].replace("/camera", "/nothing")).open()
    assert type(caught.value) is DeviceNotFound
