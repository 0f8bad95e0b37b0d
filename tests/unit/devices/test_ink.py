"""What a pen has written and nobody has taken yet: at hand for whoever ends the signature."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.devices.capture_events import CaptureEvents
from appliance.devices.ink import PenInk
from appliance.errors import DeviceError
from drivers.contracts import PenPoint
from drivers.errors import DeviceLost, DriverError
from drivers.messages import Done, Ink

SIZE = (100.0, 50.0)


def points(count: int, start: int = 0) -> tuple[PenPoint, ...]:
    return tuple(PenPoint(10.0 + number, 20.0, 0.5, 10 * number, 0) for number in range(start, start + count))


def ink_of(*came: Any) -> tuple[PenInk, CaptureEvents]:
    def fail(error: DriverError) -> DriverError:
        return error

    views: Any = None
    events = CaptureEvents(1, send=lambda _: None, fail=fail, views=views, stop_s=1.0)
    for event in came:
        events.put(event)
    return PenInk(events, Ink(capture=1, size=SIZE, points=points(2)), 1.0), events


async def test_all_that_came_is_at_hand_once() -> None:
    ink, _ = ink_of(Ink(capture=1, size=SIZE, points=points(3, 2)), Ink(capture=1, size=SIZE, points=points(1, 5)))
    assert await anext(ink) == points(1)[0]
    assert ink.at_hand() == list(points(5, 1))
    assert ink.at_hand() == []


@pytest.mark.parametrize("lost", [True, False])
async def test_an_end_behind_it_takes_nothing_away(lost: bool) -> None:
    ink, events = ink_of(Ink(capture=1, size=SIZE, points=points(3, 2)))
    if lost:
        events.lose(DeviceLost())
    else:
        events.put(Done(capture=1, dropped=0))
    assert ink.at_hand() == list(points(5))
    assert events.over
    assert isinstance(events.ended_by, DeviceLost) is lost


async def test_what_is_no_ink_of_this_pad_is_an_error() -> None:
    ink, _ = ink_of(Ink(capture=1, size=(1.0, 1.0), points=points(1)))
    with pytest.raises(DeviceError) as failed:
        ink.at_hand()
    assert failed.value.code == "device-protocol"
