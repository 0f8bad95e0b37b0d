"""A picture is as new as the last moment, before the read that got it, at which nothing lay ready."""

from __future__ import annotations

from drivers.opencv_camera.arrival import Arrivals

SECOND_NS = 1_000_000_000
MS_NS = 1_000_000
INTERVAL_MS = 40


class Reader:
    """Reads pictures one after another on a clock of its own."""

    def __init__(self, usual_ms: int = INTERVAL_MS) -> None:
        self.now_ns = 100 * SECOND_NS
        self.opened_ns = self.now_ns
        self._awake_ns = 0
        self.arrivals = Arrivals(
            self.now_ns, usual_ms * MS_NS, clock_ns=lambda: self.now_ns, awake_ns=lambda: self._awake_ns
        )

    def read(self, *, slept_ms: float, awake_ms: float = 0, kernel_ns: int | None = None) -> tuple[int, int]:
        """When it began, and since when its picture can have been on its way."""
        began_ns = self.now_ns
        self.arrivals.reading()
        self.now_ns += round((slept_ms + awake_ms) * MS_NS)
        self._awake_ns += round(awake_ms * MS_NS)
        return began_ns, self.arrivals.arrived(kernel_ns)

    def keeps_up(self, count: int = 10, interval_ms: float = INTERVAL_MS) -> int:
        """When the last but one of so many reads that wait began."""
        return [self.read(slept_ms=interval_ms)[0] for _ in range(count)][-2]


def test_the_second_after_a_picture_that_was_waited_for_is_newer_than_the_wait() -> None:
    """The first may have been under way when the wait began."""
    reader = Reader()
    before = reader.keeps_up()
    began_ns, since_ns = reader.read(slept_ms=INTERVAL_MS)
    assert since_ns == before
    reader.read(slept_ms=INTERVAL_MS)
    assert reader.read(slept_ms=INTERVAL_MS)[1] == began_ns


def test_at_first_nothing_is_older_than_the_opening() -> None:
    reader = Reader()
    assert [reader.read(slept_ms=INTERVAL_MS)[1] for _ in range(2)] == [reader.opened_ns] * 2


def test_what_piled_up_while_the_reader_stood_still_is_no_newer_than_the_last_wait() -> None:
    reader = Reader()
    reader.keeps_up(100)
    stopped, _ = reader.read(slept_ms=3000)
    assert max(reader.read(slept_ms=0.1)[1] for _ in range(75)) <= stopped


def test_a_thread_that_is_kept_from_running_has_not_waited_for_a_picture() -> None:
    """By the decoding that it does itself, by other processes, or by another thread of its own."""
    for slept_ms, awake_ms in ((0.1, 100), (6, 0), (6, 50)):
        reader = Reader()
        reader.keeps_up(100)
        stopped, _ = reader.read(slept_ms=3000)
        assert max(reader.read(slept_ms=slept_ms, awake_ms=awake_ms)[1] for _ in range(60)) <= stopped


def test_one_long_sleep_alone_is_no_sign_of_having_caught_up() -> None:
    """The whole machine may have stood still in the middle of a queue."""
    reader = Reader()
    reader.keeps_up(100)
    stopped, _ = reader.read(slept_ms=3000)
    for slept_ms in (0.1, 0.1, 500, 0.1, 0.1):
        assert reader.read(slept_ms=slept_ms)[1] <= stopped


def test_who_has_caught_up_is_believed_again() -> None:
    reader = Reader()
    reader.keeps_up(100)
    reader.read(slept_ms=3000)
    for _ in range(75):
        reader.read(slept_ms=0.1)
    last = reader.keeps_up(4)
    assert reader.read(slept_ms=INTERVAL_MS)[1] == last


def test_pictures_that_come_in_pairs_are_well() -> None:
    reader = Reader()
    for _ in range(10):
        since_ns = reader.read(slept_ms=2 * INTERVAL_MS)[1]
        reader.read(slept_ms=0.1)
    assert reader.now_ns - since_ns < 8 * INTERVAL_MS * MS_NS


def test_a_camera_is_taken_at_its_own_pace_and_not_at_what_it_announces() -> None:
    for interval_ms in (8, 1000):
        reader = Reader(usual_ms=40)
        before = reader.keeps_up(300, interval_ms)
        assert reader.read(slept_ms=interval_ms)[1] == before
        pace_ns = reader.arrivals.pace_ns
        assert pace_ns == interval_ms * MS_NS


def test_a_reader_that_is_never_quick_enough_promises_nothing() -> None:
    reader = Reader()
    assert {reader.read(slept_ms=1, awake_ms=60)[1] for _ in range(200)} == {reader.opened_ns}


def test_only_who_is_not_behind_has_time_for_more_than_reading() -> None:
    """Or he would stay behind, and no picture could be told to be new."""
    reader = Reader()
    reader.keeps_up()
    assert reader.arrivals.has_time
    for awake_ms in (0, 60):
        reader.read(slept_ms=0.1, awake_ms=awake_ms)
        assert not reader.arrivals.has_time
    reader.keeps_up()
    assert reader.arrivals.has_time


def test_where_the_kernel_says_when_pictures_came_there_is_always_time() -> None:
    reader = Reader()
    for number in range(10):
        reader.read(slept_ms=0.1, awake_ms=60, kernel_ns=reader.opened_ns + number)
        assert reader.arrivals.has_time
    reader.read(slept_ms=0.1, awake_ms=60, kernel_ns=1)
    assert not reader.arrivals.has_time, "a moment that cannot be tells nothing"


def test_where_the_kernel_says_when_a_picture_came_nothing_else_is_believed() -> None:
    reader = Reader()
    reader.read(slept_ms=0.1, awake_ms=50, kernel_ns=reader.opened_ns + 7)
    assert reader.read(slept_ms=INTERVAL_MS, kernel_ns=reader.opened_ns + 9)[1] == reader.opened_ns + 7
    assert reader.read(slept_ms=INTERVAL_MS, kernel_ns=reader.opened_ns + 11)[1] == reader.opened_ns + 9


def test_a_kernels_moment_that_cannot_be_is_not_believed() -> None:
    for kernel_ns in (0, 1, 1_700_000_000 * SECOND_NS):
        reader = Reader()
        for _ in range(10):
            began_ns, since_ns = reader.read(slept_ms=INTERVAL_MS, kernel_ns=kernel_ns)
        assert since_ns == began_ns - 2 * INTERVAL_MS * MS_NS
