"""Nothing of a person stays on the box for longer than the rule says, whatever became of their attendance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from appliance.attendance.first_seen import STREAM, FirstSeen
from appliance.attendance.register import Register
from appliance.errors import DiskFull, SealingFailed, StorageCorrupted
from appliance.model.attendance import Step
from appliance.runtime.clock import timestamp
from tests.unit.attendance.box import Box, MemoryJournal
from tests.unit.attendance.makers import AT, WHO

LONG_AGO = "1926-11-24T10:00:00.000Z"


async def frozen(box: Box) -> str:
    """An attendance whose sealing fails."""
    one = await box.at(Step.REVIEW)
    box.sealer.fails = True
    with pytest.raises(SealingFailed):
        await box.service.seal(one, WHO)
    return one


async def test_what_has_been_open_for_too_long_is_abandoned(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    await box.upkeep.apply_retention()
    assert set(box.journal.streams_by_id) == {one}
    await box.aged(one)
    await box.upkeep.apply_retention()
    assert (box.vault.blobs, box.journal.streams_by_id) == ({}, {})


async def test_a_sealing_that_still_fails_is_tried_a_last_time_and_abandoned(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await frozen(box)
    await box.upkeep.apply_retention()
    assert box.service.register.get(one).step is Step.SEALING
    await box.aged(one)
    tried = box.sealer.sealings
    await box.upkeep.apply_retention()
    assert box.sealer.sealings == tried + 1
    assert (box.vault.blobs, box.journal.streams_by_id) == ({}, {})


async def test_a_sealing_that_succeeds_the_last_time_is_kept(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await frozen(box)
    await box.aged(one)
    box.sealer.fails = False
    await box.upkeep.apply_retention()
    assert box.service.register.get(one).step is Step.SEALED


@pytest.mark.parametrize("fails", [True, False])
async def test_what_the_queue_holds_is_never_abandoned(boxes: Callable[..., Box], fails: bool) -> None:
    box = boxes()
    one = await frozen(box)
    box.sealer.fails = fails
    box.sealer.queued.add(one)
    await box.aged(one)
    await box.upkeep.apply_retention()
    assert box.service.register.get(one).step is (Step.SEALING if fails else Step.SEALED)


async def test_an_attendance_whose_journal_is_damaged_can_still_be_erased(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    box.journal.streams_by_id[one][1] = b"damaged"
    await box.recovered()
    assert set(box.service.register.damaged) == {one}
    await box.service.abandon(one, WHO, "damaged")
    assert (box.vault.blobs, box.journal.streams_by_id, box.service.register.damaged) == ({}, {}, {})


async def test_a_damaged_journal_goes_by_when_its_attendance_was_opened(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    box.journal.streams_by_id[one][1] = b"damaged"
    await box.recovered()
    await box.upkeep.apply_retention()
    assert set(box.service.register.damaged) == {one}
    await box.aged(one)
    await box.upkeep.apply_retention()
    assert (box.vault.blobs, box.journal.streams_by_id, box.service.register.damaged) == ({}, {}, {})


async def test_a_damaged_journal_whose_package_is_queued_waits_for_the_receipt(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.SEALED)
    box.journal.streams_by_id[one][1] = b"damaged"
    await box.aged(one)
    await box.upkeep.apply_retention()
    assert set(box.service.register.damaged) == {one}


async def test_a_journal_that_tells_nothing_goes_by_when_it_was_first_met(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    box.journal.streams_by_id[one][0] = b"damaged"
    before = timestamp(datetime.now(UTC))
    await box.recovered()
    met = box.service.register.damaged_since[one]
    assert met >= before
    await box.upkeep.apply_retention()
    await box.recovered()
    assert box.service.register.damaged_since == {one: met}
    assert set(box.service.register.damaged) == {one}

    seen = box.journal.streams_by_id[STREAM]
    seen[0] = seen[0].replace(met.encode(), LONG_AGO.encode())
    await box.recovered()
    await box.upkeep.apply_retention()
    assert (box.vault.blobs, box.journal.streams_by_id, box.service.register.damaged) == ({}, {}, {})


async def test_the_first_meeting_is_forgotten_with_the_last_journal_that_needed_it() -> None:
    journal = MemoryJournal()
    journal.streams_by_id = {"a": [b"damaged"], "b": [b"damaged"]}
    register = Register(journal)
    await register.load(AT)
    await register.erase("a")
    again = Register(journal)
    await again.load("2027-01-01T00:00:00.000Z")
    assert (again.damaged_since, again.all()) == ({"b": AT}, ())
    await again.erase("b")
    assert journal.streams_by_id == {}


@pytest.mark.parametrize("stream", [[b"damaged"], None])
async def test_a_record_of_first_meetings_that_is_damaged_itself_stops_nothing(stream: list[bytes] | None) -> None:
    class Damaged(MemoryJournal):
        async def read(self, stream_id: str) -> list[bytes]:
            if stream is None:
                raise StorageCorrupted("on purpose")
            return stream

        async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None:
            raise DiskFull("on purpose")

    seen = FirstSeen(Damaged())
    await seen.load()
    assert await seen.at("a", AT) == AT
    assert await seen.at("a", LONG_AGO) == AT
    await seen.keep_only(set())
