"""One device of the post, kept alive: its host is started, opened, watched, and started again when it fails.

Responsible for health and for who may use the device now. Not for the conversation with the host (`link`) nor for
what a frame is worth (`quality`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog

from appliance.devices.capture_events import CaptureEvents
from appliance.devices.deadlines import Deadlines
from appliance.devices.link import HostCommand, HostLink
from appliance.devices.not_found import with_its_name
from appliance.devices.plugging import concerns, may_concern
from appliance.devices.stream import FrameStream
from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts
from appliance.model.device import DeviceState, DeviceStatus
from appliance.runtime.tasks import Backoff
from drivers.approval import check_model
from drivers.contracts import AnyRequest, Contract, FingerprintRequest, Request
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    CardRemoved,
    CardUnresponsive,
    DeviceBusy,
    DeviceLost,
    DriverError,
    RequestUnsupported,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerJammed,
)
from drivers.hotplug import Change, PlugEvent
from drivers.profiles import Profile
from drivers.timings import timings_of

log = structlog.get_logger(__name__)

HARMLESS = (
    *(CaptureTimedOut, CaptureCancelled, RequestUnsupported, DeviceBusy),
    *(ScannerEmpty, ScannerJammed, ScannerCoverOpen, CardRemoved, CardUnresponsive),
)
"""After these a device is as ready as before; after any other it is closed and opened again."""
_HEALTHY_AFTER_S = 30.0
DEVICE_BACKOFF = Backoff(first_s=0.2, longest_s=5.0, healthy_after_s=_HEALTHY_AFTER_S)
"""The longest step is how long a technician waits for a device that was plugged in again."""


class HostedDevice:
    """`start`, then `frames` as often as wanted, then `close`. Raises only `DeviceError`."""

    def __init__(
        self,
        device_id: str,
        profile: Profile,
        options: Mapping[str, object],
        *,
        command: HostCommand | None = None,
        deadlines: Deadlines | None = None,
        backoff: Backoff = DEVICE_BACKOFF,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        on_change: Callable[[DeviceStatus], None] | None = None,
    ) -> None:
        self.profile = profile
        self._options = profile.driver_options() | dict(options)
        self._command = command or HostCommand(contract=profile.contract, driver=profile.driver)
        self.deadlines = (deadlines or Deadlines()).leaving(timings_of(profile.driver, self._options))
        self._backoff = backoff
        self._sleep = sleep
        self._chance = chance
        self._on_change = on_change
        self._log = log.bind(device_id=device_id)
        self._status = DeviceStatus(
            device_id=device_id,
            contract=profile.contract,
            profile_id=profile.profile_id,
            state=DeviceState.STOPPED,
        )
        self._changed = asyncio.Event()
        self._reopen: asyncio.Future[DriverError] | None = None
        self._link: HostLink | None = None
        self._capture: CaptureEvents | None = None
        self._plugged = asyncio.Event()
        self._in_use = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def device_id(self) -> str:
        return self._status.device_id

    @property
    def contract(self) -> Contract:
        return self.profile.contract

    @property
    def named(self) -> str:
        """Where it is, as the settings say: a path, an index, an address, a binding; empty where they do not."""
        device = self._options.get("device", "")
        return device if isinstance(device, str) else ""

    def status(self) -> DeviceStatus:
        return self._status

    def facts(self) -> DeviceFacts:
        """What the record says about this device; call it while it is open."""
        identity = self._status.identity
        return DeviceFacts(
            device_id=self.device_id,
            profile_id=self.profile.profile_id,
            driver=self.profile.driver,
            vendor=(identity.vendor if identity else "") or self.profile.vendor,
            model=(identity.model if identity else "") or self.profile.model,
            serial_number=identity.serial_number if identity else "",
            firmware_version=identity.firmware_version if identity else "",
            simulated=self.profile.simulated or (identity is not None and identity.simulated),
        )

    def quality_thresholds(self) -> dict[str, int]:
        return {str(measured): score for measured, score in self.profile.quality_thresholds.items()}

    def capabilities(self) -> frozenset[str]:
        return frozenset(capability.value for capability in self.profile.capabilities)

    def start(self) -> None:
        if self._task is None:
            self._become(DeviceState.STARTING)
            self._task = asyncio.create_task(self._keep_alive(), name=f"device-{self.device_id}")
            self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Stop the host, kill it if need be, and wait until it is gone; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            # What a supervision died of was logged when it did; it must not keep the other devices from closing.
            with suppress(asyncio.CancelledError, Exception):
                await task
        self._become(DeviceState.STOPPED)

    def heed(self, event: PlugEvent) -> None:
        """What udev says of a device: this one is opened or let go of at once; what others do is not ours."""
        if not concerns(event, self.profile, self.named, self._status.identity):
            if may_concern(event, self.profile, self.named):
                self._look_again(event)
            return
        if event.change is Change.ADDED:
            self._plugged.set()
        elif self._reopen is not None and not self._reopen.done():
            if self._capture is not None:
                self._capture.lose(DeviceLost())
            self._reopen.set_result(DeviceLost())
            self._log.warning("device-failed", code=DeviceLost.code)
            self._become(DeviceState.FAILED, DeviceLost())

    def _look_again(self, event: PlugEvent) -> None:
        """Something came or went that may have been this one: unless it is in use, its opening tells."""
        if event.change is Change.ADDED:
            self._plugged.set()
        elif self._status.state is DeviceState.READY and self._reopen is not None and not self._reopen.done():
            self._reopen.set_result(DeviceLost())
            self._become(DeviceState.RESTARTING)

    async def wait_ready(self) -> None:
        """Until the device is ready. Raises DeviceError when it is failed, or not ready within `presence_s`
        (while its first opening is under way: within that deadline)."""
        first = self._status.state is DeviceState.STARTING
        patience_s = self.deadlines.presence_s + (self.deadlines.open_s if first else 0.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self._status.state in (DeviceState.STARTING, DeviceState.RESTARTING):
                    await self._changed.wait()
        if self._status.state not in (DeviceState.READY, DeviceState.BUSY):
            sentence = self._status.sentence or "The device is not ready: try again in a moment."
            raise DeviceError(sentence, code=self._status.error_code or "device-not-ready")

    @asynccontextmanager
    async def frames(self, request: Request) -> AsyncIterator[FrameStream]:
        """A capture of pictures: `async with device.frames(request) as stream: async for frame in stream: …`.

        `frame.pixels` is read-only, not copied, valid until the next frame is asked for and never outside the
        block: who keeps it, copies it.
        """
        async with self.capture(request) as events:
            patience_s = request.timeout_s + self.deadlines.frame_grace_s
            leads_up = isinstance(request, FingerprintRequest) and not request.preview
            yield FrameStream(events, patience_s, kept_within_s=patience_s if leads_up else None)

    @asynccontextmanager
    async def capture(self, request: AnyRequest) -> AsyncIterator[CaptureEvents]:
        """Any capture (`frames` for pictures, `chip` and `ink` for what gives none). Leaving the block ends it within
        a second. Errors of the driver arrive as DeviceError with its code and sentence; `device-busy` when somebody
        else is capturing.
        """
        try:
            async with asyncio.timeout(self.deadlines.presence_s):
                await self._in_use.acquire()
        except TimeoutError:
            sentence = "The device is in use for another capture: end that one first."
            raise DeviceError(sentence, code=DeviceBusy.code) from None
        try:
            await self.wait_ready()
            link = self._link
            if link is None:
                raise DeviceError("The device is being stopped.", code="device-not-ready")
            try:
                events = link.start(request)
            except DriverError as error:
                raise DeviceError(error.sentence, code=error.code) from error
            self._become(DeviceState.BUSY)
            self._capture = events
            try:
                yield events
            finally:
                self._capture = None
                await self._finish(link, events)
        finally:
            self._in_use.release()

    async def _finish(self, link: HostLink, capture: CaptureEvents) -> None:
        try:
            await capture.stop()
        finally:
            self._status = msgspec.structs.replace(
                self._status,
                frames=self._status.frames + capture.frames,
                dropped=self._status.dropped + capture.dropped,
            )
            if capture.frames or capture.dropped:
                self._log.info("frames-ended", frames=capture.frames, frames_dropped=capture.dropped)
            error = capture.ended_by
            # A host that came in the meantime has nothing to do with how this capture ended.
            if self._link is link:
                if link.lost.done():
                    self._become(DeviceState.RESTARTING, link.lost.result())
                elif error is None or isinstance(error, HARMLESS):
                    self._become(DeviceState.READY)
                elif self._reopen is not None and not self._reopen.done():
                    self._become(DeviceState.RESTARTING, error)
                    self._reopen.set_result(error)

    async def _keep_alive(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            error = await self._run_host()
            if asyncio.get_running_loop().time() - began >= self._backoff.healthy_after_s:
                failures = 0
            failures += 1
            self._become(DeviceState.RESTARTING, error, restarted=True)
            self._log.warning("driver-host-restarts", code=error.code, attempt=failures)
            await self._sleep(self._backoff.delay_s(failures, self._chance()))

    async def _run_host(self) -> DriverError:
        """From one host's start to its end, whose reason is returned."""
        try:
            self._link = await HostLink.spawn(self._command, self.deadlines)
        except DriverError as error:
            return error
        try:
            reason = await self._use_host(self._link)
            self._become(DeviceState.RESTARTING, reason)
            return reason
        finally:
            link, self._link = self._link, None
            await link.end()

    async def _use_host(self, link: HostLink) -> DriverError:
        """Open the device, again and again where it is not there; a driver that says no needs no new process."""
        refusals = 0
        while not link.lost.done():
            # What is plugged in from here on is looked at again, even if this opening just misses it.
            self._plugged.clear()
            try:
                await asyncio.to_thread(check_model, self.profile, self.named)
                identity = await link.open(self._options)
                self.profile.check_firmware(identity)
            except DriverError as failure:
                error = with_its_name(failure, self.profile, self.named)
                if link.lost.done():
                    break
                refusals += 1
                if error.code != self._status.error_code or self._status.state is not DeviceState.FAILED:
                    self._log.warning("device-failed", code=error.code)
                self._become(DeviceState.FAILED, error)
                await self._pause(link, self._backoff.delay_s(refusals, self._chance()))
                continue
            refusals = 0
            self._reopen = asyncio.get_running_loop().create_future()
            self._status = msgspec.structs.replace(self._status, identity=identity)
            self._log.info("device-ready", simulated=identity.simulated, host_pid=link.pid)
            self._become(DeviceState.READY)
            await self._watch(link, self._reopen)
            if not link.lost.done():
                with suppress(DriverError):
                    await link.close_device()
        return link.lost.result()

    async def _watch(self, link: HostLink, reopen: asyncio.Future[DriverError]) -> None:
        """Ask the host every now and then; returns when it is lost or when the device must be opened again."""
        while True:
            await asyncio.wait(
                (link.lost, reopen), timeout=self.deadlines.ping_every_s, return_when=asyncio.FIRST_COMPLETED
            )
            if link.lost.done() or reopen.done():
                return
            try:
                present = await link.is_present()
            except DriverError:
                return
            if not present and self._status.state is DeviceState.READY:
                self._become(DeviceState.FAILED, DeviceLost())
                self._log.warning("device-failed", code=DeviceLost.code)
                return

    async def _pause(self, link: HostLink, delay_s: float) -> None:
        """Until it is time to try again, or until the device is plugged in."""
        sleeping: asyncio.Future[object] = asyncio.ensure_future(self._sleep(delay_s))
        plugged: asyncio.Future[object] = asyncio.ensure_future(self._plugged.wait())
        lost: asyncio.Future[object] = asyncio.shield(link.lost)
        waits = (sleeping, plugged, lost)
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A fault of our own must not leave a device that looks well."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("device-supervision-ended", exc_info=error)
            self._become(DeviceState.FAILED, DriverError("The supervision of the device ended: restart the appliance."))

    def _become(self, state: DeviceState, error: DriverError | None = None, *, restarted: bool = False) -> None:
        known = state in (DeviceState.READY, DeviceState.BUSY, DeviceState.STOPPED)
        self._status = msgspec.structs.replace(
            self._status,
            state=state,
            error_code=error.code if error else ("" if known else self._status.error_code),
            sentence=error.sentence if error else ("" if known else self._status.sentence),
            restarts=self._status.restarts + int(restarted),
            host_pid=self._link.pid if self._link else 0,
        )
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if self._on_change is not None:
            self._on_change(self._status)
