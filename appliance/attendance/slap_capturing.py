"""One attempt at several fingers of one placement: takes what the scanner gives and keeps the best.

Scanners give one image of all fingers, or one of each finger that they told apart themselves; both are taken. Decides
nothing about rounds (that is `target`) and stores nothing (that is `taking`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from appliance.attendance.capturing import NOTHING_PRESENTED, CaptureDevice, require_an_end
from appliance.attendance.choosing import Next
from appliance.attendance.images import preview_jpeg
from appliance.attendance.instruction import Instructions
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish, until
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.attendance.slap_judging import JudgedSlap, judge_cut_out, judge_slap
from appliance.errors import DeviceError
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.nfiq2.forest import Forest
from appliance.runtime.clock import Clock
from drivers.contracts import FingerprintRequest, Frame, Pixels

SLAP: Final = "slap"
_LOOKED_AT: Final = Verdict(kind=CaptureKind.FINGERPRINT, score=NOT_JUDGED)


@dataclass(frozen=True, slots=True, eq=False)
class SlapImage:
    """Our own copy of one frame. `position`: empty where it shows all the fingers."""

    pixels: Pixels
    position: str
    resolution_ppi: int | None
    lossy: bool
    simulated: bool


@dataclass(frozen=True, slots=True, eq=False)
class PresentedSlap:
    """The best placement of one attempt: no images where nobody presented anything."""

    judged: JudgedSlap
    images: tuple[SlapImage, ...]


def require_slap_scanner(device: CaptureDevice) -> None:
    """Before anybody lays a hand on it. Raises DeviceError `slap-not-supported`."""
    if SLAP not in device.capabilities():
        raise DeviceError(
            "This plan asks for several fingers at once, and this post's reader takes one at a time: plug in a slap "
            "scanner, or use another plan.",
            code="slap-not-supported",
        )


async def capture_slap(
    device: CaptureDevice,
    thresholds: Mapping[str, int],
    *,
    timeout_s: float,
    judge: Judge,
    preview: Preview,
    clock: Clock,
    wish: Wish,
) -> PresentedSlap:
    """`thresholds`: of the fingers asked for, by position. `timeout_s`: how long a hand is waited for, and how long a
    scanner that goes on showing it is looked at for a placement that passes, before the best one counts.

    Raises DeviceError, also `slap-not-supported`, and `capture-cancelled` where it is left; nobody presenting anything
    is not an error."""
    require_slap_scanner(device)
    request = FingerprintRequest(positions=tuple(thresholds), timeout_s=timeout_s, live=True)
    instructions = Instructions(0)  # what is weak and nothing else is to be held still, too
    best: PresentedSlap | None = None
    cut_out: dict[str, SlapImage] = {}
    first_s: float | None = None
    try:
        async with (
            device.frames(request) as frames,
            aclosing(until(wish, frames, None, lambda: _left_s(first_s, timeout_s, clock))) as coming,
        ):
            async for frame, _ in coming:
                if not frame.preview and first_s is None:
                    first_s = clock.monotonic()
                if frame.preview or frame.position:
                    if frame.position in thresholds and not frame.preview:
                        cut_out[frame.position] = _copied(frame)
                    seen = await judge.run(partial(_looked_at, frame, thresholds))
                    jpeg = await judge.run(partial(preview_jpeg, frame.pixels))
                    said = instructions.after(seen, clock.monotonic()) if seen is not _LOOKED_AT else ""
                    await preview.show(PreviewFrame(jpeg, seen, said))
                    if cut_out.keys() >= thresholds.keys() or _left_s(first_s, timeout_s, clock) == 0:
                        break
                    continue
                presented = await judge.run(partial(_slap, _copied(frame), thresholds, judge.forest))
                jpeg = await judge.run(partial(preview_jpeg, presented.images[0].pixels))
                await preview.show(PreviewFrame(jpeg, presented.judged.verdict))
                if best is None or presented.judged.rank > best.judged.rank:
                    best = presented
                if presented.judged.accepted or not _left_s(first_s, timeout_s, clock):
                    break
    except DeviceError as error:
        if error.code != "capture-timeout":
            raise
    finally:
        await preview.show(None)
    require_an_end(Next.END, wish)
    if cut_out:
        best = await judge.run(partial(_cut_out, cut_out, thresholds, judge.forest))
    return best or _nobody(thresholds)


def _looked_at(frame: Frame, thresholds: Mapping[str, int]) -> Verdict:
    """What guides the hand: of a live picture of all fingers whose scale is known. Without NIST's forest, which decides
    nothing here and takes half the time."""
    if frame.position or frame.resolution_ppi is None:
        return _LOOKED_AT
    return judge_slap(
        np.asarray(frame.pixels), resolution_ppi=frame.resolution_ppi, thresholds=thresholds, forest=None
    ).verdict


def _left_s(first_s: float | None, window_s: float, clock: Clock) -> float | None:
    return None if first_s is None else max(0.0, first_s + window_s - clock.monotonic())


def _slap(image: SlapImage, thresholds: Mapping[str, int], forest: Forest | None) -> PresentedSlap:
    judged = judge_slap(image.pixels, resolution_ppi=image.resolution_ppi, thresholds=thresholds, forest=forest)
    return PresentedSlap(judged, (image,))


def _cut_out(images: Mapping[str, SlapImage], thresholds: Mapping[str, int], forest: Forest | None) -> PresentedSlap:
    judged = judge_cut_out(
        {position: (image.pixels, image.resolution_ppi) for position, image in images.items()},
        thresholds=thresholds,
        forest=forest,
    )
    return PresentedSlap(judged, tuple(images.values()))


def _copied(frame: Frame) -> SlapImage:
    return SlapImage(
        pixels=np.array(frame.pixels, copy=True),
        position=frame.position,
        resolution_ppi=frame.resolution_ppi,
        lossy=frame.lossy,
        simulated=frame.simulated,
    )


def _nobody(thresholds: Mapping[str, int]) -> PresentedSlap:
    verdict = Verdict(kind=CaptureKind.FINGERPRINT, score=NOT_JUDGED, reasons=(NOTHING_PRESENTED,))
    return PresentedSlap(JudgedSlap(verdict, max(thresholds.values()), ()), ())
