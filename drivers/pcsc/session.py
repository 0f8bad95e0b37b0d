"""The talk with one card over PC/SC, which ends with one error when that card goes away."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.contracts import Stop
from drivers.contracts.apdu import CommandApdu, ResponseApdu
from drivers.errors import CardRemoved, DriverError


@dataclass(frozen=True, slots=True, repr=False)
class Asking:
    """A command to the helper and the event that answers it."""

    do: str
    event: str
    facts: Mapping[str, object] = field(default_factory=dict)
    raw: bytes = b""


Ask = Callable[[Asking, Stop | None], tuple[dict[str, Any], bytes]]


class PcscSession:
    """A `CardSession`. `count` is how many cards had come and gone on the reader when this one was there."""

    def __init__(self, ask: Ask, atr: bytes, count: int) -> None:
        self.atr = atr
        self._ask = ask
        self._count = count
        self._ended: DriverError | None = None

    def transmit(self, command: bytes, stop: Stop) -> bytes:
        """Raises RequestUnsupported for what is no command, DeviceProtocolError for what is no response."""
        CommandApdu.from_bytes(command)
        _, raw = self._asked(Asking("transmit", "response", raw=command), stop)
        return ResponseApdu.from_bytes(raw).to_bytes()

    def check(self) -> None:
        state, _ = self._asked(Asking("status", "status", {"wait_ms": 0}), None)
        if not state["present"] or state["count"] != self._count:
            self._ended = CardRemoved()
            raise CardRemoved

    def close(self) -> None:
        if self._ended is None:
            self._ended = CardRemoved()
            with contextlib.suppress(DriverError):
                self._ask(Asking("disconnect", "disconnected"), None)

    def _asked(self, asking: Asking, stop: Stop | None) -> tuple[dict[str, Any], bytes]:
        if self._ended is not None:
            raise type(self._ended)
        try:
            return self._ask(asking, stop)
        except DriverError as error:
            self._ended = error
            raise
