"""What udev says: whom it concerns, and that a device pulled out or plugged in is treated so at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.plugging import concerns, may_concern
from appliance.errors import DeviceError
from appliance.model.device import DeviceState
from appliance.runtime.tasks import Backoff
from drivers.contracts import ChipRequest, DeviceIdentity, FingerprintRequest
from drivers.faults import FaultPlan
from drivers.hotplug import Change, PlugEvent
from drivers.profiles import load_profiles
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.zfm.emulated_module import ModuleSettings
from drivers.zfm.emulator import PtyModule

PROFILES = load_profiles()
PATIENCE_S = 60.0
SELDOM = Deadlines(ping_every_s=600.0)
NEVER_AGAIN = Backoff(first_s=3600.0, longest_s=3600.0, healthy_after_s=30.0)


def event(change: Change = Change.REMOVED, node: str = "/dev/ttyUSB0", serial: str = "A1") -> PlugEvent:
    return PlugEvent(
        change=change, subsystem="tty", node=node, vendor_id="05ba", product_id="000a", serial_number=serial
    )


def identity(serial: str) -> DeviceIdentity:
    return DeviceIdentity(vendor="", model="", serial_number=serial)


@pytest.mark.parametrize(
    ("profile", "device", "known", "expected"),
    [
        ("zfm-r307", "/dev/ttyUSB0", None, True),
        ("zfm-r307", "/dev/ttyUSB1", None, False),
        ("zfm-r307", "usb:05ba:000a", None, True),
        ("zfm-r307", "usb:05ba:000a:A1", None, True),
        ("zfm-r307", "usb:05ba:000a:B2", None, False),
        ("zfm-r307", "usb:1a86:7523", None, False),
        ("zfm-r307", "usb:", None, False),
        ("uru4500", "", None, True),
        ("uru4500", "", identity(""), True),
        ("uru4500", "", identity("A1"), True),
        ("uru4500", "", identity("B2"), False),
        ("nb1010", "", None, False),
        ("opencv-camera", "http://127.0.0.1/x", None, False),
    ],
)
def test_whom_it_concerns(profile: str, device: str, known: DeviceIdentity | None, expected: bool) -> None:
    assert concerns(event(), PROFILES[profile], device, known) is expected


async def _reached(device: HostedDevice, state: DeviceState) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while device.status().state is not state:
            await asyncio.sleep(0.005)


async def test_pulled_out_in_the_middle_of_a_capture_and_plugged_in_again(tmp_path: Path) -> None:
    """The driver waits for a finger, is asked for nothing, and would be tried again in an hour: only udev tells."""
    port = tmp_path / "reader"
    settings = ModuleSettings(images=[drawn_print(192, 192)], faults=FaultPlan(absent_s=3000.0))
    module = await asyncio.to_thread(PtyModule, settings)
    await asyncio.to_thread(port.symlink_to, module.path)
    device = HostedDevice("reader", PROFILES["zfm-r503"], {"device": str(port)}, deadlines=SELDOM, backoff=NEVER_AGAIN)
    device.start()
    try:
        await _reached(device, DeviceState.READY)
        async with device.frames(FingerprintRequest(timeout_s=3000.0)) as frames:
            asyncio.get_running_loop().call_later(0.2, device.heed, event(node=str(port)))
            await asyncio.to_thread(port.unlink)
            with pytest.raises(DeviceError) as lost:
                await anext(frames)
        assert lost.value.code == "device-lost"
        await _reached(device, DeviceState.FAILED)
        await asyncio.to_thread(port.symlink_to, module.path)
        device.heed(event(Change.ADDED, node="/dev/ttyUSB7"))
        await asyncio.sleep(0.05)
        assert device.status().state is DeviceState.FAILED, "what others do is not ours"
        device.heed(event(Change.ADDED, node=str(port)))
        await _reached(device, DeviceState.READY)
    finally:
        await device.close()
        await asyncio.to_thread(module.close)


def something(change: Change, subsystem: str = "usb") -> PlugEvent:
    return PlugEvent(
        change=change, subsystem=subsystem, node="/dev/bus/usb/001/009", vendor_id="dead", product_id="beef"
    )


@pytest.mark.parametrize(
    ("profile", "device", "subsystem", "expected"),
    [
        ("pcsc-reader", "", "usb", True),
        ("pcsc-reader", "ACR122U", "usb", True),
        ("sane-scanner", "fujitsu:fi-7160", "usb", True),
        ("pcsc-reader", "", "tty", False),
        ("camera-scanner", "/dev/video0", "usb", False),
        ("uru4500", "", "usb", False),
        ("opencv-camera", "0", "usb", False),
    ],
)
def test_whom_it_may_concern(profile: str, device: str, subsystem: str, expected: bool) -> None:
    assert may_concern(something(Change.REMOVED, subsystem), PROFILES[profile], device) is expected


async def test_a_chip_reader_is_looked_for_when_anything_on_usb_goes_and_nobody_uses_it() -> None:
    """pcscd knows it by a name that is not udev's, so that its opening alone tells whether it was the one."""
    states: list[DeviceState] = []
    profile = msgspec.structs.replace(PROFILES["simulated-chip"], simulated=False)
    device = HostedDevice(
        "chips",
        profile,
        {},
        deadlines=SELDOM,
        backoff=NEVER_AGAIN,
        sleep=lambda _: asyncio.sleep(0),
        on_change=lambda status: states.append(status.state),
    )
    device.start()
    try:
        await _reached(device, DeviceState.READY)
        async with device.capture(ChipRequest(watch=True)):
            device.heed(something(Change.REMOVED))
            assert device.status().state is DeviceState.BUSY, "whoever uses it hears of a loss by using it"
        states.clear()
        device.heed(something(Change.REMOVED))
        assert device.status().state is DeviceState.RESTARTING
        await _reached(device, DeviceState.READY)
        assert states == [DeviceState.RESTARTING, DeviceState.READY]
    finally:
        await device.close()
