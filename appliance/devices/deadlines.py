"""How long a driver's host may take for each thing before it is killed, and how often it is asked whether it lives."""

from __future__ import annotations

import msgspec


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `stop_s` leaves a margin to the one second in which a capture must have ended.

    `frame_grace_s` is added to a request's own timeout: the driver should say so first, and a serial fingerprint
    module needs 7 s to hand over a print that came at the last moment. `presence_s` is how long a
    caller waits for a device that is starting or being restarted, and for one that somebody is just letting go of.
    """

    open_s: float = 15.0
    close_s: float = 2.0
    stop_s: float = 0.9
    frame_grace_s: float = 9.0
    ping_every_s: float = 2.0
    ping_s: float = 3.0
    shutdown_s: float = 1.2
    presence_s: float = 5.0
