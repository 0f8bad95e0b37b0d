"""One attempt at a portrait: previews guide until the limits hold, a burst of stills is taken, the best becomes it.

Decides nothing about when and which (that is `portrait_choice`) and stores nothing (that is `taking`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Final

from appliance.attendance.capturing import (
    STILL_WITHIN_S,
    CaptureDevice,
    Presented,
    nothing_presented,
    request_for,
    require_an_end,
)
from appliance.attendance.choosing import Candidate, Next
from appliance.attendance.colour_showing import ColourShowing
from appliance.attendance.face_watching import FaceWatching
from appliance.attendance.instruction import Instructions
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish, until
from appliance.attendance.portrait_choice import PortraitChoice
from appliance.attendance.presence_check import PresenceCheck
from appliance.attendance.preview import Preview, PreviewFrame
from appliance.errors import DeviceError, QualityError
from appliance.model.configuration import CaptureRules
from appliance.model.portrait import Composition, PortraitFacts
from appliance.model.verdict import CaptureKind
from appliance.quality.face_assessor import MadePortrait
from appliance.quality.iso29794_5.portrait_profiles import PortraitWanted
from appliance.quality.portrait_criteria import criteria
from appliance.runtime.clock import Clock

NO_POINTS: Final = "no-face-points"
"""The face's points are not known: its networks are not installed, or the still shows no face that could be judged."""
NOT_COMPOSED: Final = "not-composed"


async def capture_face(
    device: CaptureDevice,
    wanted: PortraitWanted,
    *,
    rules: CaptureRules,
    threshold: int,
    judge: Judge,
    preview: Preview,
    clock: Clock,
    wish: Wish,
    watching: FaceWatching | None = None,
    showing: ColourShowing | None = None,
) -> Presented:
    """`watching` is shown every picture, and may ask the person for movements first; `showing`: the colours that the
    screen shows meanwhile.

    Raises DeviceError for whatever goes wrong with the device, and `capture-cancelled` where it is left; nobody
    presenting anything is not an error.
    """
    choice = PortraitChoice(threshold, rules.face_timeout_s, STILL_WITHIN_S)
    instructions, step = Instructions(threshold), Next.GO_ON
    check, owed = PresenceCheck(watching, showing), False
    request = request_for(CaptureKind.FACE, None, rules)
    try:
        async with (
            device.frames(request) as frames,
            aclosing(until(wish, frames, lambda: None if check.is_lit else frames.ask_still())) as coming,
        ):
            async for frame, taken in coming:
                judged = await judge.judge(CaptureKind.FACE, frame, wanted=wanted, watching=watching)
                now_s = clock.monotonic()
                asked = check.step(now_s, taken=taken) if judged.pixels is None else None
                if asked is not None:
                    owed = taken and check.is_lit
                    await preview.show(PreviewFrame(judged.preview_jpeg, judged.verdict, *asked))
                    continue
                if owed:
                    owed = False
                    frames.ask_still()
                said = instructions.say(choice.instruction(judged.verdict, now_s), now_s)
                await preview.show(PreviewFrame(judged.preview_jpeg, judged.verdict, said))
                if judged.pixels is None:
                    step = choice.looked_at(judged.verdict, now_s, taken=taken)
                else:
                    still = Candidate(
                        judged.verdict, judged.pixels, frame.simulated, lossy=frame.lossy, compose=judged.compose
                    )
                    step = choice.offered(still, now_s, taken=taken)
                if step is Next.ASK_STILL:
                    frames.ask_still()
                elif step is not Next.GO_ON:
                    break
    except DeviceError as error:
        # A still that will do was in the box before the camera went away.
        if error.code != "capture-timeout" and not choice.has_enough:
            raise
    finally:
        check.end(clock.monotonic())
        await preview.show(None)
    require_an_end(step, wish)
    if choice.best is None:
        return nothing_presented(CaptureKind.FACE)
    return await _portrait(choice.best, choice.stills, wanted, judge)


async def _portrait(still: Candidate, stills: int, wanted: PortraitWanted, judge: Judge) -> Presented:
    """The portrait made of the kept still; the still as it is where none can be made."""
    made = await judge.run(partial(_made, still.compose)) if still.compose is not None else None
    facts = PortraitFacts(
        profile=wanted.profile.name,
        template=wanted.age.value,
        composition=None if made is None else composition(made),
        omitted="" if made is not None else NO_POINTS if still.compose is None else NOT_COMPOSED,
        stills=stills,
        criteria=criteria(still.verdict) if made is None else made.criteria,
    )
    if made is None:
        return Presented(still.verdict, still.pixels, still.simulated, lossy=still.lossy, portrait=facts)
    return Presented(made.verdict, made.portrait.pixels, still.simulated, lossy=still.lossy, portrait=facts)


def _made(compose: Callable[[], MadePortrait]) -> MadePortrait | None:
    try:
        return compose()
    except QualityError:
        return None


def composition(made: MadePortrait) -> Composition:
    """What the record says of how it was made."""
    portrait = made.portrait
    height_px, width_px = portrait.pixels.shape[:2]
    scale = round(portrait.scale, 4)
    return Composition(
        width_px=width_px,
        height_px=height_px,
        scale=scale,
        # By the scale as it is recorded: the record may not contradict itself.
        enlarged=scale > 1.0,
        turn_deg=round(portrait.turn_deg, 2),
        filled_share=round(portrait.filled_share, 4),
    )
