"""The bench's camera and its clock: on the simulated camera's beat, late by what looking costs and by nothing else."""

from __future__ import annotations

import time

import numpy as np
import pytest

from appliance.attendance.preview import PreviewFrame
from appliance.model.verdict import CaptureKind, Verdict
from drivers.contracts import CameraRequest, Pixels
from drivers.simulated.camera import FRAMES_PER_S
from tests.bench.seated_camera import SCREEN_S, TRANSFER_S, CostClock, SeatedCamera, SeenPreview

BEAT_S = 1 / FRAMES_PER_S
REQUEST = CameraRequest(timeout_s=30.0, preview_width=32)


class Clock(CostClock):
    """Costs what the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 0.0

    def monotonic(self) -> float:
        return self.at_s

    def set_to(self, moment_s: float) -> None:
        self.at_s = moment_s


def _moment(now_s: float) -> Pixels:
    return np.full((36, 64, 3), round(now_s * FRAMES_PER_S), np.uint8)


async def test_frames_come_on_the_beat_and_a_little_late() -> None:
    clock = Clock()
    async with SeatedCamera(_moment, clock).frames(REQUEST) as frames:
        for beat in range(3):
            frame = await anext(frames)
            assert (frame.sequence, int(frame.pixels[0, 0, 0])) == (beat, beat)
            assert clock.at_s == pytest.approx(beat * BEAT_S + TRANSFER_S)
            assert (frame.preview, frame.pixels.shape, frame.reduced_by) == (True, (18, 32, 3), 2.0)


async def test_what_looking_takes_is_missed_and_the_newest_comes() -> None:
    clock = Clock()
    camera = SeatedCamera(_moment, clock)
    async with camera.frames(REQUEST) as frames:
        await anext(frames)
        clock.at_s = 4.5 * BEAT_S
        frame = await anext(frames)
    assert (frame.sequence, int(frame.pixels[0, 0, 0])) == (5, 5)
    assert camera.dropped == 4


async def test_a_still_is_the_first_full_frame_after_it_was_asked_for() -> None:
    clock = Clock()
    async with SeatedCamera(_moment, clock).frames(REQUEST) as frames:
        await anext(frames)
        frames.ask_still()
        still, after = await anext(frames), await anext(frames)
    assert (still.preview, still.pixels.shape, still.sequence) == (False, (36, 64, 3), 1)
    assert after.preview


async def test_the_person_sees_each_instruction_once_it_stands_on_the_screen() -> None:
    heard: list[tuple[str, float]] = []
    clock = Clock()
    clock.at_s = 3.0
    preview = SeenPreview(lambda code, now_s: heard.append((code, now_s)), clock)
    await preview.show(PreviewFrame(b"", Verdict(kind=CaptureKind.FACE, score=80), "closer"))
    await preview.show(None)
    assert heard == [("closer", 3.0 + SCREEN_S)]
    assert preview.latest is None


def test_the_clock_goes_by_cpu_time_and_not_by_the_wall() -> None:
    clock, slow = CostClock(), CostClock(slower=1000.0)
    for each in (clock, slow):
        each.set_to(10.0)
    before, slow_before = clock.monotonic(), slow.monotonic()
    until = time.process_time() + 0.01
    while time.process_time() < until:
        pass
    assert clock.monotonic() - before >= 0.01
    assert slow.monotonic() - slow_before >= 10.0
    assert clock.now().second >= 10
