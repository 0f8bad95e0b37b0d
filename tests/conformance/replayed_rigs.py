"""Recorded readers on the test bench: real drivers, and what real readers answered them (`tests.replay`).

A recording does what it did, whatever a plan of faults says; what it cannot bear is told by name. Those of umockdev's
own format begin anew at their end, so that their finger comes again; those of usbmon's do not. Besides those beside the
project there are made ones, which a machine without them has too, with the waits that each statement asks for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import Contract
from drivers.faults import FaultPlan
from tests.conformance.rig import ABSENT, Options, Rig
from tests.guards.availability import NO_SHARED, SHARED_DATA
from tests.replay.plain_uru4000 import ENCRYPTED, KEY_STANDS, Scene, Wait
from tests.replay.replaying import Recording, have_umockdev, plugged

_OPENS_AGAIN = "test_it_says_who_it_is_closes_twice_and_opens_again"
_WHOLE_FRAMES = "test_frames_are_whole_ordered_and_honest"
_REFUSES_CLOSED = "test_closed_it_refuses_by_name"
_STOPPED_WAITING = "test_while_nothing_comes_it_can_be_stopped_and_used_again"
_LEFT = "test_left_in_the_middle_it_can_be_used_again"
_DARK_ON_LIGHT = "test_a_print_is_grey_dark_on_light_and_of_known_resolution"
_LATE_FINGER = "test_a_finger_that_comes_late_is_waited_for"
_NOBODY_CAME = "test_after_nobody_came_the_reader_still_works"
_HOSTED = "test_frames_arrive_whole_and_marked"

_AT_ONCE = dict.fromkeys(
    (_STOPPED_WAITING, _LATE_FINGER, _NOBODY_CAME), "its finger comes at once whenever a capture begins"
)
_ONE_CAPTURE = {_LEFT: "it holds one capture", _OPENS_AGAIN: "it holds one opening"}
_LIGHT_AND_LATE = {
    _DARK_ON_LIGHT: "libfprint shows its prints light on dark",
    _LATE_FINGER: "its finger comes late in every statement",
}
_NO_PAUSE = {_LATE_FINGER: "umockdev plays usbmon's recordings without their pauses"}
_OPENED_ONCE = dict.fromkeys((_OPENS_AGAIN, _REFUSES_CLOSED), "it holds one opening; microsoft-v2-made holds two")
_CLOSED_AT_ONCE = dict.fromkeys(
    (_WHOLE_FRAMES, _LEFT, _DARK_ON_LIGHT, _HOSTED), "it is closed before its capture; uru4500-made is not"
)

_SEED = 0xC0FFEE11
_URU4500 = Scene(
    ids=(0x05BA, 0x000A),
    challenges=False,
    upside_down=True,
    seed=_SEED,
    blocks=((ENCRYPTED, 40), (KEY_STANDS, 250)),
    openings=((Wait.FINGER, Wait.FINGER),),
)
_MICROSOFT_V2 = dataclasses.replace(
    _URU4500,
    ids=(0x045E, 0x00CA),
    challenges=True,
    upside_down=False,
    wake_statuses=(0x81, 0x01),
    openings=((), (Wait.FINGER,)),
)
_STOPPED = FaultPlan(hang=True)
"""The plan of a statement that stops its captures; one whose captures time out has another."""
Find = Callable[[FaultPlan, Path], Recording]


def _found(_: FaultPlan, __: Path, name: str) -> Recording:
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED)
    return Recording(SHARED_DATA / "usb-recordings" / name)


def _made(plan: FaultPlan, directory: Path, scene: Scene) -> Recording:
    """With the waits of the statement that has such a plan."""
    openings = scene.openings
    if plan == _STOPPED:
        openings = ((Wait.STOPPED, Wait.STOPPED),)
    elif plan.after_frames:
        openings = ((Wait.FINGER, Wait.NOBODY, Wait.NOBODY), (Wait.FINGER,))
    elif plan.absent_s:
        openings = ((Wait.NOBODY,),)
    dataclasses.replace(scene, openings=openings).recorded(directory / "recording")
    return Recording(directory / "recording")


@contextmanager
def _replayed(plan: FaultPlan, directory: Path, find: Find, options: Options) -> Iterator[Options]:
    if not have_umockdev():
        pytest.skip("needs the system package umockdev")
    with plugged(find(plan, directory)):
        yield options


def _rig(name: str, driver_id: str, find: Find, options: Options, **facts: Any) -> Rig:
    bench = partial(_replayed, find=find, options=options)
    contract = Contract.FINGERPRINT_READER
    return Rig(name=name, contract=contract, driver_id=driver_id, bench=bench, simulated=False, replayed=True, **facts)


def _recorded_rig(name: str, driver_id: str, options: Options, **facts: Any) -> Rig:
    return _rig(name, driver_id, partial(_found, name=name), options, **{"faults": (), **facts})


def _made_rig(name: str, scene: Scene, cannot: Mapping[str, str]) -> Rig:
    find, options = partial(_made, scene=scene), {"scramble_seed": _SEED}
    return _rig(name, "uru4000", find, options, faults=(ABSENT,), quiet_plan=_STOPPED, cannot={**_NO_PAUSE, **cannot})


REPLAYED_RIGS: tuple[Rig, ...] = (
    _recorded_rig("aes3500", "libfprint", {"device": "aes3500"}, cannot=_AT_ONCE),
    _recorded_rig("nb1010", "nb1010", {}, cannot=_AT_ONCE),
    _recorded_rig("uru4000-4500", "uru4000", {"scramble_seed": 0x51EA2124}, cannot=_AT_ONCE | _ONE_CAPTURE, captures=1),
    # Its finger comes after two seconds, so that it can be waited for in vain.
    _recorded_rig("vfs7552", "libfprint", {"device": "vfs7552"}, cannot=_LIGHT_AND_LATE, faults=(ABSENT,)),
    _made_rig("uru4500-made", _URU4500, _OPENED_ONCE),
    _made_rig("microsoft-v2-made", _MICROSOFT_V2, _CLOSED_AT_ONCE),
)
