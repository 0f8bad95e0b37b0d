"""Pixels are written once and seen on the other side; a slot in use is never handed out again."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from drivers.contracts import Frame, Pixels
from drivers.errors import DeviceProtocolError
from drivers.shared_frames import FRAME_LIMIT_BYTES, SharedSlots, SharedViews, create_slots


@pytest.fixture
def sides() -> Iterator[tuple[SharedSlots, SharedViews]]:
    """The host's and the daemon's side over the same four slots, each with descriptors of its own."""
    fds = create_slots()
    copies = [os.dup(fd) for fd in fds]
    views = SharedViews(copies)
    yield SharedSlots(fds), views
    views.close()
    for fd in fds:
        os.close(fd)


def frame(pixels: Pixels) -> Frame:
    return Frame(pixels=pixels, sequence=0, captured_monotonic_ns=0)


def test_a_frame_written_in_place_is_seen_without_a_copy(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    pixels = slots.take(3, 4)
    pixels[...] = 7
    index = slots.place(frame(pixels))
    seen = views.view(index, 3, 4, 1)
    assert (seen == 7).all()
    pixels[0, 0] = 9
    assert seen[0, 0] == 9


def test_a_view_cannot_be_written(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    view = views.view(slots.place(frame(slots.take(2, 2))), 2, 2, 1)
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.flags.writeable = True


@pytest.mark.parametrize("pixels", [np.full((5, 6, 3), 3, np.uint8), np.full((10, 12), 3, np.uint8)[::2, ::2]])
def test_a_frame_made_elsewhere_is_copied_in(sides: tuple[SharedSlots, SharedViews], pixels: Pixels) -> None:
    slots, views = sides
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    seen = views.view(slots.place(frame(pixels)), pixels.shape[0], pixels.shape[1], channels)
    assert (seen == pixels).all()


def test_a_crop_of_a_slot_is_copied_and_stays_whole(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    taken = slots.take(4, 4)
    taken[...] = np.arange(16, dtype=np.uint8).reshape(4, 4)
    seen = views.view(slots.place(frame(taken[1:3, 1:3])), 2, 2, 1)
    assert seen.tolist() == [[5, 6], [9, 10]]


def test_a_slot_grows_with_its_frames_and_old_views_stay_readable(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    small = views.view(slots.place(frame(np.full((2, 2), 5, np.uint8))), 2, 2, 1)
    slots.give_back(0)
    large = np.full((1000, 1000, 3), 6, np.uint8)
    index = slots.place(frame(large))
    assert index == 0
    assert (views.view(index, 1000, 1000, 3) == 6).all()
    assert small.tolist() == [[6, 6], [6, 6]]


def test_a_slot_in_use_is_not_handed_out_again(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    first = slots.place(frame(np.full((2, 2), 1, np.uint8)))
    others = [slots.place(frame(slots.take(2, 2))) for _ in range(2)]
    assert first not in others
    assert (views.view(first, 2, 2, 1) == 1).all()


def test_the_same_array_given_twice_does_not_change_the_first_frame(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, _ = sides
    pixels = slots.take(2, 2)
    assert slots.place(frame(pixels)) != slots.place(frame(pixels))


def test_arrays_taken_and_never_given_do_not_use_the_slots_up(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, _ = sides
    for _round in range(10):
        for _ in range(6):
            pixels = slots.take(2, 2)
        slots.give_back(slots.place(frame(pixels)))


def test_wiping_leaves_nothing_of_a_frame(sides: tuple[SharedSlots, SharedViews]) -> None:
    slots, views = sides
    seen = views.view(slots.place(frame(np.full((100, 100), 8, np.uint8))), 100, 100, 1)
    views.wipe()
    assert not seen.any()


def test_shared_memory_has_no_name_and_cannot_shrink(sides: tuple[SharedSlots, SharedViews]) -> None:
    fds = create_slots(1)
    os.ftruncate(fds[0], 4096)
    with pytest.raises(PermissionError):
        os.ftruncate(fds[0], 0)
    assert not os.get_inheritable(fds[0])
    os.close(fds[0])


@pytest.mark.parametrize(
    ("index", "height", "width", "channels"),
    [(9, 2, 2, 1), (-1, 2, 2, 1), (1, 2, 2, 1), (0, 0, 2, 1), (0, 2, 2, 2), (0, 5000, 5000, 1), (0, -4, -4, 1)],
)
def test_a_host_that_announces_what_is_not_there_is_refused(
    sides: tuple[SharedSlots, SharedViews], index: int, height: int, width: int, channels: int
) -> None:
    slots, views = sides
    assert slots.place(frame(np.zeros((2, 2), np.uint8))) == 0
    with pytest.raises(DeviceProtocolError):
        views.view(index, height, width, channels)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((2, 2), np.uint16), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8), np.zeros((2, 2, 4), np.uint8)],
)
def test_what_is_no_image_is_refused(sides: tuple[SharedSlots, SharedViews], pixels: Pixels) -> None:
    with pytest.raises(DeviceProtocolError):
        sides[0].place(frame(pixels))


def test_a_size_that_no_device_has_is_refused(sides: tuple[SharedSlots, SharedViews]) -> None:
    with pytest.raises(DeviceProtocolError):
        sides[0].take(FRAME_LIMIT_BYTES, 2)
