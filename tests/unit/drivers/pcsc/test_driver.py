"""PC/SC's own troubles, each with its name: no service, no reader, another program, a card in the wrong moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from drivers.contracts import ChipRequest
from drivers.errors import CaptureCancelled, CardRemoved, ChipServiceMissing, DeviceBusy, DeviceNotFound
from drivers.faults import FaultPlan
from drivers.pcsc.driver import Options, PcscReader, create
from drivers.pcsc.emulator import CardSettings, VirtualCard
from tests.conformance.chip_rigs import SELECT
from tests.conformance.private_pcscd import PrivatePcscd, private_pcscd

PATIENCE_S = 30.0
REQUEST = ChipRequest(timeout_s=PATIENCE_S)
GO_ON = threading.Event()


@pytest.fixture
def service() -> Iterator[PrivatePcscd]:
    with private_pcscd() as running:
        yield running


@contextmanager
def opened(service: PrivatePcscd, device: str = "") -> Iterator[PcscReader]:
    reader = create(Options(socket=service.socket, device=device))
    try:
        reader.open()
        yield reader
    finally:
        reader.close()


def card_in(service: PrivatePcscd, number: int = 0, faults: FaultPlan | None = None) -> VirtualCard:
    return VirtualCard(CardSettings(port=service.ports[number], faults=faults or FaultPlan()))


def eventually_removed(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            look()
        except CardRemoved:
            return
        time.sleep(0.05)
    pytest.fail("the card's going was not noticed")


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/nonexistent/python3"], ids=["no service", "no Python"])
def test_without_service_or_library_the_sentence_says_what_to_do(python: str) -> None:
    with pytest.raises(ChipServiceMissing) as failed:
        create(Options(socket="/nonexistent/pcscd", python=python)).open()
    assert "pcscd" in failed.value.sentence


def test_a_reader_that_there_is_not_is_not_found(service: PrivatePcscd) -> None:
    with pytest.raises(DeviceNotFound), opened(service, "ACR122"):
        pass


def test_of_several_readers_the_name_tells_which(service: PrivatePcscd) -> None:
    with card_in(service, 1), opened(service, "pcd 00 01") as reader, closing(reader.session(REQUEST, GO_ON)) as card:
        assert card.transmit(SELECT, GO_ON) == b"\x90\x00"


def test_another_program_at_the_card_is_named(service: PrivatePcscd) -> None:
    with card_in(service), opened(service) as first, opened(service) as second:
        with closing(first.session(REQUEST, GO_ON)), pytest.raises(DeviceBusy):
            second.session(REQUEST, GO_ON)
        with closing(second.session(REQUEST, GO_ON)) as card:
            assert card.transmit(SELECT, GO_ON) == b"\x90\x00"


def test_a_card_that_goes_before_the_first_command_is_removed(service: PrivatePcscd) -> None:
    with card_in(service) as lying, opened(service) as reader, closing(reader.session(REQUEST, GO_ON)) as card:
        lying.take_away()
        eventually_removed(card.check)
        with pytest.raises(CardRemoved):
            card.transmit(SELECT, GO_ON)


def test_a_card_that_is_laid_down_again_is_another_one(service: PrivatePcscd) -> None:
    with card_in(service) as lying, opened(service) as reader, closing(reader.session(REQUEST, GO_ON)) as card:
        events = reader.watch(ChipRequest(watch=True), GO_ON)
        assert next(events).present
        lying.take_away()
        assert not next(events).present
        lying.lay_down()
        assert next(events).present
        with pytest.raises(CardRemoved):
            card.check()


def test_a_service_that_dies_is_named(service: PrivatePcscd) -> None:
    with card_in(service), opened(service) as reader, closing(reader.session(REQUEST, GO_ON)) as card:
        service.end()
        with pytest.raises(ChipServiceMissing):
            card.transmit(SELECT, GO_ON)


def test_a_command_can_be_stopped_and_the_reader_used_again(service: PrivatePcscd) -> None:
    stop = threading.Event()
    with card_in(service, faults=FaultPlan(delay_s=1.0)), opened(service) as reader:
        card = reader.session(REQUEST, stop)
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(CaptureCancelled):
            card.transmit(SELECT, stop)
        card.close()
        with closing(reader.session(REQUEST, GO_ON)) as card:
            assert card.transmit(SELECT, GO_ON) == b"\x90\x00"
