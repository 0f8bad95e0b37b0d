"""Acts on a fault plan in a simulated driver, so that whoever takes its frames has met every failure before.

The emulators act on the same plan on their wires; `drivers.faults` says what each fault looks like from outside.
"""

from __future__ import annotations

import os
import threading
import time

from drivers.contracts import Stop
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
)
from drivers.faults import FaultPlan

LONGEST_WAIT_S = 0.2
CRASH_STATUS = 70


class Misbehaviour:
    """One device's faults from one `opened` to the next."""

    def __init__(self, plan: FaultPlan) -> None:
        self._plan = plan
        self._frames_given = 0
        self._unplugged = False
        self._open = False

    def opened(self) -> None:
        """Raises DeviceAccessDenied or DeviceLost when the device does not let itself be opened."""
        if self._unplugged:
            raise DeviceLost
        if self._plan.refuse:
            raise DeviceAccessDenied
        self._frames_given = 0
        self._open = True

    def closed(self) -> None:
        self._open = False

    def frame_given(self) -> None:
        self._frames_given += 1

    @property
    def due(self) -> bool:
        """Whether the plan's faults have begun."""
        return self._plan.due(self._frames_given)

    def present(self, deadline_s: float, stop: Stop) -> None:
        """Returns when something lies on a device that waits for it before its first frame; raises like
        `before_frame`."""
        if not self._open or self._unplugged:
            raise DeviceLost
        if self._plan.absent_s and self.due:
            self._wait(self._plan.absent_s, deadline_s, stop)

    def before_frame(self, deadline_s: float, stop: Stop) -> None:
        """Returns when the next frame may be given; `deadline_s` is on the monotonic clock.

        Raises the error that the plan asks for, CaptureTimedOut past the deadline, CaptureCancelled on stop, and
        DeviceLost when the device is not open.
        """
        if not self._open or self._unplugged:
            raise DeviceLost
        if not self._plan.due(self._frames_given):
            return
        plan = self._plan
        if plan.unplug:
            self._unplugged = True
            raise DeviceLost
        if plan.crash:
            os._exit(CRASH_STATUS)
        if plan.hang:
            threading.Event().wait()
        if plan.fault:
            raise DeviceFault
        if plan.corrupt or plan.wrong_size:
            raise DeviceProtocolError
        if plan.drop:
            wait_until(deadline_s, stop)
            raise DeviceTimedOut
        if plan.absent_s and not self._frames_given - plan.after_frames:
            self._wait(plan.absent_s, deadline_s, stop)
        if plan.delay_s:
            self._wait(plan.delay_s, deadline_s, stop)

    @staticmethod
    def _wait(seconds: float, deadline_s: float, stop: Stop) -> None:
        until_s = time.monotonic() + seconds
        wait_until(min(until_s, deadline_s), stop)
        if until_s > deadline_s:
            raise CaptureTimedOut


def wait_until(moment_s: float, stop: Stop) -> None:
    """Waits until a moment of the monotonic clock. Raises CaptureCancelled on stop."""
    while not stop.is_set():
        left_s = moment_s - time.monotonic()
        if left_s <= 0:
            return
        stop.wait(min(left_s, LONGEST_WAIT_S))
    raise CaptureCancelled
