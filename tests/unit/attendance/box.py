"""A box in memory: the real service over a journal, a vault, a desk and a sealer that do as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from appliance.attendance.judging import Judge, Judged
from appliance.attendance.permission import permit_all
from appliance.attendance.register import Register
from appliance.attendance.service import AttendanceService
from appliance.attendance.state import Attendance
from appliance.attendance.upkeep import Upkeep
from appliance.errors import ClockWentBackwards, DeviceError, SealingFailed, StorageCorrupted
from appliance.model.attendance import Sealed, SealRequested, Step
from appliance.model.capture import DeviceFacts, ImagePart
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.stillness import Stillness
from appliance.runtime.clock import SystemClock
from drivers.contracts import Contract, Frame, PenPoint, Request, SignatureRequest
from tests.unit.attendance.makers import AT, DEVICE, WHO, configuration

Script = list[int | DeviceError]

NOBODY = -1
"""In a script: the device waits, and nobody presents anything."""


class ScriptedFrames:
    """The frames given, one after another, and then the end, an error (`then`) or (`then_waits`) nothing, which sets
    `waiting`. A still
    that is asked for has the grey value `still`."""

    def __init__(
        self, *frames: Frame, still: int = 0, then_waits: bool = False, then: DeviceError | None = None
    ) -> None:
        self._frames = list(frames)
        self._then = then
        self._still = still
        self._then_waits = then_waits
        self._more = asyncio.Event()
        self.waiting = asyncio.Event()
        self.stills_asked = 0

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    async def __anext__(self) -> Frame:
        await asyncio.sleep(0)
        while not self._frames:
            if self._then is not None:
                raise self._then
            if not self._then_waits:
                raise StopAsyncIteration
            self.waiting.set()
            await self._more.wait()
        return self._frames.pop(0)

    def ask_still(self) -> None:
        self.stills_asked += 1
        self._frames.insert(0, picture(self._still))
        self._more.set()


def picture(score: int, *, preview: bool = False) -> Frame:
    return Frame(np.full((8, 8), score, np.uint8), 0, 0, 500, simulated=True, preview=preview)


class ScriptedCamera:
    """A camera, or another device, whose every capture gives these frames."""

    def __init__(self, frames: ScriptedFrames) -> None:
        self._frames = frames

    def facts(self) -> DeviceFacts:
        return DEVICE

    def quality_thresholds(self) -> dict[str, int]:
        return {}

    def capabilities(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[ScriptedFrames]:
        yield self._frames


class TurnedClock(SystemClock):
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


class Streaming(ScriptedFrames):
    """These, and then the last one again and again; each takes a second."""

    def __init__(self, clock: TurnedClock, *frames: Frame) -> None:
        super().__init__(*frames)
        self._clock = clock

    async def __anext__(self) -> Frame:
        await asyncio.sleep(0)
        self._clock.now_s += 1.0
        return self._frames.pop(0) if len(self._frames) > 1 else self._frames[0]


class MemoryJournal:
    def __init__(self) -> None:
        self.streams_by_id: dict[str, list[bytes]] = {}

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None:
        stream = self.streams_by_id.setdefault(stream_id, [])
        assert len(stream) == expected_sequence
        stream.append(payload)

    async def read(self, stream_id: str) -> list[bytes]:
        return list(self.streams_by_id.get(stream_id, []))

    async def streams(self) -> list[str]:
        return list(self.streams_by_id)

    async def erase(self, stream_id: str) -> None:
        self.streams_by_id.pop(stream_id, None)


class MemoryVault:
    def __init__(self) -> None:
        self.blobs: dict[tuple[str, str], bytes] = {}

    async def store(self, owner: str, name: str, media_type: str, data: bytes) -> ImagePart:
        self.blobs[owner, name] = data
        return ImagePart(name=name, media_type=media_type, size=len(data), sha256="0" * 64, crc32=0)

    def open(self, owner: str, name: str) -> Iterator[bytes]:
        if (owner, name) not in self.blobs:
            raise StorageCorrupted("on purpose", code="image-missing")
        yield self.blobs[owner, name]

    async def erase(self, owner: str) -> None:
        self.blobs = {key: blob for key, blob in self.blobs.items() if key[0] != owner}


class MemorySealer:
    """`fails` after the freeze and `refuses` before it, while they are set; `queued` are attendances with a package."""

    def __init__(self) -> None:
        self.fails = self.refuses = False
        self.sealings = 0
        self.queued: set[str] = set()
        self.discarded: list[str] = []

    async def check(self, _attendance: Attendance, _request: SealRequested) -> None:
        if self.refuses:
            raise SealingFailed("on purpose", code="manifest-inconsistent")

    def holds(self, attendance_id: str) -> bool:
        return attendance_id in self.queued

    async def discard(self, package_id: str) -> None:
        self.discarded.append(package_id)

    async def __call__(self, attendance: Attendance, request: SealRequested, *, again: bool = False) -> Sealed:
        self.sealings += 1
        if self.fails:
            raise SealingFailed("on purpose")
        assert attendance.seal_requested == request
        self.queued.add(attendance.attendance_id)
        return Sealed(at=AT, technician_id=WHO, package_id=request.package_id, sha256="0" * 64, bytes=1)


class ScriptedDevice:
    """Gives one frame an attempt, whose grey value is the score that the judge will give it; or fails as scripted.

    `shows_first` are previews that come before it, in the same way.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.own_thresholds: dict[str, int] = {}
        self.shows_first: list[int] = []

    def facts(self) -> DeviceFacts:
        return DEVICE

    def quality_thresholds(self) -> dict[str, int]:
        return self.own_thresholds

    def capabilities(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[ScriptedFrames]:
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, DeviceError):
            raise step
        yield (
            ScriptedFrames(then_waits=True)
            if step == NOBODY
            else ScriptedFrames(*(picture(shown, preview=True) for shown in self.shows_first), picture(step))
        )


class ScriptedInk:
    """Gives the points, then waits for whoever ends it, unless the pad has a key of its own."""

    size = (100.0, 50.0)

    def __init__(self, points: list[PenPoint], *, has_key: bool) -> None:
        self._points, self._has_key = list(points), has_key

    def at_hand(self) -> list[PenPoint]:
        points, self._points = self._points, []
        return points

    def __aiter__(self) -> ScriptedInk:
        return self

    async def __anext__(self) -> PenPoint:
        if self._points:
            return self._points.pop(0)
        if not self._has_key:
            await asyncio.Event().wait()
        raise StopAsyncIteration


class ScriptedPad:
    """`fails` once asked for a pen, if set; `begun` is set while somebody may write."""

    def __init__(self, points: list[PenPoint], *, has_key: bool = True, fails: DeviceError | None = None) -> None:
        self._points, self._has_key, self._fails = points, has_key, fails
        self.begun = asyncio.Event()

    def facts(self) -> DeviceFacts:
        return msgspec.structs.replace(DEVICE, device_id="pad")

    @asynccontextmanager
    async def pen(self, _request: SignatureRequest) -> AsyncIterator[ScriptedInk]:
        if self._fails is not None:
            raise self._fails
        self.begun.set()
        yield ScriptedInk(self._points, has_key=self._has_key)


class ScriptedDesk:
    def __init__(self, script: Script) -> None:
        self.one = ScriptedDevice(script)
        self.own_pad: ScriptedPad | None = None

    def device(self, _contract: Contract) -> ScriptedDevice:
        return self.one

    def pad(self) -> ScriptedPad | None:
        return self.own_pad


class GreyJudge(Judge):
    async def judge(self, kind: CaptureKind, frame: Frame, stillness: Stillness | None = None, **_asked: Any) -> Judged:
        verdict = Verdict(kind=kind, score=int(frame.pixels[0, 0]))
        return Judged(verdict, b"jpeg", None if frame.preview else frame.pixels.copy())


class SteppedClock(SystemClock):
    """The system's, but for a step of the wall clock."""

    step = timedelta()

    def now(self) -> datetime:
        return super().now() + self.step


class Box:
    """One box that can be restarted: the journal and the vault stay, everything else is new."""

    def __init__(self, script: Script, permitted: Callable[[DeviceFacts], None] = permit_all) -> None:
        self.journal, self.vault = MemoryJournal(), MemoryVault()
        self.script, self.permitted = script, permitted
        self.sealer = MemorySealer()
        self.clock = SteppedClock()
        self.below_floor, self.steady = False, True
        self.judge = GreyJudge()
        self.configuration = configuration()
        self.service = self.restarted()

    def restarted(self) -> AttendanceService:
        self.desk = ScriptedDesk(self.script)
        self.service = AttendanceService(
            register=Register(self.journal),
            vault=self.vault,
            devices=self.desk,
            judge=self.judge,
            sealer=self.sealer,
            configuration=lambda: self.configuration,
            clock=self.clock,
            permitted=self.permitted,
            check_clock=self.check_clock,
        )
        return self.service

    async def check_clock(self) -> None:
        if self.below_floor:
            raise ClockWentBackwards("on purpose")

    async def recovered(self) -> AttendanceService:
        """Restarted, and what was left undone is done."""
        self.restarted()
        await self.service.load()
        self.upkeep = Upkeep(
            self.service, configuration=lambda: self.configuration, clock=self.clock, steady=lambda: self.steady
        )
        await self.upkeep.finish()
        return self.service

    async def at(self, step: Step) -> str:
        """An attendance that was walked as far as `step`, restarting the box before every command."""
        attendance = await self.service.open(WHO, "residence-permit", ("regularizacao",))
        while attendance.step is not step:
            await self.recovered()
            attendance = await self.forward(attendance)
        return attendance.attendance_id

    async def aged(self, attendance_id: str) -> AttendanceService:
        """Recovered, with all that is recorded of that attendance a century old."""
        stream = self.journal.streams_by_id[attendance_id]
        stream[:] = [payload.replace(b'"at":"20', b'"at":"19', 1) for payload in stream]
        return await self.recovered()

    async def forward(self, attendance: Attendance) -> Attendance:
        service, one = self.service, attendance.attendance_id
        match attendance.step:
            case Step.APPLICANT:
                return await service.enter_applicant(one, WHO, {"surname": "SILVA"})
            case Step.NOTICE:
                return await service.show_notice(one, WHO, "pt", "0" * 64)
            case Step.SIGNATURE:
                return await service.sign(one, WHO, b"[]")
            case Step.REVIEW:
                return await service.seal(one, WHO)
            case _:
                assert attendance.waiting_target is not None
                return await service.capture(one, WHO, attendance.waiting_target.name)
