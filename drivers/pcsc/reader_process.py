"""Speaks to Debian's pcscd through pyscard, in the system's own Python: one reader, until stdin ends.

    /usr/bin/python3 -m drivers.pcsc.reader_process

Started by `driver` and by nobody else. Knows no deadlines and decides nothing: each command is one call, and one event
answers it. What is said to a card is never shown and never kept.

Commands: `open {device}`, `status {wait_ms}` (waits that long for a change), `connect`, `transmit` with a command
behind it, `disconnect`. Events: `opened {reader}`, `status {present, mute, count}` and `connected {count}` with the
ATR behind them, `response` with the response behind it, `disconnected`, `failed {code}`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

from smartcard import scard

from drivers.pcsc.status import GONE_OR_ODD, ODD, SUCCESS, TIMEOUT, code_of
from drivers.transport.system_wire import Reader, to_bytes

_READ_BYTES = 1 << 17
_SETTLES_S = 1.5
"""How long a service may take to notice that a card is gone: pcscd looks at a reader about twice a second."""
_STATUS_WORD_BYTES = 2
_CHANGES = 16
"""The upper half of a reader's state counts the cards that came and went."""


class Failed(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Helper:
    def __init__(self, out: int) -> None:
        self._out = out
        self._reader = Reader()
        self._context: Any = None
        self._name = ""
        self._state = scard.SCARD_STATE_UNAWARE
        self._card: Any = None
        self._protocol = scard.SCARD_PCI_T1
        self._count = 0

    def serve(self) -> None:
        while data := os.read(sys.stdin.fileno(), _READ_BYTES):
            for message, raw in self._reader.feed(data):
                try:
                    self._obey(message, raw)
                except Failed as failed:
                    self._say({"event": "failed", "code": failed.code})

    def _obey(self, message: dict[str, Any], raw: bytes) -> None:
        match message.get("do"):
            case "open":
                self._open(str(message.get("device", "")))
            case "status":
                state, atr = self._status(int(message.get("wait_ms", 0)))
                self._say({"event": "status", **state}, atr)
            case "connect":
                self._connect()
            case "transmit":
                self._say({"event": "response"}, self._transmit(raw))
            case "disconnect":
                self._disconnect()
                self._say({"event": "disconnected"})

    def _open(self, wanted: str) -> None:
        status, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self._check(status)
        status, names = scard.SCardListReaders(self._context, [])
        self._check(status)
        found = [name for name in names if wanted.lower() in name.lower()]
        if not found:
            raise Failed("device-not-found")
        self._name = found[0]
        self._say({"event": "opened", "reader": self._name})

    def _status(self, wait_ms: int) -> tuple[dict[str, Any], bytes]:
        """How the reader is; waits at most `wait_ms` for it to be otherwise than when it was last asked."""
        status, states = scard.SCardGetStatusChange(self._context, wait_ms, [(self._name, self._state)])
        if status & 0xFFFFFFFF != TIMEOUT:
            self._check(status)
        _, state, atr = states[0]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise Failed("device-lost")
        self._state = state & ~scard.SCARD_STATE_CHANGED
        facts = {
            "present": bool(state & scard.SCARD_STATE_PRESENT),
            "mute": bool(state & scard.SCARD_STATE_MUTE),
            "count": state >> _CHANGES,
        }
        return facts, bytes(atr)

    def _connect(self) -> None:
        self._disconnect()
        before, _ = self._status(0)
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        status, card, protocol = scard.SCardConnect(self._context, self._name, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        self._check(status)
        self._card = card
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        now, atr = self._status(0)
        if now["count"] != before["count"] or not now["present"]:
            raise Failed("card-removed")
        self._count = now["count"]
        self._say({"event": "connected", "count": self._count}, atr)

    def _transmit(self, command: bytes) -> bytes:
        if self._card is None:
            raise Failed("card-removed")
        status, response = scard.SCardTransmit(self._card, self._protocol, list(command))
        if status == SUCCESS and len(response) >= _STATUS_WORD_BYTES:
            return bytes(response)
        # A card that goes away in the middle of a command may leave an answer of nothing.
        if status == SUCCESS or code_of(status) == GONE_OR_ODD:
            raise Failed(self._gone_or_odd())
        raise Failed(self._reason(status))

    def _check(self, status: int) -> None:
        if status != SUCCESS:
            raise Failed(self._reason(status))

    def _reason(self, status: int) -> str:
        """The code of an error; what looks like a refusal may be a service that has just gone away (pcsc-lite closes
        the connection for both)."""
        code = code_of(status)
        if code == "device-access-denied" and self._name:
            probe, _ = scard.SCardGetStatusChange(self._context, 0, [(self._name, self._state)])
            return code_of(probe) if code_of(probe) == "chip-service-missing" else code
        return "chip-service-missing" if code == GONE_OR_ODD else code

    def _gone_or_odd(self) -> str:
        deadline = time.monotonic() + _SETTLES_S
        while time.monotonic() < deadline:
            state, _ = self._status(100)
            if not state["present"] or state["count"] != self._count:
                return "card-removed"
        return ODD

    def _disconnect(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)

    def _say(self, message: dict[str, Any], raw: bytes = b"") -> None:
        data = memoryview(to_bytes(message, raw))
        while data:
            data = data[os.write(self._out, data) :]


def main() -> None:
    # A vendor's library may write to the standard output: what is said goes out on a descriptor of its own.
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError):
        Helper(out).serve()


if __name__ == "__main__":
    main()
