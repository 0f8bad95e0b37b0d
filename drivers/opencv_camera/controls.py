"""A USB camera's own controls (exposure, focus, white balance) as OpenCV's properties. Pure, but for `apply`.

Units are Video4Linux's: exposure in 100 µs, white balance in kelvin; 1 and 3 are its manual and its automatic exposure
(V4L2_CID_EXPOSURE_AUTO). Where nothing is set the camera keeps deciding by itself.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple, Protocol

import cv2
import msgspec

from drivers.errors import OptionInvalid

_MANUAL_EXPOSURE: Final = 1
_UNITS_PER_MS: Final = 10
_UNREADABLE: Final = -1.0
_STEP: Final = 0.1
_STEP_UNITS: Final = 5.0
"""A camera rounds to its own steps: by a tenth of the value, or by five of Video4Linux's units."""

Milliseconds = Annotated[float, msgspec.Meta(gt=0, le=1000)]


class Control(NamedTuple):
    """One property to set, and what a person calls it; so many of its units make one of the person's. A `switch` is
    taken or not; any other value may be rounded."""

    property_id: int
    value: float
    name: str
    units: float = 1.0
    switch: bool = False

    def is_met_by(self, taken: float) -> bool:
        slack = 0.0 if self.switch else max(_STEP * self.value, _STEP_UNITS)
        return abs(taken - self.value) <= slack


class CameraControls(msgspec.Struct, frozen=True, kw_only=True):
    """None leaves a thing to the camera. `focus` counts in the camera's own steps, 0 is far."""

    exposure_ms: Milliseconds | None = None
    focus: Annotated[int, msgspec.Meta(ge=0, le=1023)] | None = None
    white_balance_k: Annotated[int, msgspec.Meta(ge=1000, le=12000)] | None = None

    def within(self, shortest_ms: float | None, longest_ms: float | None) -> CameraControls:
        """Itself. OptionInvalid for an exposure outside of what the profile allows."""
        ms = self.exposure_ms
        if ms is not None and not (shortest_ms or 0.0) <= ms <= (longest_ms or ms):
            raise OptionInvalid(f"The camera may expose {shortest_ms or 0:g} to {longest_ms:g} ms, and not {ms:g} ms.")
        return self

    def settings(self) -> tuple[Control, ...]:
        """In the order in which a camera takes them: first the automatic one off, then the value."""
        wanted: list[Control] = []
        if self.exposure_ms is not None:
            units = max(1.0, float(round(self.exposure_ms * _UNITS_PER_MS)))
            wanted += [
                Control(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL_EXPOSURE, "exposure", switch=True),
                Control(cv2.CAP_PROP_EXPOSURE, units, "exposure", _UNITS_PER_MS),
            ]
        if self.focus is not None:
            wanted += [
                Control(cv2.CAP_PROP_AUTOFOCUS, 0, "focus", switch=True),
                Control(cv2.CAP_PROP_FOCUS, float(self.focus), "focus"),
            ]
        if self.white_balance_k is not None:
            wanted += [
                Control(cv2.CAP_PROP_AUTO_WB, 0, "white balance", switch=True),
                Control(cv2.CAP_PROP_WB_TEMPERATURE, float(self.white_balance_k), "white balance"),
            ]
        return tuple(wanted)


NO_CONTROLS: Final = CameraControls()


class Adjustable(Protocol):
    """What `cv2.VideoCapture` offers of this."""

    def set(self, property_id: int, value: float, /) -> bool: ...

    def get(self, property_id: int, /) -> float: ...


def apply(capture: Adjustable, controls: CameraControls) -> None:
    """Sets them all. OptionInvalid for a control that the camera does not have or a value that it does not take.

    A value outside of what it has is quietly brought inside by Video4Linux, so each is asked for again; rounding to
    the camera's steps is well, and one that can be set and not be read (OpenCV says -1) is believed.
    """
    for control in controls.settings():
        if not capture.set(control.property_id, control.value):
            raise OptionInvalid(f"The camera's {control.name} cannot be set to that: leave it to the camera.")
        taken = capture.get(control.property_id)
        if taken != _UNREADABLE and not control.is_met_by(taken):
            asked, given = control.value / control.units, taken / control.units
            raise OptionInvalid(
                f"The camera makes {given:g} of the {control.name} {asked:g}: set that, or leave it to the camera."
            )
