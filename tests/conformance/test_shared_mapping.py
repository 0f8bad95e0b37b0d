"""The array that the daemon reads is the memory that the driver's host wrote: the same file, mapped by both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.devices.hosted_device import HostedDevice
from drivers.contracts import CameraRequest
from drivers.profiles import load_profiles

_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+) +/memfd:")


def _memory_files(pid: int | str) -> Iterator[tuple[range, str, int]]:
    """(addresses, permissions, inode) of each memory file that a process has mapped (proc_pid_maps(5))."""
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        if found := _MAPPING.match(line):
            yield range(int(found[1], 16), int(found[2], 16)), found[3], int(found[4])


@pytest.mark.blocking_allowed("the test reads the maps of two processes while a frame is lent to it")
async def test_what_the_daemon_reads_lies_in_the_hosts_mapping() -> None:
    device = HostedDevice("camera", load_profiles()["simulated-camera"], {"seed": 1})
    device.start()
    try:
        async with device.frames(CameraRequest(frame_limit=3)) as frames:
            async for frame in frames:
                address = frame.pixels.__array_interface__["data"][0]
                inode = next(inode for where, _, inode in _memory_files("self") if address in where)
                hosts = list(_memory_files(device.status().host_pid))
                assert inode in {number for _, _, number in hosts}
                assert any(number == inode and "w" in allowed for _, allowed, number in hosts), "the host writes there"
                assert not frame.pixels.flags.writeable
                assert np.ptp(frame.pixels) > 0
                assert frame.pixels.base is not None, "a view, no copy"
    finally:
        await device.close()
