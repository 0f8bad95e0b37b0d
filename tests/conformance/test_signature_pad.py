"""What holds for every signature pad: points in order and within their limits, in this process and in a host's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import msgspec
import pytest

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.ink import pen
from appliance.errors import DeviceError
from appliance.model.device import DeviceState
from appliance.model.signature import SignatureRecord
from drivers.contracts import PenPoint, SignaturePad, SignatureRequest
from drivers.errors import DriverError
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.profiles import Profile, Use
from tests.conformance.pad_rigs import PAD_RIGS
from tests.conformance.rig import PATIENCE_S, FaultCase, Rig
from tests.conformance.taking import WATCHDOG_S, built

every_pad = pytest.mark.parametrize("rig", PAD_RIGS, ids=lambda rig: rig.name)
every_fault = pytest.mark.parametrize(
    ("rig", "fault"), [pytest.param(rig, case, id=f"{rig.name}-{case.name}") for rig in PAD_RIGS for case in rig.faults]
)
every_hosted_fault = pytest.mark.parametrize(
    ("rig", "fault"),
    [
        pytest.param(rig, case, id=f"{rig.name}-{case.name}")
        for rig in PAD_RIGS
        for case in (*rig.faults, *rig.hosted_faults)
        if case.error
    ],
)
REQUEST = SignatureRequest(timeout_s=PATIENCE_S)


@contextmanager
def pad_of(rig: Rig, directory: Path, plan: FaultPlan = WELL_BEHAVED) -> Iterator[SignaturePad]:
    with built(rig, directory, plan) as driver:
        yield cast("SignaturePad", driver)


@asynccontextmanager
async def hosted(rig: Rig, directory: Path, plan: FaultPlan = WELL_BEHAVED) -> AsyncIterator[HostedDevice]:
    profile = Profile(
        profile_id=rig.name,
        contract=rig.contract,
        driver=rig.driver_id,
        vendor="Test",
        model="Rig",
        use=(Use.TRAINING,),
    )
    with rig.bench(plan, directory) as options:
        device = HostedDevice("rig", profile, options, deadlines=Deadlines())
        device.start()
        try:
            yield device
        finally:
            await device.close()


def points_of(pad: SignaturePad, request: SignatureRequest = REQUEST) -> list[PenPoint]:
    return list(pad.sign(request, threading.Event()))


@every_pad
def test_it_says_who_it_is_closes_twice_and_opens_again(rig: Rig, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path) as pad:
        first = pad.open()
        assert first.model
        assert first.simulated is rig.simulated
        pad.close()
        pad.close()
        assert pad.open() == first
        assert points_of(pad)


@every_pad
def test_points_are_in_order_and_within_their_limits(rig: Rig, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path) as pad:
        pad.open()
        width, height = pad.size()
        points = points_of(pad)
    assert msgspec.convert(msgspec.to_builtins(points), list[PenPoint]) == points
    assert all(0 <= point.x <= width and 0 <= point.y <= height for point in points)
    assert [point.time_ms for point in points] == sorted(point.time_ms for point in points)
    assert sorted({point.stroke for point in points}) == list(range(points[-1].stroke + 1))
    assert SignatureRecord.from_points(points, (width, height)).strokes


@every_pad
def test_closed_it_refuses_by_name(rig: Rig, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path) as pad:
        pad.open()
        pad.close()
        with pytest.raises(DriverError):
            points_of(pad)
        with pytest.raises(DriverError):
            pad.size()


@every_pad
def test_while_nobody_writes_it_is_stopped_quietly_and_used_again(rig: Rig, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path, rig.quiet_plan) as pad:
        pad.open()
        for _ in range(2):
            stop, ended = threading.Event(), threading.Event()
            threading.Thread(target=lambda s=stop, e=ended: (list(pad.sign(REQUEST, s)), e.set()), daemon=True).start()
            assert not ended.wait(0.2)
            stop.set()
            assert ended.wait(WATCHDOG_S)


@every_fault
def test_every_fault_has_its_name(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path, fault.plan) as pad:
        if fault.opening and fault.error is not None:
            with pytest.raises(fault.error):
                pad.open()
            return
        pad.open()
        if fault.error is None:
            assert points_of(pad)
            return
        with pytest.raises(fault.error) as caught:
            points_of(pad, SignatureRequest(timeout_s=fault.timeout_s))
        assert type(caught.value) is fault.error


@every_pad
async def test_through_the_host_every_point_arrives(rig: Rig, tmp_path: Path) -> None:
    with pad_of(rig, tmp_path) as pad:
        pad.open()
        size, expected = pad.size(), await asyncio.to_thread(points_of, pad)
    async with hosted(rig, tmp_path) as device:
        async with pen(device, REQUEST) as ink:
            assert ink.size == size
            assert [point async for point in ink] == expected
        assert device.status().state is DeviceState.READY
        assert device.facts().simulated is rig.simulated


@every_pad
async def test_left_in_the_middle_it_can_be_used_again(rig: Rig, tmp_path: Path) -> None:
    async with hosted(rig, tmp_path) as device:
        for _ in range(2):
            async with pen(device, REQUEST) as ink:
                assert (await anext(ink)).stroke == 0
        assert device.status().restarts == 0


@every_pad
async def test_one_that_hangs_while_it_is_written_on_is_killed_and_comes_back(rig: Rig, tmp_path: Path) -> None:
    async with hosted(rig, tmp_path, FaultPlan(after_frames=3, hang=True)) as device:
        async with pen(device, REQUEST) as ink:
            first = device.status().host_pid
            for _ in range(3):
                await anext(ink)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await anext(ink)
        await device.wait_ready()
        assert device.status().host_pid != first


@every_hosted_fault
async def test_a_fault_keeps_its_name_across_the_process_boundary(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    assert fault.error is not None
    async with hosted(rig, tmp_path, fault.plan) as device:
        with pytest.raises(DeviceError) as caught:
            async with pen(device, SignatureRequest(timeout_s=fault.timeout_s)) as ink:
                _ = [point async for point in ink]
        assert caught.value.code == fault.error.code
