"""An emulated scanner behind SBI: under our own client in tests, and under anybody's by hand.

    python -m drivers.sbi.emulator --kind slap --trust-out root.pem --faults '{"absent_s": 3}'

prints its port on the first line and runs until it is ended. It says of itself that it is emulated, and signs with a
key that is made on the spot: `root.pem` is what a client must be told to trust.

    python -m drivers.sbi.emulator --driver simulated-fingerprint --set seed=7 --trust-out root.pem

offers one of our own drivers instead.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from drivers.contracts import Camera, DeviceIdentity, FingerprintReader
from drivers.errors import DriverError
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.registry import build_driver, driver_entry
from drivers.sbi.authority import MadeUpAuthority
from drivers.sbi.iso_picture import Coding
from drivers.sbi.lies import Liar, Lie
from drivers.sbi.messages import FACE, FINGER, TIME
from drivers.sbi.offered import DrawnSensor, Offer, described, offer_of, sub_ids_of
from drivers.sbi.service import Flood, SbiService, ServiceSettings, on_a_free_port

_MAKE: Final = "claim-kiosk"
_UNJUDGED: Final = 50.0


class Kind(StrEnum):
    SINGLE = "single"
    SLAP = "slap"
    FACE = "face"


_SUB_TYPES: Final = {Kind.SINGLE: "Single", Kind.SLAP: "Slap", Kind.FACE: "Full face"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Emulation:
    """A scanner of one kind. `while_opening` says when it lies about signatures: then, or in captures."""

    kind: Kind
    authority: MadeUpAuthority
    faults: FaultPlan = WELL_BEHAVED
    lie: Lie = Lie.NONE
    while_opening: bool = False
    flood: Flood = Flood.NONE
    coding: Coding = Coding.JPEG_2000
    certification: str = "L1"
    port: int = 0


def emulated(emulation: Emulation, offer: Offer | None = None) -> SbiService:
    """The service, answering; whoever makes it closes it. `offer` is a device of our own in place of a drawn one."""
    now = datetime.now(UTC)
    sub_type = _SUB_TYPES[emulation.kind]
    kind = FACE if emulation.kind is Kind.FACE else FINGER
    model = f"Emulated {sub_type.lower()} scanner"
    drawn = Offer(
        digital_id=described(kind, sub_type, _MAKE, model, "1", now.strftime(TIME)),
        sensor=DrawnSensor(),
        sub_ids=sub_ids_of(sub_type),
        coding=emulation.coding,
        certification=emulation.certification,
        firmware="unknown",
    )
    return SbiService(
        ServiceSettings(
            offers=[offer or drawn],
            manner=Liar(emulation.lie, emulation.authority, now, while_opening=emulation.while_opening),
            port=emulation.port,
            faults=emulation.faults,
            flood=emulation.flood,
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.sbi.emulator", description="An emulated SBI service.")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.SLAP)
    parser.add_argument("--port", type=int, default=None, help="0 for any; without it the first free one of SBI's")
    parser.add_argument("--trust-out", type=Path, required=True, help="where to write the authority to be trusted")
    parser.add_argument("--coding", type=Coding, choices=list(Coding), default=Coding.JPEG_2000)
    parser.add_argument("--faults", default="{}", help="a fault plan as JSON")
    parser.add_argument("--lie", type=Lie, choices=list(Lie), default=Lie.NONE)
    parser.add_argument("--while-opening", action="store_true", help="lie about signatures there, not in captures")
    parser.add_argument("--flood", type=Flood, choices=list(Flood), default=Flood.NONE)
    parser.add_argument("--driver", default="", help="offer one of our own drivers, as level L0")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of that driver")
    chosen = parser.parse_args(arguments)
    try:
        faults = msgspec.json.decode(chosen.faults, type=FaultPlan)
    except msgspec.DecodeError as error:
        parser.error(f"--faults: {error}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    authority = MadeUpAuthority(datetime.now(UTC))
    chosen.trust_out.write_bytes(authority.root_pem)
    with ExitStack() as stack:
        try:
            offer = _offered_driver(chosen, stack) if chosen.driver else None
        except DriverError as error:
            parser.error(error.sentence)

        def serve(port: int) -> SbiService:
            emulation = Emulation(
                kind=chosen.kind,
                authority=authority,
                faults=faults,
                lie=chosen.lie,
                while_opening=chosen.while_opening,
                flood=chosen.flood,
                coding=chosen.coding,
                port=port,
            )
            return emulated(emulation, offer)

        try:
            service = stack.enter_context(on_a_free_port(serve) if chosen.port is None else serve(chosen.port))
        except DriverError as error:
            parser.error(error.sentence)
        sys.stdout.write(f"{service.port}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _offered_driver(chosen: argparse.Namespace, stack: ExitStack) -> Offer:
    """One of our own drivers, opened until the stack is left. Raises drivers' errors."""
    driver: Any = build_driver(chosen.driver, dict(setting.partition("=")[::2] for setting in chosen.set))
    contract = driver_entry(chosen.driver).contract
    own = cast("FingerprintReader | Camera", driver)
    with ExitStack() as opening:
        opening.callback(driver.close)
        identity: DeviceIdentity = driver.open()
        offer = offer_of(own, identity, contract, lambda _: _UNJUDGED, datetime.now(UTC), coding=chosen.coding)
        opening.pop_all()
    stack.callback(offer.sensor.close)
    return offer


if __name__ == "__main__":
    sys.exit(main())
