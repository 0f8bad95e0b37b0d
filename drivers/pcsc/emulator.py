"""A card in vsmartcard's virtual reader: the other end of pcscd's wire, so that PC/SC and its real driver run.

Its content is `simulated.chip_card`'s. The wire has no word for a reader that is unplugged or that refuses: whoever
runs the pcscd ends it for that.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Final, Self

import msgspec

from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.pcsc.vpcd import DEFAULT_PORT, Control, VpcdReader, to_bytes
from drivers.simulated.chip_card import ChipCard

_TURN_S: Final = 0.1
_READ_BYTES: Final = 1 << 16


class CardSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`away_s` is how long a card that was taken away stays away, -1 for good."""

    port: int = DEFAULT_PORT
    seed: int = 1
    faults: FaultPlan = WELL_BEHAVED
    away_s: float = -1.0


class VirtualCard:
    """Lies on the reader inside a `with` block; `take_away` and `lay_down` as often as wanted."""

    def __init__(self, settings: CardSettings) -> None:
        self._settings = settings
        self._over = threading.Event()
        self._wanted = threading.Event()
        self._back_s = time.monotonic() + settings.faults.absent_s
        self._taken_away = False
        self._answers = 0
        self._link: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="virtual-card", daemon=True)

    def __enter__(self) -> Self:
        self._wanted.set()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.take_away()
        self._thread.join()

    def take_away(self) -> None:
        self._wanted.clear()
        link = self._link
        if link is not None:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def lay_down(self) -> None:
        self._wanted.set()

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._wanted.is_set() or time.monotonic() < self._back_s:
                self._over.wait(_TURN_S)
                continue
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self._settings.port), 1.0) as link,
            ):
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                link.settimeout(None)
                self._link = link
                if self._wanted.is_set():
                    self._lie(link)
            self._link = None
            self._over.wait(_TURN_S)

    def _lie(self, link: socket.socket) -> None:
        """Until taken away: ours or the reader's end is closed."""
        card, reader = ChipCard(self._settings.seed), VpcdReader()
        while data := link.recv(_READ_BYTES):
            # Linux forgets this setting again and again; without it each answer waits for the other end's next word.
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            for message in reader.feed(data):
                if message == bytes([Control.ATR]):
                    link.sendall(to_bytes(card.atr))
                elif len(message) == 1:
                    card.reset()
                elif not self._answer(link, card.answer(message)):
                    return

    def _answer(self, link: socket.socket, response: bytes) -> bool:
        """Send it, or what the fault plan makes of it; whether the card still lies there."""
        plan = self._settings.faults
        faulty = plan.due(self._answers)
        if faulty and plan.remove == "during" and not self._taken_away:
            return self._go()
        if faulty and (plan.hang or plan.drop):
            return True
        if faulty and plan.delay_s:
            self._over.wait(plan.delay_s)
        if faulty and plan.corrupt:
            response = response[:-2] + bytes([response[-2] ^ 0xF0, response[-1]])
        if faulty and plan.wrong_size:
            response = response[:1]
        self._send(link, to_bytes(response), split=faulty and plan.split)
        self._answers += 1
        if plan.remove == "between" and plan.due(self._answers) and not self._taken_away:
            return self._go()
        return True

    def _go(self) -> bool:
        """The fault plan takes the card away, once."""
        self._taken_away = True
        if self._settings.away_s < 0:
            self._wanted.clear()
        self._back_s = time.monotonic() + max(0.0, self._settings.away_s)
        return False

    @staticmethod
    def _send(link: socket.socket, data: bytes, *, split: bool) -> None:
        step = 1 if split else len(data)
        for position in range(0, len(data), step):
            link.sendall(data[position : position + step])
