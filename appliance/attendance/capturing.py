"""One attempt: takes frames from a device, judges each, keeps the best, and stops at the first that is good enough.

Decides nothing about rounds or fallbacks (that is `target`) and stores nothing (that is `service`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from appliance.attendance.judging import Judge
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.attendance.ranking import verdict_rank
from appliance.attendance.signing import Pad
from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CaptureRules
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.runtime.clock import Clock
from appliance.runtime.until import until
from drivers.contracts import (
    CameraRequest,
    Contract,
    FingerprintRequest,
    Frame,
    Pixels,
    Request,
    ScanRequest,
)

NOTHING_PRESENTED = "nothing-presented"

SETTLE_S = 1.0
"""How long a finger may settle after its first frame before the best one counts as the attempt."""

CONTRACTS = {
    CaptureKind.DOCUMENT: Contract.DOCUMENT_SCANNER,
    CaptureKind.FACE: Contract.CAMERA,
    CaptureKind.FINGERPRINT: Contract.FINGERPRINT_READER,
}


class CaptureDevice(Protocol):
    """What a capture needs of `devices.HostedDevice`."""

    def frames(self, request: Request) -> AbstractAsyncContextManager[AsyncIterator[Frame]]: ...

    def facts(self) -> DeviceFacts: ...

    def quality_thresholds(self) -> Mapping[str, int]:
        """The model's own lowest scores, by finger (`index` …), `face` or `document`."""
        ...


class CaptureDevices(Protocol):
    def device(self, contract: Contract) -> CaptureDevice:
        """Raises DeviceError `device-missing`."""
        ...

    def pad(self) -> Pad | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Presented:
    """The best frame of one attempt; without one (`pixels` None) the verdict says that nothing was presented."""

    verdict: Verdict
    pixels: Pixels | None
    simulated: bool


def request_for(kind: CaptureKind, position: str | None, rules: CaptureRules) -> Request:
    match kind:
        case CaptureKind.DOCUMENT:
            return ScanRequest(timeout_s=rules.document_timeout_s)
        case CaptureKind.FACE:
            return CameraRequest(timeout_s=rules.face_timeout_s)
        case CaptureKind.FINGERPRINT:
            return FingerprintRequest(position=position or "unknown", timeout_s=rules.fingerprint_timeout_s, live=True)


def window_s(kind: CaptureKind, rules: CaptureRules) -> float:
    """How long frames are compared once the first has come."""
    return SETTLE_S if kind is CaptureKind.FINGERPRINT else rules.face_timeout_s


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
    take_now: asyncio.Event,
) -> Presented:
    """Raises DeviceError for whatever goes wrong with the device; nobody presenting anything is not an error."""
    best: Presented | None = None
    first_at: float | None = None
    try:
        async with device.frames(request_for(kind, position, rules)) as frames:
            async for frame in until(take_now, frames):
                judged = await judge.judge(kind, frame)
                await preview.show(PreviewFrame(judged.preview_jpeg, judged.verdict))
                if frame.preview:
                    continue  # guides the hand; nobody vouches for it
                if best is None or verdict_rank(judged.verdict) > verdict_rank(best.verdict):
                    best = Presented(judged.verdict, judged.pixels, frame.simulated)
                first_at = clock.monotonic() if first_at is None else first_at
                over = clock.monotonic() - first_at >= window_s(kind, rules)
                if judged.verdict.accepted(threshold) or over:
                    break
    except DeviceError as error:
        if error.code != "capture-timeout":
            raise
    finally:
        await preview.show(None)
    return best or Presented(_nothing(kind), None, False)


def _nothing(kind: CaptureKind) -> Verdict:
    return Verdict(kind=kind, score=NOT_JUDGED, reasons=(NOTHING_PRESENTED,))
