"""What a host does for devices that give no frames: it carries a chip's commands and answers, and a pen's points.

Runs in the driver's thread (`drivers.worker`) and raises what the driver raises. Decides nothing.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator
from contextlib import closing
from typing import cast

from drivers.contracts import ChipReader, ChipRequest, PenPoint, SignaturePad, SignatureRequest, Stop
from drivers.messages import CardSeen, Event, Ink, Response, Transmit

Send = Callable[[Event], None]
Commands = queue.SimpleQueue[Transmit]

_LOOK_S = 0.1
"""How often a card that is not spoken to is looked for."""


def talk_to_chip(
    reader: ChipReader, capture: int, request: ChipRequest, stop: Stop, commands: Commands, send: Send
) -> None:
    """One card's session, or until stopped the coming and going of all."""
    if request.watch:
        for event in reader.watch(request, stop):
            send(CardSeen(capture=capture, present=event.present, atr=event.atr))
        return
    with closing(reader.session(request, stop)) as card:
        send(CardSeen(capture=capture, present=True, atr=card.atr))
        while not stop.is_set():
            try:
                asked = commands.get(timeout=_LOOK_S)
            except queue.Empty:
                card.check()
                continue
            response = card.transmit(asked.command, stop)
            send(Response(capture=capture, number=asked.number, response=response))


def follow_pen(pad: SignaturePad, capture: int, request: SignatureRequest, stop: Stop, send: Send) -> None:
    """A message a point, since each is shown as it is written."""
    size = pad.size()
    send(Ink(capture=capture, size=size, points=()))
    with closing(cast("Generator[PenPoint, None, None]", pad.sign(request, stop))) as points:
        for point in points:
            send(Ink(capture=capture, size=size, points=(point,)))
            if stop.is_set():
                break
