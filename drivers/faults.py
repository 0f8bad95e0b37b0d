"""What a simulated driver or an emulator does wrong on demand. Data only: who pretends, acts on it.

    field        a simulated driver                     an emulator on its wire         the taker sees
    delay_s      waits before each frame, heeding stop  waits before each answer        a wait, or a timeout
    absent_s     nothing is presented for that long     likewise: "no finger"           CaptureTimedOut
    drop         the frame never comes                  an answer is swallowed          DeviceTimedOut
    corrupt      would have been unreadable             bytes altered under their sum   DeviceProtocolError
    wrong_size   pixels of a size not announced         too few pixels                  DeviceProtocolError
    fault        reports a fault of its own             answers with an error code      DeviceFault
    unplug       gone, also for the next open           closes its end                  DeviceLost
    refuse       does not let itself be opened          answers "wrong password"        DeviceAccessDenied
    hang         blocks without heeding stop            never answers again             HostUnresponsive, or
                                                                                        DeviceTimedOut (wire)
    remove       the card is taken away after that many answers: at once (`between`) or in the middle of the next
                 command (`during`)                                                     CardRemoved
    crash        ends its process at once               closes its end                  HostCrashed, or
                                                                                        DeviceLost (wire)
    split        has no wire: nothing                   bytes come in small pieces      nothing at all

A network camera that drops a frame or hangs has fallen silent in its stream, and is lost: DeviceLost.

Everything but `refuse` touches acquisition only, never opening, and begins once `after_frames` good frames
have been given since the device was opened. For a chip reader a frame is an answer to a command, for a signature pad
a point.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=3600.0)]


class FaultPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which faults, and from when on. The default plan is a device that behaves."""

    after_frames: Annotated[int, msgspec.Meta(ge=0)] = 0
    delay_s: Seconds = 0.0
    absent_s: Seconds = 0.0
    drop: bool = False
    corrupt: bool = False
    wrong_size: bool = False
    fault: bool = False
    remove: Literal["", "between", "during"] = ""
    unplug: bool = False
    refuse: bool = False
    hang: bool = False
    crash: bool = False
    split: bool = False

    def due(self, frames_given: int) -> bool:
        """Whether the faults have begun, `frames_given` frames after opening."""
        return frames_given >= self.after_frames


WELL_BEHAVED = FaultPlan()
