"""What every driver is: something that opens, says who it is, and closes."""

from __future__ import annotations

from typing import Protocol

import msgspec


class DeviceIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the opened device says it is. Empty strings where it does not say.

    `certification` is the level that it has proved by a signature under a trusted root (`L1`), empty for none.
    """

    vendor: str
    model: str
    serial_number: str = ""
    firmware_version: str = ""
    simulated: bool = False
    certification: str = ""


class Stop(Protocol):
    """Asked by a driver between finite waits (at most 0.5 s apart); `threading.Event` is one."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class Driver(Protocol):
    """Common to all contracts. Methods are synchronous: a driver lives in a host process of its own.

    They raise only `drivers.errors.DriverError`s. `open` after `close` works; `close` may be called twice.
    """

    def open(self) -> DeviceIdentity: ...

    def close(self) -> None: ...
