"""A USB device as endpoints and control transfers, through libusb: claimed exclusively, finite waits, typed errors.

pyusb's calls block, and a device may be silent on one endpoint while another speaks: what must be in flight beside
other transfers stays there until it is answered (`queue_read`, `listen`, both by `usb_waiting`). Not responsible for
what the bytes mean, nor for opening the device again after it was lost.
"""

from __future__ import annotations

import errno
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

import usb.backend.libusb1
import usb.core
import usb.util

from drivers.contracts import Stop
from drivers.errors import (
    CaptureCancelled,
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
    OptionInvalid,
)
from drivers.transport import access
from drivers.transport.usb_waiting import Kind, WaitingRead

WAIT_S: Final = 0.5
"""How long libusb may wait at once; the stop flag is looked at in between."""
_LOOK_S: Final = 0.1
"""How often it is looked whether a read that stays in flight is still wanted."""
_TRANSFER_S: Final = 1.0
_VENDOR_IN: Final = 0xC0
_VENDOR_OUT: Final = 0x40
_NODES: Final = Path("/dev/bus/usb")
_SYSFS: Final = Path("/sys/bus/usb/devices")

_ERRORS: Final[dict[int | None, type[DriverError]]] = {
    errno.ENOENT: DeviceLost,
    errno.ENODEV: DeviceLost,
    errno.ESHUTDOWN: DeviceLost,
    errno.EIO: DeviceLost,
    errno.EACCES: DeviceAccessDenied,
    errno.EPERM: DeviceAccessDenied,
    errno.EBUSY: DeviceBusy,
    errno.ETIMEDOUT: DeviceTimedOut,
    errno.EPIPE: DeviceProtocolError,
    errno.EOVERFLOW: DeviceProtocolError,
}


class PendingRead(Protocol):
    """A read that was queued before something else was said."""

    def result(self, timeout_s: float, stop: Stop) -> bytes:
        """What came. DeviceTimedOut, CaptureCancelled, or what the transfer failed with."""
        ...


class Listener(Protocol):
    """An endpoint that is always being read, so that nothing said on it is missed."""

    def next(self, wait_s: float) -> bytes | None:
        """The oldest message not taken yet; None when none came in time. DeviceLost when the device is gone."""
        ...

    def close(self) -> None:
        """No further read is begun. Those in flight end with the device, or within the transport's own wait."""
        ...


class UsbLink(Protocol):
    """One claimed interface. All methods raise only `DriverError`s, in finite time."""

    def control_read(self, request: int, value: int, size: int) -> bytes: ...

    def control_write(self, request: int, value: int, data: bytes) -> None: ...

    def write(self, endpoint: int, data: bytes) -> None: ...

    def read(self, endpoint: int, size: int, timeout_s: float, stop: Stop | None = None) -> bytes: ...

    def queue_read(self, endpoint: int, size: int) -> PendingRead: ...

    def listen(self, endpoint: int, size: int) -> Listener: ...

    def close(self) -> None: ...


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except usb.core.USBError as failure:
        kind = _ERRORS.get(failure.errno, DeviceFault)
        raise kind(access.USB_READER if kind is DeviceAccessDenied else None) from failure


class PyUsbLink:
    """A `UsbLink` to a real device. The kernel has configured it already: nothing but its interface is claimed."""

    def __init__(self, device: usb.core.Device, interface: int) -> None:
        self._device = device
        self._interface = interface
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._reads: list[WaitingRead] = []
        with _typed():
            usb.util.claim_interface(device, interface)

    def control_read(self, request: int, value: int, size: int) -> bytes:
        with _typed():
            return bytes(self._device.ctrl_transfer(_VENDOR_IN, request, value, 0, size, _ms(_TRANSFER_S)))

    def control_write(self, request: int, value: int, data: bytes) -> None:
        with _typed():
            self._device.ctrl_transfer(_VENDOR_OUT, request, value, 0, data, _ms(_TRANSFER_S))

    def write(self, endpoint: int, data: bytes) -> None:
        with _typed():
            if self._device.write(endpoint, data, _ms(_TRANSFER_S)) != len(data):
                raise DeviceTimedOut

    def read(self, endpoint: int, size: int, timeout_s: float, stop: Stop | None = None) -> bytes:
        """One transfer of up to `size` bytes. DeviceTimedOut; CaptureCancelled once `stop` is set."""
        deadline = time.monotonic() + timeout_s
        while True:
            if stop is not None and stop.is_set():
                raise CaptureCancelled
            wait_s = min(WAIT_S, deadline - time.monotonic())
            if wait_s <= 0:
                raise DeviceTimedOut
            with suppress(DeviceTimedOut), _typed():
                return bytes(self._device.read(endpoint, size, _ms(wait_s)))

    def queue_read(self, endpoint: int, size: int) -> PendingRead:
        return _Pending(self, endpoint, size)

    def listen(self, endpoint: int, size: int) -> Listener:
        return _Listening(self, endpoint, size)

    def submitted(self, kind: Kind, endpoint: int, size: int) -> WaitingRead:
        """A read that the device may answer from now on. To be closed before the link, by whichever thread waits."""
        with _typed():
            reading = WaitingRead(self._device, kind, endpoint, size)
            reading.submit()
        return reading

    def keep(self, reading: WaitingRead) -> None:
        """One that the caller's own thread waits for: should nobody have closed it, it is closed with the link."""
        self._reads = [other for other in self._reads if not other.is_closed] + [reading]

    def start(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def is_closing(self) -> bool:
        return self._closing.is_set()

    def close(self) -> None:
        """Once every read in flight has ended: a thread still inside libusb must not find the device closed."""
        self._closing.set()
        for thread in self._threads:
            thread.join(2 * WAIT_S)
        self._threads.clear()
        for reading in self._reads:
            reading.close()
        self._reads.clear()
        with suppress(usb.core.USBError):
            usb.util.release_interface(self._device, self._interface)
        with suppress(usb.core.USBError):
            usb.util.dispose_resources(self._device)


class _Pending:
    def __init__(self, link: PyUsbLink, endpoint: int, size: int) -> None:
        self._reading = link.submitted(Kind.BULK, endpoint, size)
        link.keep(self._reading)

    def result(self, timeout_s: float, stop: Stop) -> bytes:
        deadline = time.monotonic() + timeout_s
        with _typed(), closing(self._reading):
            while (data := self._reading.heard(_LOOK_S)) is None:
                if stop.is_set():
                    raise CaptureCancelled
                if time.monotonic() >= deadline:
                    raise DeviceTimedOut
            return data


class _Listening:
    def __init__(self, link: PyUsbLink, endpoint: int, size: int) -> None:
        self._heard: queue.Queue[bytes | DriverError] = queue.Queue(maxsize=256)
        self._over = threading.Event()
        reading = link.submitted(Kind.INTERRUPT, endpoint, size)
        link.start(threading.Thread(target=self._listen, args=(link, reading), name="usb-listen", daemon=True))

    def _listen(self, link: PyUsbLink, reading: WaitingRead) -> None:
        try:
            with _typed(), closing(reading):
                while not (self._over.is_set() or link.is_closing()):
                    if (data := reading.heard(_LOOK_S)) is not None:
                        self._keep(data)
                        reading.submit()
        except DriverError as error:
            self._keep(error)

    def _keep(self, data: bytes | DriverError) -> None:
        """A device that talks without end fills no memory: what nobody takes is let go, oldest first."""
        while True:
            try:
                self._heard.put_nowait(data)
                break
            except queue.Full:
                with suppress(queue.Empty):
                    self._heard.get_nowait()

    def next(self, wait_s: float) -> bytes | None:
        try:
            heard = self._heard.get(timeout=wait_s)
        except queue.Empty:
            return None
        if isinstance(heard, DriverError):
            with suppress(queue.Full):
                self._heard.put_nowait(heard)
            raise heard
        return heard

    def close(self) -> None:
        self._over.set()


def open_usb(ids: tuple[tuple[int, int], ...], device: str = "", *, interface: int = 0) -> tuple[PyUsbLink, UsbFacts]:
    """The first plugged-in device with one of the (vendor, product) `ids`, and what the system knows of it.

    `device` narrows it down: a node such as /dev/bus/usb/001/003, or a serial number. DeviceNotFound, DeviceBusy,
    DeviceAccessDenied; OptionInvalid where libusb itself is missing.
    """
    backend = usb.backend.libusb1.get_backend()
    if backend is None:
        raise OptionInvalid("The system's USB library is missing: install Debian's libusb-1.0-0.")
    with _typed():
        for found in usb.core.find(find_all=True, backend=backend):
            facts = UsbFacts(found)
            if facts.ids in ids and device in ("", facts.node, facts.serial_number):
                return PyUsbLink(found, interface), facts
    raise DeviceNotFound


class UsbFacts:
    """What the kernel knows of a device without a word to it; string descriptors are not asked of the device."""

    def __init__(self, device: usb.core.Device) -> None:
        self.ids: tuple[int, int] = (device.idVendor, device.idProduct)
        self.release = f"{device.bcdDevice >> 8:x}.{device.bcdDevice & 0xFF:02x}"
        self.node = str(_NODES / f"{device.bus:03d}" / f"{device.address:03d}")
        described = _described(device.bus, device.address)
        self.serial_number = _line(described, "serial")
        self.manufacturer = _line(described, "manufacturer")
        self.product = _line(described, "product")


def _described(bus: int, address: int) -> Path | None:
    """The device's folder under sysfs."""
    for folder in _SYSFS.glob("*"):
        if (_line(folder, "busnum"), _line(folder, "devnum")) == (str(bus), str(address)):
            return folder
    return None


def _line(folder: Path | None, name: str) -> str:
    if folder is None:
        return ""
    try:
        return (folder / name).read_text(errors="replace").strip()
    except OSError:
        return ""


def _ms(seconds: float) -> int:
    # libusb takes 0 for "for ever".
    return max(1, round(seconds * 1000))
