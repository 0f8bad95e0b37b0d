"""A frame is known again whatever is done to it, a finger that is pressed again is not taken for one; what is kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.liveness.fingerprint import liveness_hints
from appliance.liveness.frame_memory import MOST_FRAMES, MOST_TRACES, FrameMemory, Traces
from appliance.model.liveness import ALARM_SCORE, Hint
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.liveness.repeating import changed, compressed

KEY = 77
FINGERS, PRESSES = 4, 3


def _repeat(pixels: Pixels, memory: FrameMemory) -> tuple[Hint, FrameMemory]:
    hints, after = liveness_hints(pixels, 500, memory)
    return next(hint for hint in hints.hints if hint.code == "repeat"), after


@lru_cache(maxsize=1)
def _remembered() -> tuple[list[Pixels], FrameMemory]:
    """Drawn prints, and the memory of all of them."""
    prints = [draw_fingerprint(finger, "right_index", press) for finger in range(FINGERS) for press in range(PRESSES)]
    memory = FrameMemory(KEY)
    for pixels in prints:
        memory = _repeat(pixels, memory)[1]
    return prints, memory


def _score(pixels: Pixels, memory: FrameMemory) -> float:
    score = _repeat(pixels, memory)[0].score
    assert score is not None
    return score


def test_pressing_again_is_no_repeat() -> None:
    prints, _ = _remembered()
    memory = FrameMemory(KEY)
    for pixels in prints:
        hint, memory = _repeat(pixels, memory)
        assert hint.score == 0.0


def test_the_very_same_pixels_are_one_and_are_not_remembered_twice() -> None:
    prints, memory = _remembered()
    hint, after = _repeat(prints[0].copy(), memory)
    assert hint.score == 1.0
    assert after == memory


def test_every_drawn_frame_is_known_again_turned_shifted_cut_lightened_noisy_and_compressed() -> None:
    prints, memory = _remembered()
    random = np.random.default_rng(5)
    assert [_score(changed(pixels, random), memory) >= ALARM_SCORE for pixels in prints for _ in range(2)] == [
        True
    ] * 24


@pytest.mark.parametrize("quality", [30, 60, 95])
def test_compression_alone_leaves_no_doubt(quality: int) -> None:
    prints, memory = _remembered()
    assert _score(compressed(prints[0], quality), memory) >= 0.9


def test_a_changed_frame_is_remembered_too() -> None:
    prints, memory = _remembered()
    again = changed(prints[0], np.random.default_rng(1))
    after = _repeat(again, memory)[1]
    assert len(after.frames) == len(memory.frames) + 1
    assert _repeat(again, after)[0].score == 1.0


def test_only_frames_of_this_memory_count() -> None:
    prints, _ = _remembered()
    hint, _ = _repeat(prints[0], FrameMemory(KEY))
    assert (hint.score, hint.evidence["compared"]) == (0.0, 0.0)


def test_a_signature_is_smaller_than_a_kilobyte_and_the_memory_does_not_grow() -> None:
    prints, memory = _remembered()
    assert max(frame.size_bytes for frame in memory.frames) <= 1000
    for seed in range(MOST_FRAMES):
        memory = _repeat(compressed(prints[seed % len(prints)], 40 + seed), memory)[1]
    assert len(memory.frames) == MOST_FRAMES


def test_it_takes_far_fewer_samples_than_ridges_would_take_to_be_drawn_again() -> None:
    _, memory = _remembered()
    for frame in memory.frames:
        left, top, right, bottom = frame.box_px
        assert (right - left) * (bottom - top) / len(frame.samples(KEY).places) >= 100.0


def test_another_key_makes_another_signature_of_the_same_frame() -> None:
    pixels = _remembered()[0][0]
    one, other = (_repeat(pixels, FrameMemory(key))[1].frames[0] for key in (1, 2))
    assert one.digest != other.digest
    assert one.levels != other.levels


@pytest.mark.shared
def test_real_frames_are_known_again(shared_data: Path) -> None:
    memory, prints = FrameMemory(KEY), []
    for name in ("fvc2002_db1b", "fvc2002_db3b", "fvc2004_db3b"):
        for finger in range(101, 111):
            image = cv2.imread(str(shared_data / "fingerprint" / name / f"{finger}_1.tif"), cv2.IMREAD_GRAYSCALE)
            assert image is not None
            prints.append(np.asarray(image, np.uint8))
            memory = _repeat(prints[-1], memory)[1]
    random = np.random.default_rng(3)
    found = [_score(changed(pixels, random), memory) >= ALARM_SCORE for pixels in prints for _ in range(2)]
    assert sum(found) >= 0.99 * len(found)


def _elsewhere(*prints: Pixels) -> Traces:
    """What is left of frames that other attendances gave."""
    traces = Traces(5)
    for pixels in prints:
        after = _repeat(pixels, FrameMemory(KEY + 1, traces=traces))[1].traces
        assert after is not None
        traces = after
    return traces


def test_another_attendance_s_very_pixels_are_known_and_are_new_to_this_one() -> None:
    prints, _ = _remembered()
    hint, after = _repeat(prints[0].copy(), FrameMemory(KEY, traces=_elsewhere(*prints[:2])))
    assert (hint.score, hint.evidence["exact"]) == (1.0, 1.0)
    assert len(after.frames) == 1


def test_what_was_changed_in_the_least_or_pressed_again_elsewhere_is_not_known() -> None:
    prints, _ = _remembered()
    memory = FrameMemory(KEY, traces=_elsewhere(prints[0]))
    lightened = np.minimum(prints[0], 254) + np.uint8(1)
    assert [_score(pixels, memory) for pixels in (lightened, prints[1])] == [0.0, 0.0]


def test_a_trace_is_a_digest_under_a_key_and_only_so_many_are_kept() -> None:
    prints, _ = _remembered()
    traces = _elsewhere(*prints[:3], prints[0])
    assert [len(digest) for digest in traces.digests] == [16] * 3
    other = _repeat(prints[0], FrameMemory(KEY, traces=Traces(6)))[1].traces
    assert other is not None
    assert not set(other.digests) & set(traces.digests)
    for number in range(MOST_TRACES + 1):
        traces = traces.with_digest(number.to_bytes(16, "big"))
    assert len(traces.digests) == MOST_TRACES
