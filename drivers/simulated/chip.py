"""A chip reader that is not there, with a pretended card on it: for hosts without PC/SC, marked as simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Final

import msgspec

from drivers.contracts import CardEvent, ChipRequest, DeviceIdentity, Stop
from drivers.contracts.apdu import CommandApdu, ResponseApdu
from drivers.errors import CaptureCancelled, CaptureTimedOut, CardRemoved
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.chip_card import ChipCard
from drivers.simulated.misbehaviour import Misbehaviour, wait_until

_TURN_S: Final = 0.1


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seed` is the card's content; a new card lies there `taken_away_s` after the fault plan took one away."""

    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 1
    faults: FaultPlan = WELL_BEHAVED
    taken_away_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.5
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0


def create(options: Options) -> SimulatedChipReader:
    return SimulatedChipReader(options)


class SimulatedChipReader:
    """A `ChipReader`. The card is there from the start, unless the plan says `absent_s`, and is taken away once."""

    def __init__(self, options: Options) -> None:
        self.options = options
        # Whether a card is laid down at all is another matter than what goes wrong with it.
        self.faults = Misbehaviour(msgspec.structs.replace(options.faults, absent_s=0.0))
        self._presence = Misbehaviour(FaultPlan(absent_s=options.faults.absent_s))
        self._back_s = 0.0
        self._taken_away = False

    def open(self) -> DeviceIdentity:
        self.faults.opened()
        self._presence.opened()
        return DeviceIdentity(vendor="claim-kiosk", model="Simulated chip reader", firmware_version="1", simulated=True)

    def close(self) -> None:
        self.faults.closed()
        self._presence.closed()

    def watch(self, request: ChipRequest, stop: Stop) -> Iterator[CardEvent]:
        present = False
        self.faults.present(time.monotonic(), stop)
        while not stop.is_set():
            if self.is_present() is not present:
                present = not present
                yield CardEvent(present=present, atr=ChipCard.atr if present else b"")
            stop.wait(_TURN_S)
            with suppress(CardRemoved):
                self.take_away("between")

    def session(self, request: ChipRequest, stop: Stop) -> SimulatedCard:
        deadline_s = time.monotonic() + request.timeout_s
        self._presence.present(deadline_s, stop)
        self.faults.present(deadline_s, stop)
        wait_until(min(self._back_s, deadline_s), stop)
        if self._back_s > deadline_s:
            raise CaptureTimedOut
        return SimulatedCard(self)

    def is_present(self) -> bool:
        return time.monotonic() >= self._back_s and not self.options.faults.absent_s

    def take_away(self, moment: str) -> None:
        """Raises CardRemoved, once, when it is this moment that the plan has for it."""
        if self.options.faults.remove == moment and self.faults.due and not self._taken_away:
            self._taken_away = True
            self._back_s = time.monotonic() + self.options.taken_away_s
            raise CardRemoved


class SimulatedCard:
    """A `CardSession`."""

    atr = ChipCard.atr

    def __init__(self, reader: SimulatedChipReader) -> None:
        self._reader = reader
        self._card = ChipCard(reader.options.seed)
        self._gone = False

    def transmit(self, command: bytes, stop: Stop) -> bytes:
        self.check()
        CommandApdu.from_bytes(command)
        if stop.is_set():
            raise CaptureCancelled
        self._reader.faults.before_frame(time.monotonic() + self._reader.options.answer_timeout_s, stop)
        self._moment("during")
        response = ResponseApdu.from_bytes(self._card.answer(command))
        self._reader.faults.frame_given()
        return response.to_bytes()

    def check(self) -> None:
        if self._gone:
            raise CardRemoved
        self._moment("between")

    def close(self) -> None:
        self._gone = True

    def _moment(self, name: str) -> None:
        try:
            self._reader.take_away(name)
        except CardRemoved:
            self._gone = True
            raise
