"""A picture is as new as the last moment, before the read that got it, at which nothing lay ready."""

from __future__ import annotations

from drivers.opencv_camera.arrival import Arrivals

SECOND_NS = 1_000_000_000


class Reader:
    """Reads pictures one after another on a clock of its own; a read takes ten."""

    def __init__(self) -> None:
        self.now_ns = 100 * SECOND_NS
        self.waited = 0
        self._arrivals = Arrivals(lambda: self.now_ns, lambda: self.waited)

    def read(self, *, waits: bool) -> tuple[int, int]:
        """When it began, and since when its picture can have been on its way."""
        began_ns = self.now_ns
        self._arrivals.reading()
        self.waited += waits
        self.now_ns += 10
        return began_ns, self._arrivals.begun_ns()


def test_what_follows_a_picture_that_was_waited_for_is_newer_than_the_wait() -> None:
    reader = Reader()
    first, _ = reader.read(waits=True)
    second, begun_ns = reader.read(waits=True)
    assert begun_ns == first
    assert reader.read(waits=True)[1] == second


def test_what_lay_ready_is_no_newer_than_the_last_wait() -> None:
    reader = Reader()
    first, _ = reader.read(waits=True)
    assert [reader.read(waits=False)[1] for _ in range(5)] == [first] * 5


def test_the_picture_that_ends_a_queue_may_still_be_of_before() -> None:
    reader = Reader()
    first, _ = reader.read(waits=True)
    reader.read(waits=False)
    caught_up, begun_ns = reader.read(waits=True)
    assert begun_ns == first
    assert reader.read(waits=True)[1] == caught_up


def test_a_reader_that_is_never_quick_enough_is_taken_to_be_a_second_behind() -> None:
    reader = Reader()
    reader.now_ns += 50 * SECOND_NS
    began_ns, begun_ns = reader.read(waits=False)
    assert began_ns - begun_ns == SECOND_NS
