"""What the technician had asked for before the picture is taken: movements, and the screen's colours meanwhile.

Decides what the person is to see with each preview, and when it is over; what was seen of them is `face_watching`'s.
"""

from __future__ import annotations

from typing import Final

from appliance.attendance.colour_showing import DARK_WITHIN_S, ColourShowing, Light
from appliance.attendance.face_watching import FaceWatching
from appliance.liveness.face.challenge import COUNT, TIME_S
from appliance.liveness.face.screen_light import MOST_LAG_S

ASKED: Final = "ask-"
"""Begins the code of what the person is asked for, to see that they are there (`liveness.face.challenge`)."""
HOLD_STILL: Final = "hold-still"
"""Nothing more is asked, and the light has not gone yet."""
CHECKED_WITHIN_S: Final = COUNT * TIME_S + 3.0
"""By our own clock, whatever a camera says of its frames' times."""


class PresenceCheck:
    """Of one capture. `showing`: None where no colours are to be shown. Nothing is asked without `watching`."""

    def __init__(self, watching: FaceWatching | None, showing: ColourShowing | None = None) -> None:
        self._watching = watching
        self._showing = showing
        self._since_s: float | None = None
        self._is_on = self._is_lit = False
        self._dark_s: float | None = None

    @property
    def is_lit(self) -> bool:
        """Whether a colour may be on the face: what is seen then is no portrait."""
        return self._is_lit

    def step(self, now_s: float, *, taken: bool) -> tuple[str, Light | None] | None:
        """After a preview: the code of what to tell the person, and the colour to show them; None where the capture
        may go on. `taken`: the technician wants the picture now."""
        asked = self._watching.asked if self._watching is not None else None
        if self._since_s is None:
            if asked is None:
                return None
            self._since_s = now_s
        if taken or now_s - self._since_s >= CHECKED_WITHIN_S:
            self.end(now_s)
            asked = None
        light = self._light(now_s, moving=asked is not None)
        if self._is_on and light is None:
            lost = self._showing is not None and self._showing.is_lost
            self._dark_s = now_s + (DARK_WITHIN_S if lost else 0.0)
            self._remember()
        self._is_on = light is not None
        self._is_lit = self._is_on or (self._dark_s is not None and now_s - self._dark_s < MOST_LAG_S)
        if asked is not None:
            return f"{ASKED}{asked}", light
        return (f"{ASKED}{HOLD_STILL}", light) if self._is_lit else None

    def end(self, now_s: float) -> None:
        """What is still open counts for nothing."""
        if self._watching is not None and self._watching.asked is not None:
            self._watching.ask_no_more()
        if self._showing is not None:
            self._showing.end(now_s)
            self._remember()

    def _light(self, now_s: float, *, moving: bool) -> Light | None:
        if self._showing is None:
            return None
        if not moving and self._showing.has_shown_enough(now_s):
            self._showing.end(now_s)
        return self._showing.step(now_s)

    def _remember(self) -> None:
        if self._watching is not None and self._showing is not None:
            self._watching.lit_by(self._showing.shown())
