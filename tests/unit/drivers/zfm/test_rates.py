"""At whatever speed a module was left, it is found; made to speak faster, it is never lost where that can be helped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import FingerprintRequest, PrivatePool
from drivers.errors import DeviceAccessDenied, DeviceFault, DeviceLost, DeviceTimedOut, OptionInvalid
from drivers.simulated.drawn.plain_print import drawn_print
from drivers.timings import timings_of
from drivers.transport.memory import MemoryLink, joined
from drivers.zfm.codec import Command, Confirmation, Decoder, Packet, PacketKind, baud_argument
from drivers.zfm.driver import Options, ZfmReader, create
from drivers.zfm.emulated_module import EmulatedModule, ModuleSettings, SpeedFlaw
from drivers.zfm.rates import BY_LIKELIHOOD, candidates

EVERY_SPEED = [9600 * n for n in range(1, 13)]
PRINT = drawn_print(192, 192)


class Bench:
    """A module that outlives its lines: each `plugged` is another plugging in. `words` are the commands it obeyed."""

    def __init__(self, baud: int, flaw: SpeedFlaw = SpeedFlaw.NONE) -> None:
        self.module = EmulatedModule(ModuleSettings(images=[PRINT], baud_multiplier=baud // 9600, speed_flaw=flaw))
        self.words: list[bytes] = []

    @contextmanager
    def plugged(self, *, pulled_after: int = 10**9, **options: float) -> Iterator[ZfmReader]:
        """An unopened reader on a new line; the plug is pulled after so many commands were obeyed."""
        ours, theirs = joined()
        answering = threading.Thread(target=self._answer, args=(theirs, pulled_after))
        answering.start()
        try:
            yield ZfmReader(Options(**{"device": "memory", "answer_timeout_s": 0.8, **options}), lambda: ours)  # type: ignore[arg-type]
        finally:
            ours.close()
            answering.join(5)

    def changes(self) -> list[bytes]:
        return [word for word in self.words if word[0] == Command.SET_PARAMETER]

    def _answer(self, line: MemoryLink, pulled_after: int) -> None:
        listening = Decoder()
        try:
            while pulled_after > 0:
                line.speak_at(self.module.baud)
                said = line.read(4096)
                for packet in listening.feed(said):
                    self.words.append(packet.payload)
                    pulled_after -= 1
                for _, piece in self.module.feed(said):
                    line.speak_at(self.module.baud)
                    line.write(piece)
        except DeviceLost:
            return
        finally:
            line.close()


class Elsewhere(EmulatedModule):
    """At the first words that it hears it is still busy with what came before, and deaf to them."""

    before: tuple[Packet, ...] = ()

    def feed(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        if data and self.before:
            before, self.before = self.before, ()
            yield from ((0.0, packet.to_bytes()) for packet in before)
        else:
            yield from super().feed(data)


class Busy(EmulatedModule):
    """Slow to answer its first two greetings: in the first round nobody listens at its speed any more by then."""

    slowly = 2

    def feed(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        if bytes([Command.VERIFY_PASSWORD, *bytes(4)]) in data and self.slowly:
            self.slowly -= 1
            time.sleep(0.7)
        yield from super().feed(data)


def takes_a_whole_print(reader: ZfmReader) -> bool:
    (frame,) = reader.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), threading.Event())
    return bool((frame.pixels == (PRINT >> 4) * 17).all())


def opens_and_takes(reader: ZfmReader) -> bool:
    reader.open()
    return takes_a_whole_print(reader)


def to(baud: int) -> bytes:
    return bytes([Command.SET_PARAMETER]) + baud_argument(baud)


@given(st.lists(st.sampled_from(EVERY_SPEED), max_size=3))
def test_every_speed_is_tried_once_the_named_ones_first(first: list[int]) -> None:
    order = candidates(*first)
    assert sorted(order) == EVERY_SPEED
    assert list(order[: len(set(first))]) == list(dict.fromkeys(first))


def test_the_makers_speed_is_the_likeliest() -> None:
    assert BY_LIKELIHOOD[:5] == (57600, 115200, 9600, 19200, 38400)


@pytest.mark.parametrize("baud", [57600, 67200, 115200])
def test_a_module_as_fast_as_its_settings_say_is_left_as_it_is(baud: int) -> None:
    bench = Bench(baud)
    with bench.plugged() as reader:
        assert opens_and_takes(reader)
    assert bench.changes() == []


def test_a_module_that_is_slower_than_its_settings_say_is_brought_there() -> None:
    bench = Bench(9600)
    with bench.plugged() as reader:
        assert opens_and_takes(reader)
    assert bench.changes() == [to(57600)]


def test_one_that_stays_slower_is_refused_with_what_to_set() -> None:
    bench = Bench(19200, SpeedFlaw.REFUSED)
    with bench.plugged() as reader, pytest.raises(DeviceFault, match="baud = 19200"):
        reader.open()
    with bench.plugged(baud=19200) as reader:
        assert opens_and_takes(reader)


@pytest.mark.parametrize("fastest", [67200, 115200])
def test_it_is_brought_to_the_fastest_speed_and_found_there_again(fastest: int) -> None:
    bench = Bench(57600)
    for _ in range(2):
        with bench.plugged(fastest_baud=fastest) as reader:
            reader.open()
            assert bench.module.baud == fastest
            assert takes_a_whole_print(reader)
    assert bench.changes() == [to(fastest)], "what it keeps need not be written again"


@pytest.mark.parametrize("flaw", [SpeedFlaw.REFUSED, SpeedFlaw.FLASH])
def test_a_module_that_refuses_is_used_as_it_is(flaw: SpeedFlaw) -> None:
    bench = Bench(57600, flaw)
    with bench.plugged(fastest_baud=115200) as reader:
        assert opens_and_takes(reader)
    assert bench.changes() == [to(115200)]


def test_one_that_answers_at_the_new_speed_already_is_understood() -> None:
    bench = Bench(57600, SpeedFlaw.EARLY)
    with bench.plugged(fastest_baud=115200) as reader:
        assert opens_and_takes(reader)
    assert bench.module.baud == 115200


@pytest.mark.parametrize("flaw", [SpeedFlaw.STAYS, SpeedFlaw.GARBLED])
def test_what_is_never_heard_at_the_new_speed_is_called_back(flaw: SpeedFlaw) -> None:
    bench = Bench(57600, flaw)
    with bench.plugged(fastest_baud=115200) as reader:
        assert opens_and_takes(reader)
    assert bench.module.baud == 57600
    assert bench.changes()[-1] == to(57600), "it must not wake up at a speed that was never heard"


def test_one_that_falls_silent_is_an_error_that_says_so() -> None:
    bench = Bench(57600, SpeedFlaw.DEAF)
    for sentence in ("fell silent", "at no speed"):
        with bench.plugged(fastest_baud=115200) as reader, pytest.raises(DeviceTimedOut, match=sentence):
            reader.open()


@pytest.mark.parametrize("commands", range(1, 9))
def test_wherever_the_plug_is_pulled_the_next_opening_finds_the_module(commands: int) -> None:
    bench = Bench(57600)
    with bench.plugged(pulled_after=commands, fastest_baud=115200) as reader, pytest.raises(DeviceLost):
        opens_and_takes(reader)
    with bench.plugged(fastest_baud=115200) as reader:
        assert opens_and_takes(reader)
    assert bench.module.baud == 115200


@pytest.mark.parametrize("baud", [9600, 115200])
def test_a_wrong_password_at_another_speed_is_still_a_wrong_password(baud: int) -> None:
    bench = Bench(baud)
    with bench.plugged(password=1234, fastest_baud=115200) as reader, pytest.raises(DeviceAccessDenied):
        reader.open()
    assert bench.changes() == [], "nothing is changed in a module that is not ours"


@pytest.mark.parametrize("baud", [57600, 115200])
@pytest.mark.parametrize(
    "before",
    [
        (Packet(PacketKind.ACK, bytes([Confirmation.PACKET_RECEIVE_ERROR])),),
        (*[Packet(PacketKind.DATA, bytes(128))] * 3, Packet(PacketKind.END, bytes(128))),
    ],
    ids=["its verdict on noise", "the rest of an image"],
)
def test_what_belongs_to_an_earlier_talk_is_no_answer(before: tuple[Packet, ...], baud: int) -> None:
    bench = Bench(baud)
    bench.module = module = Elsewhere(bench.module.settings)
    module.before = before
    with bench.plugged() as reader:
        assert opens_and_takes(reader)


@pytest.mark.parametrize("baud", [57600, 115200])
def test_a_module_that_is_busy_is_waited_for_at_each_speed_that_it_was_given(baud: int) -> None:
    bench = Bench(baud)
    bench.module = Busy(bench.module.settings)
    with bench.plugged(fastest_baud=115200, answer_timeout_s=1.5) as reader:
        assert opens_and_takes(reader)
    assert bench.module.baud == 115200


def test_closing_ends_the_search() -> None:
    ours, theirs = joined()
    reader = ZfmReader(Options(device="memory", answer_timeout_s=30.0), lambda: ours)
    ended: list[BaseException] = []

    def open_it() -> None:
        try:
            reader.open()
        except DeviceLost as lost:
            ended.append(lost)

    opening = threading.Thread(target=open_it)
    opening.start()
    while not theirs.read(4096):
        time.sleep(0.01)
    reader.close()
    opening.join(10)
    assert len(ended) == 1


def test_a_fastest_speed_below_the_configured_one_is_a_wrong_setting() -> None:
    with pytest.raises(OptionInvalid, match="fastest_baud"):
        create(Options(device="/dev/ttyUSB0", baud=57600, fastest_baud=9600))


def test_the_daemon_leaves_an_opening_the_time_to_search_and_to_change() -> None:
    answer_s = 3.0
    longest_s = 14 * 0.3 + 2 * (4 * 0.3 + 4 * 1.0) + 4 * answer_s
    assert timings_of("zfm", {"answer_timeout_s": answer_s}).open_s > longest_s
