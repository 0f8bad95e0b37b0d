"""One running driver host as the daemon sees it: its process, its socket, its shared slots.

Responsible for the conversation and its deadlines: whatever misses one is killed with everything it started. Not
for starting again, health or who may use the device (`appliance.devices.hosted_device`).
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

import drivers
from appliance.devices.capture_events import CaptureEvents, Ending, Taken
from appliance.devices.deadlines import Deadlines
from drivers.contracts import AnyRequest, Contract, DeviceIdentity
from drivers.errors import (
    CaptureCancelled,
    DeviceProtocolError,
    DriverError,
    HostCrashed,
    HostOutgrown,
    HostUnresponsive,
    error_from_code,
)
from drivers.messages import (
    CardSeen,
    Close,
    Closed,
    Command,
    Done,
    Event,
    Failed,
    FrameReady,
    Ink,
    Open,
    Opened,
    Ping,
    Pong,
    Response,
    Shutdown,
    Start,
    event_reader,
    request_to_dict,
    to_bytes,
)
from drivers.shared_frames import SharedViews, create_slots

log = structlog.get_logger(__name__)

_SOURCE = str(Path(drivers.__file__).resolve().parent.parent)
_LAST_BREATH_S = 0.5
_SHORTAGES = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.ENOBUFS)
_R = TypeVar("_R")

HOST_MEMORY_LIMIT_MIB = 768
"""A page of A4 at 600 ppi in colour is 100 MiB, and the largest driver holds three of them."""


class HostCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Which driver a host runs. `factory` (`module:attribute`) is for tests' own drivers and never set otherwise."""

    contract: Contract
    driver: str = ""
    factory: str = ""

    def arguments(self) -> list[str]:
        chosen = ["--factory", self.factory] if self.factory else ["--driver", self.driver]
        return ["--contract", self.contract, *chosen]


class HostLink:
    """Made by `spawn`, ended by `end`. After a failure `lost` holds the reason and every call raises it.

    All methods raise only `drivers.errors.DriverError`s.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        views: SharedViews,
        deadlines: Deadlines,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._views = views
        self._deadlines = deadlines
        self._ending = False
        self._reply: asyncio.Future[Event] | None = None
        self._pong: asyncio.Future[Pong] | None = None
        self._pings = 0
        self._captures = 0
        self._capture: CaptureEvents | None = None
        self.lost: asyncio.Future[DriverError] = asyncio.get_running_loop().create_future()
        self._group_gone = False
        self._listener = asyncio.create_task(self._listen(), name=f"host-{process.pid}-events")
        self._watcher = asyncio.create_task(self._watch(), name=f"host-{process.pid}-end")

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def spawn(cls, command: HostCommand, deadlines: Deadlines) -> HostLink:
        """Start the host, in a process group of its own. Call it from the thread that lives as long as the daemon."""
        views: SharedViews | None = None
        ours: socket.socket | None = None
        process: asyncio.subprocess.Process | None = None
        try:
            slots = create_slots()
            views = SharedViews(slots)
            ours, theirs = socket.socketpair()
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "drivers.host", "--parent", str(os.getpid())),
                    *("--socket", str(theirs.fileno()), "--slots", ",".join(map(str, slots))),
                    *command.arguments(),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    # What a vendor's library prints may hold anything (a camera's password): only a developer sees it.
                    stderr=None if os.environ.get("CLAIM_KIOSK_DEBUG") else asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(), *slots),
                    start_new_session=True,
                    env=_environment(),
                )
            ours.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException as error:  # whoever cancels a start leaves no process behind
            for ending in (ours, views):
                if ending is not None:
                    ending.close()
            if process is not None:
                _kill_group(process.pid)
                await process.wait()
            if isinstance(error, OSError):
                raise HostCrashed(f"The device's driver could not be started: {_hindrance(error)}.") from error
            raise
        return cls(process, reader, writer, views, deadlines)

    async def open(self, options: dict[str, object]) -> DeviceIdentity:
        event = await self._ask(Open(options=options), self._deadlines.open_s)
        if not isinstance(event, Opened):
            raise self.fail(DeviceProtocolError("A driver's host answered out of turn."))
        return event.identity

    async def close_device(self) -> None:
        await self._ask(Close(), self._deadlines.close_s)

    async def is_present(self) -> bool:
        """Whether the host answers and the opened device's path still exists. HostOutgrown for one that leaks."""
        self._pings += 1
        self._pong = asyncio.get_running_loop().create_future()
        self._send(Ping(number=self._pings))
        pong = await self._within(self._pong, self._deadlines.ping_s)
        if pong.memory_mib > HOST_MEMORY_LIMIT_MIB:
            raise self.fail(HostOutgrown())
        return pong.present

    def start(self, request: AnyRequest) -> CaptureEvents:
        """Begin a capture; only one at a time."""
        self._captures += 1
        self._send(Start(capture=self._captures, request=request_to_dict(request)))
        self._capture = CaptureEvents(
            self._captures, send=self._send, fail=self.fail, views=self._views, stop_s=self._deadlines.stop_s
        )
        return self._capture

    def fail(self, error: DriverError) -> DriverError:
        """Give the host up for this reason: kill it and wake whoever waits for it. Returns the first reason."""
        if not self.lost.done():
            self.lost.set_result(error)
        reason = self.lost.result()
        self._kill()
        for waiter in (self._reply, self._pong):
            if waiter is not None and not waiter.done():
                waiter.set_exception(reason)
                waiter.exception()  # seen here, in case whoever waited has just gone
        if self._capture is not None:
            self._capture.lose(reason)
        return reason

    async def end(self) -> None:
        """Ask the host to close its device and leave, kill what does not, and reap it. Leaves nothing behind, even
        when the caller is cancelled meanwhile."""
        ending = asyncio.ensure_future(self._end())
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _end(self) -> None:
        self._ending = True
        if self._process.returncode is None and not self.lost.done():
            self._send(Shutdown())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._deadlines.shutdown_s):
                    await self._process.wait()
        self.fail(CaptureCancelled())
        self._listener.cancel()
        self._watcher.cancel()
        await asyncio.wait((self._listener, self._watcher))
        self._writer.close()
        self._views.close()
        try:
            async with asyncio.timeout(_LAST_BREATH_S):
                await self._process.wait()
        except TimeoutError:
            # Killed, but the kernel still waits for the device on its behalf: it dies when that lets go.
            log.error("driver-host-stuck", host_pid=self.pid)
        self._kill()  # what it started and did not take with it

    async def _ask(self, command: Command, deadline_s: float) -> Event:
        self._reply = asyncio.get_running_loop().create_future()
        self._send(command)
        event = await self._within(self._reply, deadline_s)
        if isinstance(event, Failed):
            raise error_from_code(event.code, event.sentence)
        return event

    async def _within(self, waiter: asyncio.Future[_R], deadline_s: float) -> _R:
        try:
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the answer.
            async with asyncio.timeout(deadline_s):
                return await waiter
        except TimeoutError:
            raise self.fail(HostUnresponsive()) from None

    def _send(self, command: Command) -> None:
        if self.lost.done():
            raise self.lost.result()
        self._writer.write(to_bytes(command))

    async def _listen(self) -> None:
        messages = event_reader()
        try:
            while data := await self._reader.read(65536):
                for event in messages.feed(data):
                    self._take(event)
        except DriverError as error:
            self.fail(error)
        except OSError:
            pass  # a reset socket is an ended host, as below

    async def _watch(self) -> None:
        """A host has ended when its process has, or when it closed its socket; what it said before is heard first.

        The socket alone would not tell: somebody whom the host started may hold its other end.
        """
        ended = asyncio.create_task(self._process.wait(), name=f"host-{self.pid}-wait")
        try:
            await asyncio.wait((ended, self._listener), return_when=asyncio.FIRST_COMPLETED)
            if self._ending or self.lost.done():
                return
            await asyncio.wait((ended,), timeout=_LAST_BREATH_S)
            if ended.done():
                self._kill()
                await asyncio.wait((self._listener,), timeout=_LAST_BREATH_S)
            log.warning("driver-host-ended", host_pid=self.pid, returncode=self._process.returncode)
            self.fail(HostCrashed())
        finally:
            ended.cancel()
            await asyncio.wait((ended,))

    def _kill(self) -> None:
        """The host and whatever it started, also when it has ended by itself: they are one process group."""
        if not self._group_gone:
            # Once it was reaped and its group killed, the number may come to belong to somebody else.
            self._group_gone = self._process.returncode is not None
            _kill_group(self.pid)

    def _take(self, event: Event) -> None:
        match event:
            case Pong():
                if self._pong is not None and not self._pong.done() and event.number == self._pings:
                    self._pong.set_result(event)
            case FrameReady() | CardSeen() | Response() | Ink() | Done():
                self._to_capture(event)
            case Failed() if event.capture:
                self._to_capture(event)
            case Opened() | Closed() | Failed():
                if self._reply is not None and not self._reply.done():
                    self._reply.set_result(event)

    def _to_capture(self, event: Taken | Ending) -> None:
        if self._capture is not None and event.capture == self._capture.capture:
            self._capture.put(event)


def _hindrance(error: OSError) -> str:
    """What kept a host from starting, for a person."""
    if error.errno in _SHORTAGES:
        return f"the system lacks resources ({error.strerror})"
    where = f" ({error.filename})" if error.filename else ""
    if isinstance(error, PermissionError):
        return f"this user may not run it{where}"
    if isinstance(error, FileNotFoundError):
        return f"its program is missing{where}"
    return f"{error.strerror or type(error).__name__}{where}"


def _kill_group(pid: int) -> None:
    """A host leads a process group of its own; what is left of it may belong to another user."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """Ours, with our own code on the path and without the threads that numeric libraries start unasked."""
    path = os.pathsep.join(part for part in (_SOURCE, os.environ.get("PYTHONPATH", "")) if part)
    libraries = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
    threads = dict.fromkeys(libraries, "1")
    # A USB camera that falls silent is let go of after a second (OpenCV's own are ten), so that it can be opened again.
    cameras = {"OPENCV_LOG_LEVEL": "ERROR", "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1"}
    return os.environ | threads | cameras | {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"}
