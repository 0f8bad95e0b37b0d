"""Somebody before the camera of a counter: who does what the screen asks, or nothing, and is lit by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import numpy as np

from appliance.attendance.colour_showing import Light
from appliance.attendance.judging import NS_PER_S, Judge
from appliance.attendance.presence_check import ASKED
from appliance.attendance.service import AttendanceService
from appliance.liveness.face.challenge import Action
from appliance.liveness.face.colour_sequence import Colour
from appliance.model.attendance import Step
from appliance.model.capture import Attempt
from appliance.model.liveness import Hint
from appliance.model.verdict import CaptureKind, Verdict
from appliance.quality.face_assessor import LIVE_ADULT, AssessedStill, FaceAssessor, FacePoints
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from drivers.contracts import Frame, Pixels, Request
from tests.unit.attendance.box import Box, ScriptedDevice, SteppedClock
from tests.unit.attendance.makers import WHO
from tests.unit.liveness.face.scenes import grain, landmarks, moved, picture

FRAMES_A_SECOND = 15
TEXTURE = grain(4, fine_px=3.0)
AT_REST = {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.1, "mouthSmileLeft": 0.0, "mouthSmileRight": 0.0}
DOING: Mapping[str, tuple[float, Mapping[str, float]]] = {
    Action.TURN_LEFT: (25.0, {}),
    Action.TURN_RIGHT: (-25.0, {}),
    Action.BLINK: (0.0, {"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9}),
    Action.SMILE: (0.0, {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}),
}


class Sitter:
    """Somebody before the camera who reads the screen, and does what it asks for half a second later; or does nothing.

    `read`: what is on the screen now. A quality.face_assessor.FaceAssessor that sees them.
    """

    knows_points = True

    def __init__(self, *, willing: bool) -> None:
        self.read: Callable[[], str] = lambda: ""
        self.told: list[str] = []
        self._willing = willing
        self._since = 0
        self._points = FacePoints(landmarks(), AT_REST)

    def hand_over_points(self) -> FacePoints:
        return self._points

    def glance(self, pixels: Pixels, *, reduced_by: float = 1.0, wanted: PortraitWanted = LIVE_ADULT) -> Verdict:
        said = self.read()
        if not self.told or self.told[-1] != said:
            self.told.append(said)
            self._since = 0
        self._since += 1
        asked = said.removeprefix(ASKED)
        yaw_deg, doing = DOING.get(asked, (0.0, {})) if self._willing and self._since > 7 else (0.0, {})
        self._points = FacePoints(landmarks(yaw_deg), {**AT_REST, **doing})
        return Verdict(kind=CaptureKind.FACE, score=90)

    assess = glance

    def assess_still(self, pixels: Pixels, *, wanted: PortraitWanted = LIVE_ADULT) -> AssessedStill:
        return AssessedStill(Verdict(kind=CaptureKind.FACE, score=90))


def lit(pixels: Pixels, colour: Colour | None, share: float) -> Pixels:
    """(H, W, 3) B, G, R of a scene on which the screen adds `share` of the room's white light, in that colour."""
    red, green, blue = (1.0 + share * (value / 255.0) ** 2.2 for value in colour or (0, 0, 0))
    gains = (np.asarray([blue, green, red]) / (1.0 + share)) ** (1.0 / 2.2)
    return np.asarray(np.round(pixels * gains), np.uint8)


class FramesClock(SteppedClock):
    """Stands at when the last frame was taken."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class Screen:
    """The page that began the capture: paints a colour by the next frame after it has heard of it, and says so.

    `deaf`: it says nothing. `refuses_at`: at that many colours somebody stops them.
    """

    def __init__(self, *, deaf: bool = False, refuses_at: int | None = None) -> None:
        self.painted: list[Colour] = []
        self.colour: Colour | None = None
        self._deaf, self._refuses_at, self._ticket = deaf, refuses_at, ""

    def refresh(self, service: AttendanceService) -> None:
        latest, holder = service.preview.latest, service.capturing
        light: Light | None = latest.light if latest is not None else None
        if light is None or holder is None:
            self.colour = None
        elif light.ticket != self._ticket:
            self._ticket, self.colour = light.ticket, light.colour
            self.painted.append(light.colour)
            if len(self.painted) == self._refuses_at:
                service.refuse_light(holder)
            elif not self._deaf:
                service.light_painted(holder, light.ticket, 0.0)


class Stream:
    """Previews, a fifteenth of a second apart by their own times; a still when one is asked for."""

    def __init__(self, camera: Camera) -> None:
        self._number, self._still, self._camera = 0, False, camera

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    async def __anext__(self) -> Frame:
        await asyncio.sleep(0)
        self._number += 1
        uneven_ns = int(np.random.default_rng(self._number).normal(0.0, 500_000.0))
        taken_ns = self._number * 1_000_000_000 // FRAMES_A_SECOND + uneven_ns
        self._camera.clock.now_s = taken_ns / NS_PER_S
        self._camera.shown(self._number)
        right, down = 6.0 * np.sin(self._number / 5.3), 4.0 * np.sin(self._number / 8.9)
        pixels = picture(moved(TEXTURE, right, down), noise=4.0, seed=self._number)
        pixels = lit(pixels, self._camera.colour(), self._camera.share)
        still, self._still = self._still, False
        return Frame(pixels, self._number, taken_ns, preview=not still)

    def ask_still(self) -> None:
        self._camera.asked_still()
        self._still = True


class Camera(ScriptedDevice):
    """`shown`: called with each picture's number, before it is given. `share`: what the screen's `colour` adds to the
    room's light on the face."""

    share = 0.2

    def __init__(self) -> None:
        super().__init__([0])
        self.clock = FramesClock()
        self.shown: Callable[[int], None] = lambda _number: None
        self.colour: Callable[[], Colour | None] = lambda: None
        self.asked_still: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def frames(self, _request: Request) -> AsyncIterator[Stream]:  # type: ignore[override]
        yield Stream(self)


class Desk:
    """A counter with one sitter before its camera; the person sees `screen`."""

    def __init__(self, box: Box, sees: FaceAssessor, screen: Screen | None = None) -> None:
        self.box, self.camera, self.sees = box, Camera(), sees
        self.judge = Judge(load_faces=lambda: sees)
        self.screen = screen

    async def taken(self, *, check: bool, colours: bool = False) -> Attempt:
        """The face, from the step before it."""
        attendance_id = await self.box.at(Step.FACE)
        self.box.judge, self.box.clock = self.judge, self.camera.clock  # type: ignore[assignment]
        service = await self.box.recovered()
        self.box.desk.one = self.camera
        await self.judge.warm_up()
        if isinstance(self.sees, Sitter):
            self.sees.read = lambda: service.preview.latest.instruction if service.preview.latest is not None else ""
        if self.screen is not None:
            screen = self.screen
            self.camera.shown = lambda _number: screen.refresh(service)
            self.camera.colour = lambda: screen.colour
        attendance = await service.capture(attendance_id, WHO, "face", check_presence=check, show_colours=colours)
        target = attendance.target("face")
        assert target is not None
        return target.tries[-1]


def hint(attempt: Attempt, code: str) -> Hint:
    assert attempt.liveness is not None
    return next(hint for hint in attempt.liveness.hints if hint.code == code)
