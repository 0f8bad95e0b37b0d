"""Every driver again, where it really runs: in a host process of its own, its frames in shared memory."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from drivers.contracts import CameraRequest, Contract, FingerprintRequest, Frame
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.profiles import Profile, Use
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule
from tests.conformance.rig import FaultCase, Options, Rig
from tests.conformance.rigs import RIGS
from tests.conformance.taking import assert_is_of_after, request_for

HOSTED_FAULTS = [
    (rig, fault)
    for rig in RIGS
    for fault in (*rig.hosted_faults, *(case for case in rig.faults if case.name in {"unplug", "refuse"}))
]


@dataclass(frozen=True)
class Post:
    """A rig's settings, with its peer running."""

    rig: Rig
    fault: FaultCase | None
    options: Options


@pytest.fixture
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    rig, fault = request.param
    with rig.bench(fault.plan if fault else WELL_BEHAVED, tmp_path) as options:
        yield Post(rig, fault, options)


@asynccontextmanager
async def hosted(
    contract: Contract, driver_id: str, options: Options, deadlines: Deadlines | None = None
) -> AsyncIterator[HostedDevice]:
    profile = Profile(
        profile_id=driver_id, contract=contract, driver=driver_id, vendor="Test", model="Rig", use=(Use.TRAINING,)
    )
    device = HostedDevice("rig", profile, options, deadlines=deadlines)
    device.start()
    try:
        yield device
    finally:
        await device.close()


@pytest.mark.parametrize("post", [pytest.param((rig, None), id=rig.name) for rig in RIGS], indirect=True)
async def test_frames_arrive_whole_and_marked(post: Post) -> None:
    rig = post.rig
    async with hosted(rig.contract, rig.driver_id, post.options) as device:
        await device.wait_ready()
        assert device.facts().simulated is rig.simulated
        for _ in range(rig.captures):
            seen = 0
            async with device.frames(request_for(rig.contract, frame_limit=3)) as stream:
                async for frame in stream:
                    assert np.ptp(frame.pixels) > 0
                    assert not frame.pixels.flags.writeable
                    assert frame.simulated is rig.simulated
                    seen += 1
            assert seen >= 1


@pytest.mark.parametrize(
    "post", [pytest.param(pair, id=f"{pair[0].name}-{pair[1].name}") for pair in HOSTED_FAULTS], indirect=True
)
async def test_a_fault_keeps_its_name_across_the_process_boundary(post: Post) -> None:
    rig, fault = post.rig, post.fault
    assert fault is not None
    assert fault.error is not None
    timeout_s = 0.2 if fault in rig.hosted_faults else fault.timeout_s
    async with hosted(rig.contract, rig.driver_id, post.options, Deadlines(frame_grace_s=0.5)) as device:
        with pytest.raises(DeviceError) as caught:
            await _take(device, rig, timeout_s)
    assert caught.value.code == fault.error.code


async def _take(device: HostedDevice, rig: Rig, timeout_s: float) -> None:
    await device.wait_ready()
    request = request_for(rig.contract, timeout_s=timeout_s, frame_limit=rig.frame_limit)
    async with device.frames(request) as stream:
        async for _ in stream:
            pass


_SLAP = ("left_index", "left_middle", "left_ring", "left_little")


@pytest.mark.parametrize(
    "post", [pytest.param((rig, None), id=rig.name) for rig in RIGS if rig.name == "sbi-slap"], indirect=True
)
async def test_fingers_of_one_placement_keep_their_names_and_previews_their_mark(post: Post) -> None:
    async with hosted(post.rig.contract, post.rig.driver_id, post.options) as device:
        await device.wait_ready()
        async with device.frames(FingerprintRequest(positions=_SLAP, preview=True)) as stream:
            assert (await anext(stream)).preview
        async with device.frames(FingerprintRequest(positions=_SLAP)) as stream:
            assert [(frame.position, frame.preview) async for frame in stream] == [(one, False) for one in _SLAP]


@pytest.mark.parametrize(
    "post",
    [pytest.param((rig, None), id=rig.name) for rig in RIGS if rig.contract is Contract.CAMERA],
    indirect=True,
)
async def test_a_full_still_comes_between_small_previews(post: Post) -> None:
    async with hosted(post.rig.contract, post.rig.driver_id, post.options) as device:
        await device.wait_ready()
        async with device.frames(CameraRequest(frame_limit=1)) as stream:
            height, width, _ = (await anext(stream)).pixels.shape
        async with device.frames(CameraRequest(preview_width=width // 2)) as stream:
            sequences: list[int] = []
            for _ in range(2):
                preview = await anext(stream)
                assert (preview.preview, preview.pixels.shape[1]) == (True, width // 2)
                asked_ns = time.monotonic_ns()
                stream.ask_still()
                still = await _next_still(stream, sequences)
                assert still.pixels.shape == (height, width, 3)
                assert_is_of_after(asked_ns, still, post.rig)
            assert (await anext(stream)).preview
        assert sequences == sorted(set(sequences))


async def _next_still(stream: AsyncIterator[Frame], sequences: list[int]) -> Frame:
    async for frame in stream:
        sequences.append(frame.sequence)
        if not frame.preview:
            return frame
    raise AssertionError("the stream ended without a still")


@pytest.fixture
def slow_module() -> Iterator[PtyModule]:
    """At the speed of its real line, with a finger that comes after 2 s."""
    settings = ModuleSettings(images=[drawn_print()], faults=FaultPlan(absent_s=2.0))
    with PtyModule(settings, paced=True) as module:
        yield module


@pytest.mark.slow
async def test_a_finger_that_comes_at_the_last_moment_is_heard_out(slow_module: PtyModule) -> None:
    """An image takes 7 s at 57600 baud: longer than the finger was waited for."""
    async with hosted(Contract.FINGERPRINT_READER, "zfm", {"device": slow_module.path}) as device:
        await device.wait_ready()
        async with device.frames(FingerprintRequest(timeout_s=2.5)) as stream:
            assert [frame.pixels.shape async for frame in stream] == [(288, 256)]
