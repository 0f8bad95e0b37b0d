"""One attempt: takes frames from a device, judges each, keeps the best, and stops at the first that is good enough.

A camera shows small previews meanwhile; what is kept is a still of its full size. Portraits are `face_capturing`'s,
several fingers at once `slap_capturing`'s. Decides nothing about rounds or fallbacks (that is `target`) and stores
nothing (that is `service`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Protocol

from appliance.attendance.choosing import Candidate, Choice, Next
from appliance.attendance.images import PREVIEW_EDGE_PX
from appliance.attendance.instruction import Instructions
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Frames, Wish, until
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.attendance.signing import Pad
from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CaptureRules
from appliance.model.portrait import PortraitFacts
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.stillness import Stillness
from appliance.runtime.clock import Clock
from drivers.contracts import (
    CameraRequest,
    Contract,
    FingerprintRequest,
    Pixels,
    Request,
    ScanRequest,
)
from drivers.errors import CaptureCancelled, DeviceTimedOut

NOTHING_PRESENTED = "nothing-presented"

_NO_STILL = "The camera shows pictures and takes none: try again, or plug it in again."

STILL_WITHIN_S = 10.0
"""How long a camera may go on with previews after it was asked for a still: longer than its driver takes to be sure."""

CONTRACTS = {
    CaptureKind.DOCUMENT: Contract.DOCUMENT_SCANNER,
    CaptureKind.FACE: Contract.CAMERA,
    CaptureKind.FINGERPRINT: Contract.FINGERPRINT_READER,
    CaptureKind.EXCEPTION_PHOTO: Contract.CAMERA,
}

_NEVER = 101
"""No score is as high. A hand is shown as the technician wants it shown: they take the picture, or the time is up."""


class CaptureDevice(Protocol):
    """What a capture needs of `devices.HostedDevice`."""

    def frames(self, request: Request) -> AbstractAsyncContextManager[Frames]: ...

    def facts(self) -> DeviceFacts: ...

    def quality_thresholds(self) -> Mapping[str, int]:
        """The model's own lowest scores, by finger (`index` …), `face` or `document`."""
        ...

    def capabilities(self) -> Collection[str]:
        """What the model can do beyond its contract, by the names that profiles use."""
        ...


class CaptureDevices(Protocol):
    def device(self, contract: Contract) -> CaptureDevice:
        """Raises DeviceError `device-missing`."""
        ...

    def pad(self) -> Pad | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Presented:
    """The best frame of one attempt; without one (`pixels` None) the verdict says that nothing was presented.

    Of a face `pixels` are the portrait and `portrait` says how it was made, where one was."""

    verdict: Verdict
    pixels: Pixels | None
    simulated: bool
    resolution_ppi: int | None = None
    lossy: bool = False
    portrait: PortraitFacts | None = None


def request_for(kind: CaptureKind, position: str | None, rules: CaptureRules) -> Request:
    match kind:
        case CaptureKind.DOCUMENT:
            return ScanRequest(timeout_s=rules.document_timeout_s)
        case CaptureKind.FACE | CaptureKind.EXCEPTION_PHOTO:
            return CameraRequest(timeout_s=rules.face_timeout_s, preview_width=PREVIEW_EDGE_PX)
        case CaptureKind.FINGERPRINT:
            return FingerprintRequest(position=position or "unknown", timeout_s=rules.fingerprint_timeout_s, live=True)


def window_s(kind: CaptureKind, rules: CaptureRules) -> float:
    """How long frames are compared once the first has come: for a finger, once it lies on the glass."""
    return rules.fingerprint_window_s if kind is CaptureKind.FINGERPRINT else rules.face_timeout_s


async def capture_once(
    device: CaptureDevice,
    kind: CaptureKind,
    position: str | None,
    *,
    rules: CaptureRules,
    threshold: int,
    judge: Judge,
    preview: Preview,
    clock: Clock,
    wish: Wish,
) -> Presented:
    """Raises DeviceError for whatever goes wrong with the device, and `capture-cancelled` where it is left; nobody
    presenting anything is not an error."""
    enough = _NEVER if kind is CaptureKind.EXCEPTION_PHOTO else threshold
    request, is_finger = request_for(kind, position, rules), kind is CaptureKind.FINGERPRINT
    presence_s = request.timeout_s if is_finger else None
    choice = Choice(enough, window_s(kind, rules), STILL_WITHIN_S, presence_s=presence_s)
    instructions, stillness = Instructions(enough), Stillness()
    stills, step = isinstance(request, CameraRequest), Next.GO_ON
    try:
        async with (
            device.frames(request) as frames,
            aclosing(
                until(
                    wish,
                    frames,
                    frames.ask_still if stills else None,
                    lambda: choice.left_s(clock.monotonic()) if is_finger else None,
                )
            ) as coming,
        ):
            async for frame, taken in coming:
                judged = await judge.judge(kind, frame, stillness)
                said = instructions.after(judged.verdict, clock.monotonic())
                await preview.show(PreviewFrame(judged.preview_jpeg, judged.verdict, said))
                if judged.pixels is None and not stills:
                    if choice.left_s(clock.monotonic()) == 0:
                        break
                    continue  # guides the hand, and what is kept comes by itself
                if judged.pixels is None:
                    step = choice.looked_at(judged.verdict, clock.monotonic(), taken=taken)
                else:
                    candidate = Candidate(
                        judged.verdict, judged.pixels, frame.simulated, frame.resolution_ppi, frame.lossy
                    )
                    step = choice.offered(candidate, clock.monotonic(), taken=taken)
                if step is Next.ASK_STILL:
                    frames.ask_still()
                elif step is not Next.GO_ON:
                    break
    except DeviceError as error:
        if error.code != "capture-timeout":
            raise
    finally:
        await preview.show(None)
    require_an_end(step, wish)
    best = choice.best
    if best is None:
        return nothing_presented(kind)
    return Presented(best.verdict, best.pixels, best.simulated, best.resolution_ppi, best.lossy)


def require_an_end(step: Next, wish: Wish) -> None:
    """Raises DeviceError where the still that was asked for did not come, and `capture-cancelled` where it was left."""
    if step is Next.GIVE_UP:
        raise DeviceError(_NO_STILL, code=DeviceTimedOut.code)
    if wish.leave.is_set():
        raise DeviceError(CaptureCancelled.default_sentence, code=CaptureCancelled.code)


def nothing_presented(kind: CaptureKind) -> Presented:
    return Presented(Verdict(kind=kind, score=NOT_JUDGED, reasons=(NOTHING_PRESENTED,)), None, False)
