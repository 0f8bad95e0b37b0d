"""What holds for every chip reader: who it is, what a card answers, and one error whenever the card goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

import pytest

from drivers.contracts import CardSession, ChipReader, ChipRequest
from drivers.contracts.apdu import CommandApdu, ResponseApdu
from drivers.errors import CaptureCancelled, CardRemoved, DriverError, RequestUnsupported
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.chip_card import EF_COM, EF_DG2, END_OF_FILE, OK, ChipCard
from tests.conformance.chip_rigs import CHIP_RIGS, REMOVALS, SEED, SELECT
from tests.conformance.rig import PATIENCE_S, FaultCase, Rig
from tests.conformance.taking import WATCHDOG_S, built

every_reader = pytest.mark.parametrize("rig", CHIP_RIGS, ids=lambda rig: rig.name)
every_fault = pytest.mark.parametrize(
    ("rig", "fault"),
    [pytest.param(rig, case, id=f"{rig.name}-{case.name}") for rig in CHIP_RIGS for case in rig.faults],
)
every_removal = pytest.mark.parametrize(
    ("rig", "fault"), [pytest.param(rig, case, id=f"{rig.name}-{case.name}") for rig in CHIP_RIGS for case in REMOVALS]
)
GO_ON = threading.Event()
"""Never set: nobody stops."""


@contextmanager
def reader_of(rig: Rig, directory: Path, plan: FaultPlan = WELL_BEHAVED) -> Iterator[ChipReader]:
    with built(rig, directory, plan) as driver:
        yield cast("ChipReader", driver)


def exchange(card: CardSession, commands: int = 6) -> None:
    """So many commands, with a look at the card between them."""
    for _ in range(commands):
        assert ResponseApdu.from_bytes(card.transmit(SELECT, GO_ON)).sw == OK
        card.check()


def read_file(card: CardSession, number: int, step: int) -> bytes:
    """As a document is read: select the application and the file, then piece by piece."""
    card.transmit(SELECT, GO_ON)
    select = CommandApdu(0x00, 0xA4, 0x02, 0x0C, number.to_bytes(2, "big"))
    assert card.transmit(select.to_bytes(), GO_ON) == bytes.fromhex("9000")
    content = b""
    while True:
        read = CommandApdu(0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, ne=step)
        response = ResponseApdu.from_bytes(card.transmit(read.to_bytes(), GO_ON))
        content += response.data
        if response.sw == END_OF_FILE:
            return content
        assert response.sw == OK


@every_reader
def test_it_says_who_it_is_closes_twice_and_opens_again(rig: Rig, tmp_path: Path) -> None:
    with reader_of(rig, tmp_path) as reader:
        first = reader.open()
        assert first.model
        assert first.simulated is rig.simulated
        reader.close()
        reader.close()
        assert reader.open() == first
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            assert card.atr == ChipCard.atr
            exchange(card, 1)


@every_reader
@pytest.mark.parametrize(
    ("number", "step"), [(EF_COM, 5), (EF_DG2, 223), (EF_DG2, 10_000)], ids=["com", "short", "long"]
)
def test_a_file_is_read_byte_for_byte(rig: Rig, number: int, step: int, tmp_path: Path) -> None:
    with reader_of(rig, tmp_path) as reader:
        reader.open()
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            assert read_file(card, number, step) == ChipCard(SEED).files[number]


@every_reader
def test_a_session_leaves_nothing_to_the_next(rig: Rig, tmp_path: Path) -> None:
    """The card is reset in between: a file that was selected is not."""
    read = CommandApdu(0x00, 0xB0, 0, 0, ne=4).to_bytes()
    with reader_of(rig, tmp_path) as reader:
        reader.open()
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            read_file(card, EF_COM, 16)
            assert ResponseApdu.from_bytes(card.transmit(read, GO_ON)).sw == OK
        with pytest.raises(CardRemoved):
            card.transmit(read, GO_ON)
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            assert ResponseApdu.from_bytes(card.transmit(read, GO_ON)).sw != OK


@every_reader
@pytest.mark.parametrize("command", [b"", b"\0\xa4\4", b"\0\xa4\4\0\5abc"], ids=["nothing", "no header", "cut short"])
def test_what_is_no_command_is_refused(rig: Rig, command: bytes, tmp_path: Path) -> None:
    with reader_of(rig, tmp_path) as reader:
        reader.open()
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            with pytest.raises(RequestUnsupported):
                card.transmit(command, GO_ON)
            exchange(card, 1)


@every_reader
def test_closed_it_refuses_by_name(rig: Rig, tmp_path: Path) -> None:
    with reader_of(rig, tmp_path) as reader:
        with pytest.raises(DriverError):
            reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)
        reader.open()
        reader.close()
        with pytest.raises(DriverError):
            reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)


@every_reader
def test_while_no_card_comes_it_can_be_stopped_and_used_again(rig: Rig, tmp_path: Path) -> None:
    with reader_of(rig, tmp_path, rig.quiet_plan) as reader:
        reader.open()
        for _ in range(2):
            stop, ended_with = threading.Event(), list[BaseException]()
            waiting = threading.Thread(target=_wait_for_card, args=(reader, stop, ended_with), daemon=True)
            waiting.start()
            stop.wait(0.3)
            stop.set()
            waiting.join(WATCHDOG_S)
            assert [type(error) for error in ended_with] == [CaptureCancelled]


def _wait_for_card(reader: ChipReader, stop: threading.Event, ended_with: list[BaseException]) -> None:
    try:
        reader.session(ChipRequest(timeout_s=50.0), stop)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
        ended_with.append(error)


@every_fault
def test_every_fault_has_its_name(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    request = ChipRequest(timeout_s=fault.timeout_s)
    with reader_of(rig, tmp_path, fault.plan) as reader:
        if fault.opening and fault.error is not None:
            with pytest.raises(fault.error):
                reader.open()
            return
        reader.open()
        if fault.error is None:
            with closing(reader.session(request, GO_ON)) as card:
                exchange(card)
            return
        with pytest.raises(fault.error) as caught, closing(reader.session(request, GO_ON)) as card:
            exchange(card)
        assert type(caught.value) is fault.error


@every_removal
def test_a_removed_card_ends_its_session_and_the_next_one_works(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    request = ChipRequest(timeout_s=PATIENCE_S)
    with reader_of(rig, tmp_path, fault.plan) as reader:
        reader.open()
        with closing(reader.session(request, GO_ON)) as card:
            with pytest.raises(CardRemoved):
                exchange(card)
            for _ in range(2):
                with pytest.raises(CardRemoved):
                    card.transmit(SELECT, GO_ON)
                with pytest.raises(CardRemoved):
                    card.check()
        with closing(reader.session(request, GO_ON)) as card:
            exchange(card)


@every_reader
def test_watching_tells_of_a_card_that_is_there_and_ends_quietly(rig: Rig, tmp_path: Path) -> None:
    stop = threading.Event()
    with reader_of(rig, tmp_path) as reader:
        reader.open()
        for event in reader.watch(ChipRequest(watch=True), stop):
            assert (event.present, event.atr) == (True, ChipCard.atr)
            stop.set()
        with closing(reader.session(ChipRequest(timeout_s=PATIENCE_S), GO_ON)) as card:
            exchange(card, 1)
