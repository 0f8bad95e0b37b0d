"""A camera of 1280 × 720 at 30 frames a second, through host process and shared memory, against OpenCV read directly.

Both read the same pictures of the same network camera in one run. Latency is from the moment a picture goes out to
the moment its pixels can be read; what ours adds is the difference.

    python -m tests.bench camera
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.devices.hosted_device import HostedDevice
from appliance.errors import ServiceError
from drivers.contracts import CameraRequest
from drivers.faults import FaultPlan
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera, drawn_portraits
from drivers.profiles import Profile, load_profiles
from tests.bench.clocked_camera import RATE_HZ, number_in
from tests.bench.previewing import Looked, look, noticed_lost_ms
from tests.bench.processes import cpu_s
from tests.bench.row import Row

FRAMES = 450
_SETTLED = 60
"""Pictures at the start that are not counted: opening a stream takes a second, and what piled up is passed over."""
_DIRECT = "import tests.bench.camera as camera, sys; camera.read_directly(sys.argv[1])"


@dataclass(frozen=True)
class Reading:
    """When each numbered picture could be read (monotonic ns), and CPU seconds by whom."""

    seen_ns: dict[int, int]
    cpu_s: dict[str, float]

    def lost(self) -> int:
        wanted = range(_SETTLED, FRAMES - 1)
        return sum(1 for number in wanted if number not in self.seen_ns)

    def latencies_ms(self, sent_ns: list[int]) -> list[float]:
        return [(at - sent_ns[number]) / 1e6 for number, at in sorted(self.seen_ns.items()) if number >= _SETTLED]


def rows() -> list[Row]:
    """Raises ServiceError or OSError when a stream does not come."""
    with _camera() as url:
        profile = load_profiles()["opencv-camera"]
        looked = asyncio.run(look(url, profile, FRAMES - 2))
        ours = asyncio.run(_through_the_host(url, profile))
        ours_ms = ours.latencies_ms(_sent(url))
        said = subprocess.run([sys.executable, "-c", _DIRECT, url], capture_output=True, check=True, timeout=120).stdout
        plain = json.loads(said)
        direct = Reading({int(number): at for number, at in plain["seen_ns"].items()}, plain["cpu_s"])
        direct_ms = direct.latencies_ms(_sent(url))
    against = "OpenCV directly"
    streamed_s = FRAMES / RATE_HZ
    p99 = [statistics.quantiles(values, n=100)[98] for values in (ours_ms, direct_ms)]
    medians = [statistics.median(values) for values in (ours_ms, direct_ms)]
    percent = {who: 100 * spent / streamed_s for who, spent in (ours.cpu_s | direct.cpu_s).items()}
    return [
        Row(measure="frames lost", ours=ours.lost(), unit="frames", against=against, peer=direct.lost()),
        Row(measure="latency, median", ours=medians[0], unit="ms", against=against, peer=medians[1]),
        Row(measure="latency, p99", ours=p99[0], unit="ms", against=against, peer=p99[1]),
        Row(
            measure="added latency, median",
            ours=medians[0] - medians[1],
            unit="ms",
            against="one frame's time",
            peer=1000 / RATE_HZ,
        ),
        Row(
            measure="added latency, p99",
            ours=p99[0] - p99[1],
            unit="ms",
            against="one frame's time",
            peer=1000 / RATE_HZ,
        ),
        Row(measure="CPU of the host", ours=percent["host"], unit="%", against=against, peer=percent["direct"]),
        Row(measure="CPU of the daemon", ours=percent["daemon"], unit="%", against=against, peer=percent["direct"]),
        *_preview_rows(looked, percent["direct"]),
        _lost_row(profile),
    ]


def _preview_rows(looked: Looked, direct_percent: float) -> list[Row]:
    """Small previews with full stills between them. A still is of the second picture that begins after the asking."""
    host_percent = 100 * looked.host_cpu_s * RATE_HZ / FRAMES
    goal, goal_ms = "four frames' time", 4 * 1000 / RATE_HZ
    stills_ms = looked.stills_ms
    lost = sum(1 for number in range(_SETTLED, FRAMES - 2) if number not in looked.seen)
    return [
        Row(measure="with stills: previews lost", ours=lost, unit="frames", against="none", peer=0),
        Row(measure="stills taken", ours=len(stills_ms), unit="", against="one a second", peer=FRAMES / RATE_HZ),
        Row(measure="a still, median", ours=statistics.median(stills_ms), unit="ms", against=goal, peer=goal_ms),
        Row(measure="a still, longest", ours=max(stills_ms), unit="ms", against=goal, peer=goal_ms),
        Row(
            measure="with stills: CPU of the host",
            ours=host_percent,
            unit="%",
            against="OpenCV directly",
            peer=direct_percent,
        ),
    ]


def _lost_row(profile: Profile) -> Row:
    settings = CameraSettings(images=drawn_portraits(2), rate_hz=RATE_HZ, faults=FaultPlan(after_frames=60, hang=True))
    with HttpCamera(settings) as silent:
        noticed_ms = asyncio.run(noticed_lost_ms(silent.address, profile))
    return Row(measure="a silent camera is lost after", ours=noticed_ms, unit="ms", against="the limit", peer=1000)


async def _through_the_host(url: str, profile: Profile) -> Reading:
    device = HostedDevice("bench", profile, {"device": url})
    device.start()
    try:
        await device.wait_ready()
        pid = device.status().host_pid
        host_before_s, before_s = cpu_s(pid), time.process_time()
        seen: dict[int, int] = {}
        async with device.frames(CameraRequest(timeout_s=10.0)) as frames:
            async for frame in frames:
                number = number_in(frame.pixels)
                seen.setdefault(number, time.monotonic_ns())
                if number >= FRAMES - 2:
                    break
        return Reading(seen, {"host": cpu_s(pid) - host_before_s, "daemon": time.process_time() - before_s})
    finally:
        await device.close()


def read_directly(url: str) -> None:
    """In a process of its own: the same pictures with `cv2.VideoCapture`, printed as JSON."""
    import cv2

    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    before_s = time.process_time()
    seen: dict[int, int] = {}
    while True:
        given, image = capture.read()
        if not given:
            break
        seen.setdefault(number_in(image.astype("uint8", copy=False)), time.monotonic_ns())
    capture.release()
    sys.stdout.write(json.dumps({"seen_ns": seen, "cpu_s": {"direct": time.process_time() - before_s}}))


def _sent(url: str) -> list[int]:
    address = url.replace("/stream", "/sent")
    for _ in range(100):
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (an http address of the loopback)
            sent: list[int] = json.load(answer)
        if len(sent) == FRAMES:
            return sent
        time.sleep(0.1)
    raise ServiceError("The camera did not send all its pictures.", code="bench")


@contextlib.contextmanager
def _camera() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench.clocked_camera", str(FRAMES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.kill()
