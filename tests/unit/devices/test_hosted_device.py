"""A device in a process of its own: whatever its driver does, the daemon sees a named error and a new host."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.link import HostCommand
from appliance.errors import DeviceError
from appliance.model.device import DeviceState, DeviceStatus
from drivers.contracts import CameraRequest, Contract, FingerprintRequest
from drivers.profiles import Profile, Use

DEADLINES = Deadlines(open_s=6.0, close_s=1.0, frame_grace_s=0.3, ping_every_s=0.2, ping_s=1.5, presence_s=8.0)
READER, CAMERA = Contract.FINGERPRINT_READER, Contract.CAMERA
QUICK = FingerprintRequest(timeout_s=0.5)


def profile(contract: Contract, *, firmware_versions: tuple[str, ...] = ()) -> Profile:
    return Profile(
        profile_id="misbehaving",
        contract=contract,
        driver="misbehaving",
        vendor="Test",
        model="Misbehaving",
        use=(Use.TRAINING,),
        firmware_versions=firmware_versions,
    )


@asynccontextmanager
async def device(
    contract: Contract = READER,
    *,
    deadlines: Deadlines = DEADLINES,
    firmware_versions: tuple[str, ...] = (),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    on_change: Callable[[DeviceStatus], None] | None = None,
    **options: str,
) -> AsyncIterator[HostedDevice]:
    hosted = HostedDevice(
        "device-1",
        profile(contract, firmware_versions=firmware_versions),
        options,
        command=HostCommand(contract=contract, factory="tests.unit.devices.misbehaving:create"),
        deadlines=deadlines,
        sleep=sleep,
        chance=lambda: 0.0,
        on_change=on_change,
    )
    hosted.start()
    try:
        yield hosted
    finally:
        await hosted.close()


async def capture(hosted: HostedDevice, request: FingerprintRequest | CameraRequest = QUICK) -> list[float]:
    """The mean of every frame of one capture."""
    async with hosted.frames(request) as frames:
        return [float(frame.pixels.mean()) async for frame in frames]


async def failure(hosted: HostedDevice, request: FingerprintRequest | CameraRequest = QUICK) -> str:
    with pytest.raises(DeviceError) as failed:
        await capture(hosted, request)
    return failed.value.code


async def until(hosted: HostedDevice, state: DeviceState) -> DeviceStatus:
    await eventually(lambda: hosted.status().state is state)
    return hosted.status()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_frames_come_in_order_and_the_device_is_ready_again() -> None:
    async with device() as hosted:
        assert await capture(hosted) == [1, 2, 3]
        assert await capture(hosted) == [1, 2, 3]
        status = hosted.status()
        assert (status.state, status.frames, status.restarts) == (DeviceState.READY, 6, 0)
        assert hosted.facts().firmware_version == "1"


async def test_a_frame_is_lent_read_only_and_wiped_after_the_capture() -> None:
    async with device() as hosted:
        async with hosted.frames(QUICK) as frames:
            async for frame in frames:
                assert not frame.pixels.flags.writeable
                assert frame.resolution_ppi == 500
                kept = frame.pixels
                assert kept.any()
                break
        assert not kept.any()


async def test_leaving_early_ends_the_capture_and_the_next_one_works() -> None:
    async with device(CAMERA, capture="flood") as hosted:
        for _ in range(3):
            async with hosted.frames(CameraRequest()) as frames:
                async for frame in frames:
                    assert frame.pixels.shape == (48, 64)
                    break
        assert hosted.status().restarts == 0


async def test_a_slow_taker_of_a_flood_sees_whole_new_frames_and_the_others_are_counted() -> None:
    async with device(CAMERA, capture="flood") as hosted:
        sequences = []
        with capture_logs() as lines:
            async with hosted.frames(CameraRequest()) as frames:
                async for frame in frames:
                    value = frame.sequence % 251
                    await asyncio.sleep(0.02)
                    assert (frame.pixels == value).all(), "the driver wrote into a frame that was lent"
                    sequences.append(frame.sequence)
                    if len(sequences) == 5:
                        break
        assert sequences == sorted(set(sequences))
        assert hosted.status().dropped > 0
    (said,) = [line for line in lines if line["event"] == "frames-ended"]
    assert (said["frames"], said["frames_dropped"]) == (5, hosted.status().dropped)


async def test_a_still_that_is_older_than_its_asking_is_passed_over() -> None:
    async with device(CAMERA, capture="stale-still") as hosted:
        shades = []
        async with hosted.frames(CameraRequest(preview_width=32)) as frames:
            for _ in range(3):
                assert (await anext(frames)).preview
                frames.ask_still()
                frame = await anext(frames)
                while frame.preview:
                    frame = await anext(frames)
                shades.append(int(frame.pixels[0, 0]))
        assert shades == [200, 200, 200]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("hang", "host-unresponsive"),
        ("segfault", "host-crashed"),
        ("no-image", "device-protocol"),
        ("untyped", "device"),
        ("lost", "device-lost"),
        ("nobody", "capture-timeout"),
    ],
)
async def test_a_failed_capture_has_a_name_and_the_device_comes_back(trouble: str, code: str, tmp_path: Path) -> None:
    async with device(capture=trouble, once=str(tmp_path / "mark")) as hosted:
        assert await failure(hosted) == code
        assert await capture(hosted) == [1, 2, 3]
        assert hosted.status().error_code == ""


async def test_a_reader_that_shows_previews_for_ever_gives_nothing_in_time_and_stays_ready() -> None:
    async with device(capture="only-previews") as hosted:
        await hosted.wait_ready()
        host_pid = hosted.status().host_pid
        assert await failure(hosted) == "capture-timeout"
        assert (hosted.status().state, hosted.status().host_pid) == (DeviceState.READY, host_pid)


async def test_previews_that_are_all_that_was_asked_for_are_looked_at_for_as_long_as_anybody_likes() -> None:
    longer_s = QUICK.timeout_s + 2 * DEADLINES.frame_grace_s
    async with device(capture="only-previews") as hosted:
        async with hosted.frames(msgspec.structs.replace(QUICK, preview=True)) as frames:
            until_s = asyncio.get_running_loop().time() + longer_s
            async for frame in frames:
                assert frame.preview
                if asyncio.get_running_loop().time() > until_s:
                    break
        assert hosted.status().state is DeviceState.READY


async def test_a_sentence_never_holds_what_an_untyped_error_said(tmp_path: Path) -> None:
    async with device(capture="untyped", once=str(tmp_path / "mark")) as hosted:
        with pytest.raises(DeviceError) as failed:
            await capture(hosted)
    assert "ZeroDivisionError" in failed.value.sentence
    assert "João" not in failed.value.sentence


async def test_a_driver_that_does_not_stop_is_killed_and_replaced(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    async with device(CAMERA, capture="deaf", device=str(deaf), once=str(tmp_path / "mark")) as hosted:
        async with hosted.frames(CameraRequest()) as frames:
            async for _ in frames:
                first = hosted.status().host_pid
                await eventually(deaf.exists)
                break
        assert (await capture(hosted, CameraRequest()))[-1] == 3
        assert hosted.status().host_pid != first
        assert hosted.status().restarts == 1


async def test_a_driver_that_leaks_is_killed_before_it_takes_the_boxs_memory(tmp_path: Path) -> None:
    request = FingerprintRequest(timeout_s=60.0)
    async with device(capture="leak", once=str(tmp_path / "mark")) as hosted:
        with pytest.raises(DeviceError) as killed:
            await capture(hosted, request)
        assert killed.value.code == "host-outgrown"
        assert (await capture(hosted))[-1] == 3


async def test_a_capture_that_is_cancelled_leaves_a_device_that_works() -> None:
    async with device(capture="wait") as hosted:
        await hosted.wait_ready()
        task = asyncio.create_task(capture(hosted, FingerprintRequest(timeout_s=30)))
        await until(hosted, DeviceState.BUSY)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await until(hosted, DeviceState.READY)).restarts == 0


async def test_what_a_hung_driver_started_dies_with_it(tmp_path: Path) -> None:
    note = tmp_path / "child"
    async with device(capture="child", device=str(note)) as hosted:
        assert await failure(hosted, FingerprintRequest(timeout_s=1.5)) == "host-unresponsive"
        pid = int(note.read_text())
        await eventually(lambda: not _alive(pid))


@pytest.mark.parametrize("trouble", ["orphan", "orphan-with-our-line"])
async def test_what_a_host_started_dies_with_it_when_it_crashes_by_itself(trouble: str, tmp_path: Path) -> None:
    note = tmp_path / "child"
    async with device(open=trouble, device=str(note), once=str(tmp_path / "mark")) as hosted:
        await eventually(lambda: hosted.status().restarts == 1)
        await until(hosted, DeviceState.READY)
        pid = int(note.read_text())
        await eventually(lambda: not _alive(pid))


async def test_a_crash_is_seen_also_where_somebody_else_holds_the_hosts_line(tmp_path: Path) -> None:
    note = tmp_path / "child"
    async with device(open="forked-with-our-line", device=str(note), once=str(tmp_path / "mark")) as hosted:
        try:
            await eventually(lambda: hosted.status().restarts == 1)
            assert (await until(hosted, DeviceState.READY)).error_code == ""
        finally:
            os.kill(int(note.read_text()), signal.SIGKILL)


@pytest.mark.parametrize(("trouble", "code"), [("segfault", "host-crashed"), ("exit", "host-crashed")])
async def test_a_host_that_crashes_at_opening_is_started_again(trouble: str, code: str, tmp_path: Path) -> None:
    seen: list[DeviceStatus] = []
    async with device(open=trouble, once=str(tmp_path / "mark"), on_change=seen.append) as hosted:
        status = await until(hosted, DeviceState.READY)
    assert status.restarts == 1
    assert code in [change.error_code for change in seen if change.state is DeviceState.RESTARTING]


async def test_a_driver_that_hangs_at_opening_misses_its_deadline(tmp_path: Path) -> None:
    deadlines = Deadlines(open_s=1.5, presence_s=8.0)
    async with device(open="hang", once=str(tmp_path / "mark"), deadlines=deadlines) as hosted:
        assert (await until(hosted, DeviceState.READY)).restarts == 1


@pytest.mark.parametrize("trouble", ["slow", "chatter"])
async def test_a_slow_or_talkative_driver_is_waited_for(trouble: str) -> None:
    async with device(open=trouble) as hosted:
        assert await capture(hosted) == [1, 2, 3]
        assert hosted.status().restarts == 0


async def test_an_absent_device_is_failed_at_once_and_found_when_it_is_plugged_in(tmp_path: Path) -> None:
    async with device(open="absent", once=str(tmp_path / "mark")) as hosted:
        assert await failure(hosted) == "device-not-found"
        status = await until(hosted, DeviceState.READY)
        assert status.restarts == 0, "a driver that says no needs no new process"


async def test_a_device_whose_path_goes_away_is_lost_while_nobody_uses_it(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB0"
    path.touch()
    seen: list[DeviceStatus] = []
    async with device(device=str(path), on_change=seen.append) as hosted:
        await hosted.wait_ready()
        path.unlink()
        await eventually(lambda: any(change.error_code == "device-lost" for change in seen))


async def test_a_firmware_that_is_not_approved_is_refused_with_its_reason() -> None:
    async with device(firmware_versions=("2",)) as hosted:
        assert await failure(hosted) == "firmware-not-approved"


async def test_a_second_capture_at_the_same_time_is_refused() -> None:
    deadlines = Deadlines(presence_s=0.1, open_s=10.0)
    async with (
        device(CAMERA, capture="flood", deadlines=deadlines) as hosted,
        hosted.frames(CameraRequest()),
    ):
        assert await failure(hosted, CameraRequest()) == "device-busy"


async def test_crashes_in_a_row_are_answered_with_growing_pauses() -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def sleep(delay_s: float) -> None:
        pauses.append(delay_s)
        if len(pauses) == 4:
            enough.set()
            await asyncio.Event().wait()

    async with device(open="exit", sleep=sleep) as hosted:
        async with asyncio.timeout(30):
            await enough.wait()
        assert hosted.status().state is DeviceState.RESTARTING
        assert hosted.status().restarts == 4
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8])


@pytest.mark.parametrize("trouble", ["", "hang", "hang-at-close", "absent"])
async def test_closing_leaves_no_process(trouble: str) -> None:
    async with device(open=trouble) as hosted:
        if trouble in ("", "hang-at-close"):
            await hosted.wait_ready()
        else:
            await asyncio.sleep(0.5)
        pid = hosted.status().host_pid
        async with asyncio.timeout(5):
            await hosted.close()
        assert hosted.status().state is DeviceState.STOPPED
        assert not pid or not _alive(pid)
        assert await failure(hosted) == "device-not-ready"


def _alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


@pytest.mark.parametrize(("said", "marked"), [("true", True), ("false", False)])
async def test_a_device_that_the_settings_call_simulated_is_marked_in_all_it_gives(said: str, marked: bool) -> None:
    async with device(simulated=said) as hosted:
        async with hosted.frames(QUICK) as frames:
            assert [frame.simulated async for frame in frames] == [marked] * 3
        assert hosted.facts().simulated is marked
