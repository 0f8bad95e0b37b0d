"""A box that is short of file descriptors: a device fails by name, comes back, and takes nobody with it."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from appliance.devices import hosted_device, link
from appliance.devices.deadlines import Deadlines
from appliance.devices.desk import Desk
from appliance.devices.link import HostCommand, HostLink
from appliance.model.device import DeviceSettings, DeviceState
from drivers import shared_frames
from drivers.contracts import Contract
from drivers.errors import HostCrashed
from drivers.profiles import Profile, load_profiles

NO_ROOM = OSError(errno.EMFILE, "Too many open files")
COMMAND = HostCommand(contract=Contract.CAMERA, driver="simulated-camera")


@pytest.fixture(scope="module")
def profiles() -> Mapping[str, Profile]:
    return load_profiles()


def _fails(*_: object, **__: object) -> None:
    raise NO_ROOM


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(
    ("where", "name"),
    [(os, "memfd_create"), (socket, "socketpair"), (asyncio, "create_subprocess_exec"), (asyncio, "open_connection")],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_a_start_without_room_has_a_name_and_leaks_nothing(
    where: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await HostLink.spawn(COMMAND, Deadlines())).end()
    before = _descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(where, name, _fails)
        with pytest.raises(HostCrashed):
            await HostLink.spawn(COMMAND, Deadlines())
    assert _descriptors() == before


@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        (NO_ROOM, "the system lacks resources"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "the system lacks resources"),
        (PermissionError(errno.EACCES, "Permission denied", "/opt/python"), r"may not run it \(/opt/python\)"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/opt/python"), "its program is missing"),
        (OSError(errno.ENOEXEC, "Exec format error", "/opt/python"), "Exec format error"),
    ],
)
async def test_what_kept_a_host_from_starting_is_said(
    hindrance: OSError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hinders(*_: object, **__: object) -> None:
        raise hindrance

    monkeypatch.setattr(asyncio, "create_subprocess_exec", hinders)
    with pytest.raises(HostCrashed, match=said):
        await HostLink.spawn(COMMAND, Deadlines())


def test_slots_that_are_not_all_there_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = os.memfd_create

    def third_fails(name: str, flags: int) -> int:
        if len(made) == 2:
            raise NO_ROOM
        made.append(real(name, flags))
        return made[-1]

    monkeypatch.setattr(os, "memfd_create", third_fails)
    with pytest.raises(OSError, match="Too many"):
        shared_frames.create_slots()
    for fd in made:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(fd)


async def test_a_device_comes_back_after_a_shortage(
    monkeypatch: pytest.MonkeyPatch, profiles: Mapping[str, Profile]
) -> None:
    short, real = [True], shared_frames.create_slots

    def once_short() -> tuple[int, ...]:
        if short.pop() if short else False:
            raise NO_ROOM
        return real()

    monkeypatch.setattr(link, "create_slots", once_short)
    desk = Desk([DeviceSettings(device_id="camera", profile_id="simulated-camera")], profiles, production=False)
    await desk.start()
    try:
        await desk.device(Contract.CAMERA).wait_ready()
        assert desk.statuses()[0].restarts == 1
    finally:
        await desk.close()


async def test_a_supervision_that_died_does_not_keep_the_others_from_closing(
    monkeypatch: pytest.MonkeyPatch, profiles: Mapping[str, Profile]
) -> None:
    real = hosted_device.HostedDevice._run_host

    async def dies(device: hosted_device.HostedDevice) -> object:
        if device.device_id == "camera":
            raise ZeroDivisionError
        return await real(device)

    monkeypatch.setattr(hosted_device.HostedDevice, "_run_host", dies)
    settings = [
        DeviceSettings(device_id="camera", profile_id="simulated-camera"),
        DeviceSettings(device_id="reader", profile_id="simulated-fingerprint"),
    ]
    desk = Desk(settings, profiles, production=False)
    await desk.start()
    await desk.device(Contract.FINGERPRINT_READER).wait_ready()
    pid = desk.statuses()[1].host_pid
    assert desk.statuses()[0].state is DeviceState.FAILED
    await desk.close()
    assert str(pid) not in await asyncio.to_thread(os.listdir, "/proc")
    assert {status.state for status in desk.statuses()} == {DeviceState.STOPPED}
