"""A signature on the post's own pad: the same record as on the screen, ended by its key or by the technician."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from appliance.attendance import signing
from appliance.attendance.looking import Wish
from appliance.attendance.permission import refuse_simulated
from appliance.attendance.signing import LONGEST_POINTS, written
from appliance.errors import AttendanceError, DeviceError, KioskError, UsageError
from appliance.model.attendance import Signed, Step
from appliance.model.signature import SignatureRecord
from drivers.contracts import PenPoint, SignatureRequest
from drivers.contracts.pad import MOST_POINTS
from tests.unit.attendance.box import Box, ScriptedPad
from tests.unit.attendance.makers import WHO

POINTS = [PenPoint(10, 20, 0.5, 0, 0), PenPoint(30, 20, 0.7, 10, 0), PenPoint(50, 25, 0.7, 200, 1)]


async def _at_signature(box: Box, pad: ScriptedPad | None) -> str:
    one = await box.at(Step.SIGNATURE)
    box.desk.own_pad = pad
    return one


def _stored(box: Box, one: str) -> SignatureRecord:
    signature = box.service.register.get(one).signature
    assert isinstance(signature, Signed)
    return SignatureRecord.from_bytes(box.vault.blobs[one, signature.part.name])


async def test_the_pads_own_key_ends_it_and_what_was_written_is_stored(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await _at_signature(box, ScriptedPad(POINTS))
    after = await box.service.sign_on_pad(one, WHO)
    assert after.step is Step.REVIEW
    record = _stored(box, one)
    assert record.size == (100.0, 50.0)
    assert [len(stroke) for stroke in record.strokes] == [2, 1]
    assert box.service.capturing is None


async def test_the_technician_ends_it_where_the_pad_has_no_key(boxes: Callable[..., Box]) -> None:
    box = boxes()
    pad = ScriptedPad(POINTS, has_key=False)
    one = await _at_signature(box, pad)
    signing = asyncio.create_task(box.service.sign_on_pad(one, WHO))
    async with asyncio.timeout(30):
        await pad.begun.wait()
        assert box.service.capturing == one
        with pytest.raises(AttendanceError) as busy:
            await box.service.sign_on_pad(one, WHO)
        assert busy.value.code == "capture-running"
        await asyncio.sleep(0.01)
        box.service.take_now(one)
        assert (await signing).step is Step.REVIEW
    assert len(_stored(box, one).strokes) == 2


async def test_what_was_written_and_not_looked_at_yet_is_signed_too() -> None:
    """The technician may end it before the daemon has taken all points that came."""
    wish = Wish()
    wish.take.set()
    points, size = await written(ScriptedPad(POINTS, has_key=False), SignatureRequest(), wish)
    assert (points, size) == (POINTS, (100.0, 50.0))


@pytest.mark.parametrize(
    ("pad", "error", "code"),
    [
        (None, AttendanceError, "no-pad"),
        (ScriptedPad(POINTS, fails=DeviceError("on purpose", code="device-lost")), DeviceError, "device-lost"),
        (ScriptedPad([]), UsageError, "signature-invalid"),
    ],
    ids=["no pad", "lost", "nothing written"],
)
async def test_what_goes_wrong_leaves_the_attendance_as_it_was(
    boxes: Callable[..., Box], pad: ScriptedPad | None, error: type[KioskError], code: str
) -> None:
    box = boxes()
    one = await _at_signature(box, pad)
    length = box.service.register.get(one).length
    with pytest.raises(error) as failed:
        await box.service.sign_on_pad(one, WHO)
    assert failed.value.code == code
    now = box.service.register.get(one)
    assert (now.step, now.length, box.service.capturing) == (Step.SIGNATURE, length, None)
    assert (await box.service.sign(one, WHO, b"[]")).step is Step.REVIEW, "the screen is still there"


async def test_to_abandon_ends_it_without_a_record(boxes: Callable[..., Box]) -> None:
    box = boxes()
    pad = ScriptedPad(POINTS, has_key=False)
    one = await _at_signature(box, pad)
    signing = asyncio.create_task(box.service.sign_on_pad(one, WHO))
    async with asyncio.timeout(30):
        await pad.begun.wait()
        await box.service.abandon(one, WHO, "left")
        with pytest.raises(DeviceError) as ended:
            await signing
    assert ended.value.code == "capture-cancelled"
    assert (box.vault.blobs, box.service.register.find(one)) == ({}, None)


@pytest.mark.parametrize(
    "points",
    [
        [PenPoint(1, 1, 0.5, 0, 0)] * (MOST_POINTS + 1),
        [PenPoint(1, 1, 0.5, 0, number // 100) for number in range(LONGEST_POINTS + 1)],
    ],
    ids=["one stroke", "all strokes"],
)
async def test_a_pen_that_never_stops_is_stopped_by_name(boxes: Callable[..., Box], points: list[PenPoint]) -> None:
    box = boxes()
    one = await _at_signature(box, ScriptedPad(points, has_key=False))
    with pytest.raises(UsageError) as refused:
        await box.service.sign_on_pad(one, WHO)
    assert refused.value.code == "signature-too-long"
    assert box.service.register.get(one).step is Step.SIGNATURE


async def test_somebody_who_began_and_went_away_does_not_hold_the_desk(
    boxes: Callable[..., Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "LONGEST_S", 0.05)
    box = boxes()
    one = await _at_signature(box, ScriptedPad(POINTS, has_key=False))
    with pytest.raises(DeviceError) as ended:
        await box.service.sign_on_pad(one, WHO)
    assert (ended.value.code, box.service.capturing) == ("capture-timeout", None)


async def test_before_its_turn_nobody_signs(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await box.at(Step.FACE)
    box.desk.own_pad = ScriptedPad(POINTS)
    with pytest.raises(AttendanceError):
        await box.service.sign_on_pad(one, WHO)


async def test_a_pretended_pad_marks_the_attendance_and_is_refused_in_service(boxes: Callable[..., Box]) -> None:
    box = boxes()
    one = await _at_signature(box, ScriptedPad(POINTS))
    signature = (await box.service.sign_on_pad(one, WHO)).signature
    assert isinstance(signature, Signed)
    assert signature.simulated
    refusing = boxes()
    one = await refusing.at(Step.SIGNATURE)
    refusing.permitted = refuse_simulated  # the captures before it were simulated too
    await refusing.recovered()
    refusing.desk.own_pad = ScriptedPad(POINTS)
    with pytest.raises(DeviceError):
        await refusing.service.sign_on_pad(one, WHO)
