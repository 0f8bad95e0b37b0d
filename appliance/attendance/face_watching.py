"""Liveness hints of one capture of a face: its frames go in as they are judged, and at its end the hints come out.

What networks see of each frame was seen by who judged it: no network runs for this. It advises, and no capture waits
for it, but where the technician wishes that the person is asked for a few movements first. In the judge's thread.
"""

from __future__ import annotations

import random
from dataclasses import replace

import msgspec

from appliance.liveness.face.challenge import CODE, Action, Challenge, Observation, drawn, observed, step, visible
from appliance.liveness.face.colour_sequence import ColourSequence
from appliance.liveness.face.frame import FaceFrame
from appliance.liveness.face.screen_light import CODE as SCREEN_LIGHT
from appliance.liveness.face.together import face_hints
from appliance.liveness.face.watch import FaceWatch
from appliance.model.liveness import Hint, LivenessHints
from appliance.quality.face_assessor import FacePoints
from drivers.contracts import Pixels

NO_NETWORKS = "no-networks"
NOT_CARRIED_OUT = "not-carried-out"
"""Of movements that the technician wished for: the camera has no previews, or no face looked straight into it."""
NOT_SHOWN = "not-shown"
"""Of colours that the technician wished for: too few of them are known to have been on the screen."""


class FaceWatching:
    """Of one capture. A camera's previews are watched and its stills only say that it paused: they are of another size,
    and take their time. Of a camera without previews the stills are watched.

    `chance` draws what the person is asked for, once a face looks straight into a camera that has previews; None where
    nothing is asked. Times are the frames': what is asked with one is on the screen a moment later, which is part of
    the seconds that there are for it. `lit`: the screen is to show colours meanwhile.
    """

    def __init__(self, chance: random.Random | None = None, *, lit: bool = False) -> None:
        self._watch = FaceWatch()
        self._earlier: tuple[Hint, ...] = ()
        self._of_previews = False
        self._chance = chance
        self._wished = chance is not None
        self._challenge: Challenge | None = None
        self._lit = lit
        self._shown: ColourSequence | None = None

    def saw(
        self, pixels: Pixels, taken_s: float, face: FacePoints | None, *, preview: bool, reduced_by: float = 1.0
    ) -> None:
        """One more picture, (H, W, 3) uint8 B, G, R; `taken_s` on the clock of all of them. Never raises.

        `face`: what networks saw in it; None where there are none. `reduced_by`: how much smaller it was made.
        """
        if face is None:
            self._watch = replace(self._watch, refused=NO_NETWORKS)
            return
        if preview and not self._of_previews:
            self._watch, self._earlier, self._of_previews = FaceWatch(), (), True
        if not preview and self._of_previews:
            self._watch = self._watch.paused()
            return
        before = self._watch
        self._watch = before.after(FaceFrame(pixels, taken_s, face.landmarks_px, face.coefficients, reduced_by))
        if len(self._watch.samples) < len(before.samples):
            # The watch has given up its first half: whoever waits long enough would have been seen for nothing.
            self._earlier = face_hints(before, self._challenge, self._shown, earlier=self._earlier).hints
        if self._chance is not None and preview:
            self._ask(observed(face.landmarks_px, face.coefficients), taken_s, self._chance)

    @property
    def asked(self) -> Action | None:
        """What the person is to do now; None where nothing is asked of them, or not any more."""
        return self._challenge.next if self._challenge is not None and self._chance is not None else None

    def ask_no_more(self) -> None:
        """What is still open counts for nothing."""
        self._chance = None

    def lit_by(self, shown: ColourSequence | None) -> None:
        """What the screen has shown, on the frames' clock; None where that is not known."""
        self._shown = shown

    def hints(self) -> LivenessHints:
        """Of all that was seen so far. Takes some hundredths of a second: once, at the end, and in a long capture once
        in five seconds."""
        found = face_hints(self._watch, self._challenge, self._shown, earlier=self._earlier)
        missed = {}
        if self._wished and self._challenge is None:
            missed[CODE] = NOT_CARRIED_OUT
        if self._lit and self._shown is None:
            missed[SCREEN_LIGHT] = NOT_SHOWN
        hints = (
            Hint(code=each.code, omitted=missed[each.code]) if each.code in missed else each for each in found.hints
        )
        return msgspec.structs.replace(found, hints=tuple(hints)) if missed else found

    def _ask(self, seen: Observation, taken_s: float, chance: random.Random) -> None:
        if self._challenge is not None:
            self._challenge = step(self._challenge, seen, taken_s)
        elif seen.straight:
            self._challenge = drawn(chance, taken_s, among=visible(seen))
