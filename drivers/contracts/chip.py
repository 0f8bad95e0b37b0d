"""Contactless and contact chips: a reader, the cards that come and go on it, and the talk with one of them.

The terms are those of ISO/IEC 7816-4 (a command APDU and its response) and of PC/SC (a reader, its card, the ATR).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from drivers.contracts.device import Driver, Stop


class ChipRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`timeout_s` is for a card to come. `watch` asks only to be told when cards come and go, until stopped."""

    timeout_s: float = 30.0
    watch: bool = False


class CardEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A card has come (`present`, with its answer to reset), or the one that was there is gone."""

    present: bool
    atr: bytes = b""


class CardSession(Protocol):
    """The talk with one card, for nobody else meanwhile.

    It ends with one error, `CardRemoved`, whenever that card goes away, before, between or during commands, even
    when it is laid down again at once; from then on every call raises it again.
    """

    @property
    def atr(self) -> bytes: ...

    def transmit(self, command: bytes, stop: Stop) -> bytes:
        """The response to a command APDU, status word included. CaptureCancelled on stop."""
        ...

    def check(self) -> None:
        """Returns within 0.5 s; raises CardRemoved when the card is gone."""
        ...

    def close(self) -> None:
        """Let go of the card, reset. May be called twice; raises nothing."""
        ...


class ChipReader(Driver, Protocol):
    def watch(self, request: ChipRequest, stop: Stop) -> Iterator[CardEvent]:
        """Cards coming and going, first the one that lies there already. Ends quietly on stop."""
        ...

    def session(self, request: ChipRequest, stop: Stop) -> CardSession:
        """With the card that lies there, or the first that comes.

        CaptureTimedOut when none came, CaptureCancelled on stop, CardUnresponsive for one that does not answer.
        """
        ...
