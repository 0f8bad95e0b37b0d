"""How long a driver's host may take for each thing before it is killed, and how often it is asked whether it lives."""

from __future__ import annotations

from typing import Self

import msgspec

from drivers.timings import Timings


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `stop_s` leaves a margin to the one second in which a capture must have ended.

    `frame_grace_s` is added to a request's own timeout: the driver should say so first. `open_s` and `frame_grace_s`
    are the least there is; `leaving` makes them longer for a device that may rightly take longer. `presence_s` is how
    long a caller waits for a device that is starting or being restarted, and for one that somebody is just letting
    go of. `transmit_s` is for a chip's answer to one command: its reader should say sooner that it
    does not come.
    """

    open_s: float = 15.0
    close_s: float = 2.0
    stop_s: float = 0.9
    frame_grace_s: float = 9.0
    transmit_s: float = 20.0
    ping_every_s: float = 2.0
    ping_s: float = 3.0
    shutdown_s: float = 1.2
    presence_s: float = 5.0

    def leaving(self, timings: Timings) -> Self:
        """These, and at least the time that a driver may take with its options."""
        return msgspec.structs.replace(
            self,
            open_s=max(self.open_s, timings.open_s),
            frame_grace_s=max(self.frame_grace_s, timings.frame_grace_s),
        )
