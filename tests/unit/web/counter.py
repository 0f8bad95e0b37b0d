"""A counter in one process: the real page over the real attendance service, with memory for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
import numpy as np
from aiohttp import ClientResponse as Response

from appliance.attendance.face_watching import FaceWatching
from appliance.attendance.images import preview_jpeg
from appliance.attendance.judging import NS_PER_S, Judge, Judged
from appliance.attendance.permission import permit_all
from appliance.attendance.pictures import Pictures
from appliance.attendance.register import Register
from appliance.attendance.service import AttendanceService
from appliance.attendance.state import Attendance
from appliance.errors import KioskError, SealingFailed
from appliance.health.finding import Finding
from appliance.model.attendance import Sealed, SealRequested
from appliance.model.capture import DeviceFacts, ImagePart
from appliance.model.configuration import CapturePlan, CaptureRules, Configuration, FieldKind, FieldRule
from appliance.model.device import Care, CareDue, DeviceStatus, UnusedDevice
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face_assessor import FacePoints
from appliance.quality.stillness import Stillness
from appliance.technicians.accounts import Accounts
from appliance.web.news import News
from appliance.web.ports import WebPorts
from appliance.web.server import start_web
from drivers.contracts import Contract, Frame, Request
from tests.unit.attendance.box import ScriptedPad
from tests.unit.attendance.makers import AT, DEVICE, WHO
from tests.unit.liveness.face.scenes import landmarks
from tests.unit.technicians.people import PASSWORD, TurnedClock, configuration, technician

MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
"""The specimen of ICAO 9303 part 4; nobody's."""

FIELDS = (
    FieldRule(name="surname", label={"pt": "Apelidos", "en": "Surname"}, mrz="surname"),
    FieldRule(name="given-names", label={"pt": "Nomes", "en": "Given names"}, mrz="given_names", required=False),
    FieldRule(
        name="birth-date", label={"pt": "Nascimento", "en": "Date of birth"}, kind=FieldKind.DATE, mrz="birth_date"
    ),
    FieldRule(name="expiry", label={"pt": "Validade"}, kind=FieldKind.DATE, mrz="expiry_date", required=False),
)

USUAL_RULES = CaptureRules()

PLANS = (
    CapturePlan(plan_id="permit", label={"pt": "Título de residência", "en": "Residence permit"}),
    CapturePlan(plan_id="one", label={"pt": "Um dedo"}, document=False, face=False, fingers=("right_index",)),
    CapturePlan(plan_id="face", label={"pt": "Rosto"}, document=False, fingers=()),
    CapturePlan(plan_id="fingers", label={"pt": "Dedos"}, document=False, face=False, exception_photo=True),
    CapturePlan(
        plan_id="slap", label={"pt": "Mão"}, document=False, face=False, fingers=(), placements=("right_four",)
    ),
)


class MemoryJournal:
    def __init__(self) -> None:
        self.kept: dict[str, list[bytes]] = {}

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None:
        stream = self.kept.setdefault(stream_id, [])
        assert len(stream) == expected_sequence
        stream.append(payload)

    async def read(self, stream_id: str) -> list[bytes]:
        return list(self.kept[stream_id])

    async def streams(self) -> list[str]:
        return list(self.kept)

    async def erase(self, stream_id: str) -> None:
        self.kept.pop(stream_id, None)


class MemoryVault:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    async def store(self, owner: str, name: str, media_type: str, data: bytes) -> ImagePart:
        self.kept[owner, name] = data
        return ImagePart(name=name, media_type=media_type, size=len(data), sha256="0" * 64, crc32=0)

    def open(self, owner: str, name: str) -> Iterator[bytes]:
        yield self.kept[owner, name]

    async def erase(self, owner: str) -> None:
        self.kept = {key: data for key, data in self.kept.items() if key[0] != owner}


@dataclass
class Shown:
    """Pictures that are all whole: to ask for a still is to wait for the next."""

    pictures: AsyncIterator[Frame]

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    async def __anext__(self) -> Frame:
        return await anext(self.pictures)

    def ask_still(self) -> None:
        pass


@dataclass
class Device:
    """Shows grey pictures whose level is the score that the judge gives them; with `hold`, live ones of level `live`
    before each, for as long as it is not set: nothing ends such a capture but whoever holds it, or the technician."""

    scores: list[int | KioskError] = field(default_factory=lambda: [90])
    hold: asyncio.Event | None = None
    live: int = 1
    own_pad: ScriptedPad | None = None

    def device(self, _contract: Contract) -> Device:
        return self

    def facts(self) -> DeviceFacts:
        return DEVICE

    def pad(self) -> ScriptedPad | None:
        return self.own_pad

    def quality_thresholds(self) -> dict[str, int]:
        return {}

    def capabilities(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[Shown]:
        score = self.scores.pop(0) if len(self.scores) > 1 else self.scores[0]
        if isinstance(score, KioskError):
            raise score
        yield Shown(self._pictures(score))

    async def _pictures(self, score: int) -> AsyncIterator[Frame]:
        if self.hold is not None:
            while not self.hold.is_set():
                yield Frame(np.full((48, 64), self.live, np.uint8), 0, 0, 500, simulated=True, preview=True)
                await asyncio.sleep(0.02)
        yield Frame(np.full((48, 64), score, np.uint8), 0, 0, 500, simulated=True)


class GreyJudge(Judge):
    sees_points = True

    async def judge(
        self,
        kind: CaptureKind,
        frame: Frame,
        stillness: Stillness | None = None,
        *,
        watching: FaceWatching | None = None,
        **_asked: Any,
    ) -> Judged:
        """In every picture of a face that is large enough for one, its points lie at the same place."""
        if watching is not None:
            taken_s = frame.captured_monotonic_ns / NS_PER_S
            watching.saw(frame.pixels, taken_s, FacePoints(landmarks()), preview=frame.preview)
        score = int(np.ravel(frame.pixels)[0])
        reasons = ("too-dark",) if score < 10 else ()
        pixels = None if frame.preview else frame.pixels.copy()
        return Judged(Verdict(kind=kind, score=score, reasons=reasons), preview_jpeg(frame.pixels), pixels)


@dataclass
class Sealer:
    """Puts a row into the queue, unless it `fails`."""

    queue: list[dict[str, Any]]
    fails: bool = False

    async def check(self, _attendance: Attendance, _request: SealRequested) -> None:
        pass

    def holds(self, attendance_id: str) -> bool:
        return any(row["attendance_id"] == attendance_id for row in self.queue)

    async def discard(self, package_id: str) -> None:
        pass

    async def __call__(self, attendance: Attendance, request: SealRequested, *, again: bool = False) -> Sealed:
        if self.fails:
            raise SealingFailed("on purpose")
        row = {"package_id": request.package_id, "attendance_id": attendance.attendance_id, "state": "queued"}
        self.queue.append({**row, "sha256": "0" * 64, "bytes": 1, "queued_at": AT, "receipt_id": None, "error": None})
        return Sealed(at=AT, technician_id=WHO, package_id=request.package_id, sha256="0" * 64, bytes=1)


@dataclass
class Counter:
    url: str
    ports: WebPorts
    clock: TurnedClock
    device: Device
    vault: MemoryVault
    sealer: Sealer
    news: News
    queue: list[dict[str, Any]]
    devices: list[DeviceStatus]
    unused: list[UnusedDevice]
    care: list[CareDue]
    cared_for: list[tuple[str, Care]]
    findings: list[Finding]
    tried_again: list[str]
    refusals: list[KioskError]

    def url_of(self, path: str) -> str:
        return self.url.rstrip("/") + path


def settings(rules: CaptureRules) -> Configuration:
    without_training = msgspec.structs.replace(technician("rui"), initial_training=None)
    plain = configuration(technician(), without_training)
    return msgspec.structs.replace(
        plain, capture_plans=PLANS, applicant_fields=FIELDS, areas=("regularizacao", "saude"), capture=rules
    )


@asynccontextmanager
async def open_counter(rules: CaptureRules = USUAL_RULES) -> AsyncIterator[Counter]:
    clock, device, vault, news, judge = TurnedClock(), Device(), MemoryVault(), News(), GreyJudge()
    accounts, inside = Accounts(clock=clock), settings(rules)
    await accounts.configure(inside)
    queue: list[dict[str, Any]] = []
    sealer = Sealer(queue)
    devices: list[DeviceStatus] = []
    unused: list[UnusedDevice] = []
    care: list[CareDue] = []
    done: list[tuple[str, Care]] = []
    findings: list[Finding] = []
    tried_again: list[str] = []
    refusals: list[KioskError] = []

    async def cared_for(device_id: str, care: Care) -> None:
        done.append((device_id, care))

    async def try_again(package_id: str) -> None:
        tried_again.append(package_id)

    service = AttendanceService(
        register=Register(MemoryJournal()),
        vault=vault,
        devices=device,
        judge=judge,
        sealer=sealer,
        configuration=lambda: inside,
        clock=clock,
        permitted=permit_all,
        check_clock=lambda: asyncio.sleep(0),
    )
    service.register.watch(news.publish)
    ports = WebPorts(
        attendances=service,
        pictures=Pictures(service.register, vault),
        accounts=accounts,
        configuration=lambda: inside,
        refused_configuration=lambda: refusals[-1] if refusals else None,
        devices=lambda: devices,
        unused_devices=lambda: unused,
        care_due=lambda: care,
        cared_for=cared_for,
        queue=lambda: queue,
        forwarding=lambda: {"reachable": True, "error": "", "sentence": ""},
        health=lambda: findings,
        runtime=lambda: {"pid": 1},
        clock=clock,
        try_again=try_again,
    )
    running = await start_web(ports, news, "127.0.0.1", 0)
    try:
        yield Counter(
            *(running.url, ports, clock, device, vault, sealer, news, queue, devices, unused),
            *(care, done, findings, tried_again, refusals),
        )
    finally:
        await running.close()
        await accounts.close()
        await judge.close()


class Person:
    """Somebody at the counter who posts forms: as a browser would, or as a script."""

    def __init__(self, counter: Counter, session: aiohttp.ClientSession) -> None:
        self.counter, self.session, self.csrf = counter, session, ""

    async def log_in(self, technician_id: str = "ana") -> None:
        status, answer = await self.post("/login", technician_id=technician_id, password=PASSWORD)
        assert status == 200, answer
        self.csrf = answer["csrf"]

    async def see(self, path: str) -> tuple[int, str]:
        """A page, as a person gets it; a redirect is not followed."""
        return await self._get(path, {"Accept": "text/html"})

    async def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """The JSON of a page, as a script gets it."""
        return await self._get(path, {"Accept": "application/json", **(headers or {})})

    async def submit(self, path: str, **fields: Any) -> tuple[int, str]:
        """A form, as a person sends it, and the page that follows."""
        async with self._post(path, "text/html", fields) as response:
            return response.status, await response.text()

    async def post(self, path: str, **fields: Any) -> tuple[int, Any]:
        """A form, as a script sends it, and the JSON that it gets."""
        async with self._post(path, "application/json", fields) as response:
            return response.status, await response.json()

    async def _get(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        async with self.session.get(self.counter.url_of(path), headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()

    def _post(self, path: str, accept: str, fields: dict[str, Any]) -> AbstractAsyncContextManager[Response]:
        form = aiohttp.FormData([("csrf", self.csrf)])
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                form.add_field(name, one)
        return self.session.post(self.counter.url_of(path), data=form, headers={"Accept": accept})

    async def open(self, plan: str = "permit") -> str:
        status, view = await self.post("/attendances", plan_id=plan, areas=["saude"])
        assert status == 200, view
        return f"/attendances/{view['attendance_id']}"

    async def at_capture(self, plan: str = "one") -> str:
        """An attendance whose next step is its first capture."""
        path = await self.open(plan)
        await self.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": "1990-05-01"})
        status, view = await self.post(f"{path}/notice", language="pt")
        assert status == 200, view
        return path


@asynccontextmanager
async def person_at(counter: Counter) -> AsyncIterator[Person]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Person(counter, session)
