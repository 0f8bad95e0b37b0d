"""What the simulated devices present: entry after entry, the last again and again, and nothing that is not listed."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.contracts import CameraRequest, FingerprintRequest, ScanRequest
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    OptionInvalid,
    RequestUnsupported,
    ScannerEmpty,
    SceneInvalid,
)
from drivers.registry import build_driver
from drivers.simulated.fingerprint import SimulatedFingerprintReader
from tests.unit.simulated.desk import POOL, impressions, never, opened, pages, scenes_of, views

DRIVERS = ("simulated-fingerprint", "simulated-camera", "simulated-scanner")


def test_each_acquisition_presents_the_next_entry_and_the_last_repeats(tmp_path: Path) -> None:
    scenes = str(scenes_of(tmp_path, 10, 20, 30))
    with opened("simulated-fingerprint", scenes=scenes) as reader:
        assert [int(impressions(reader)[0].pixels[0, 0]) for _ in range(5)] == [10, 20, 30, 30, 30]
    with opened("simulated-camera", scenes=scenes) as camera:
        assert [int(views(camera)[0].pixels[0, 0, 0]) for _ in range(4)] == [10, 20, 30, 30]
    with opened("simulated-scanner", scenes=scenes) as scanner:
        assert [int(pages(scanner)[0].pixels[0, 0, 0]) for _ in range(4)] == [10, 20, 30, 30]


def test_whoever_asks_for_live_pictures_sees_a_finger_come_before_it_is_taken() -> None:
    live = FingerprintRequest(position="right_index", live=True)
    with opened("simulated-fingerprint", arrives_s=0.5) as reader:
        assert isinstance(reader, SimulatedFingerprintReader)
        frames = [
            (frame.preview, frame.simulated, frame.pixels.copy()) for frame in reader.acquire(live, POOL, never())
        ]
        plain = list(reader.acquire(FingerprintRequest(position="right_index"), POOL, never()))
    assert [preview for preview, _, _ in frames] == [True, True, True, True, False]
    assert all(simulated for _, simulated, _ in frames)
    ink = [float((255.0 - pixels).std()) for _, _, pixels in frames]
    assert ink[0] < 5 < ink[-1]
    assert [frame.preview for frame in plain] == [False]


def test_a_finger_that_is_not_listed_is_never_presented(tmp_path: Path) -> None:
    with (
        opened("simulated-fingerprint", scenes=str(scenes_of(tmp_path, 10))) as reader,
        pytest.raises(CaptureTimedOut),
    ):
        impressions(reader, "left_index")


def test_without_a_position_the_first_listed_finger_is_presented(tmp_path: Path) -> None:
    with opened("simulated-fingerprint", scenes=str(scenes_of(tmp_path, 10))) as reader:
        assert impressions(reader, "unknown")[0].pixels[0, 0] == 10


def test_an_applicant_without_face_or_document_shows_neither(tmp_path: Path) -> None:
    scenes = str(scenes_of(tmp_path, text="[applicants.only]\n"))
    with opened("simulated-camera", scenes=scenes) as camera, pytest.raises(CaptureTimedOut):
        views(camera)
    with opened("simulated-scanner", scenes=scenes) as scanner, pytest.raises(ScannerEmpty):
        pages(scanner)


def test_waiting_for_a_finger_ends_when_stop_is_asked_for(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with opened("simulated-fingerprint", scenes=str(scenes_of(tmp_path, 10))) as reader:
        assert isinstance(reader, SimulatedFingerprintReader)
        with pytest.raises(CaptureCancelled):
            list(reader.acquire(FingerprintRequest(position="left_index", timeout_s=60.0), POOL, stop))


def test_a_recorded_page_has_no_known_resolution_and_a_drawn_one_the_one_asked_for(tmp_path: Path) -> None:
    with opened("simulated-scanner", scenes=str(scenes_of(tmp_path, 10))) as scanner:
        assert pages(scanner)[0].resolution_ppi is None
    with opened("simulated-scanner") as scanner:
        page = pages(scanner, ScanRequest(resolution_ppi=150, colour=False, area_mm=(25.4, 12.7)))[0]
        assert page.resolution_ppi == 150
        assert page.pixels.shape == (75, 150)


def test_a_camera_gives_the_size_asked_for_without_stretching(tmp_path: Path) -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    cv2.circle(picture, (100, 50), 40, (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / "disc.png"), picture)
    scenes = str(scenes_of(tmp_path, text='[applicants.only]\nface = ["disc.png"]\n'))
    with opened("simulated-camera", scenes=scenes) as camera:
        assert views(camera)[0].pixels.shape == (100, 200, 3)
        view = views(camera, CameraRequest(width=300, height=300, frame_limit=1))[0].pixels
        assert view.shape == (300, 300, 3)
        rows, columns = np.nonzero(view[..., 0] > 127)
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 2, "the disc is no longer round"
        with pytest.raises(RequestUnsupported):
            views(camera, CameraRequest(width=100_000))


@pytest.mark.parametrize("resolution_ppi", [0, 10, 100_000])
def test_a_scanner_refuses_a_resolution_that_it_does_not_have(resolution_ppi: int) -> None:
    with opened("simulated-scanner") as scanner, pytest.raises(RequestUnsupported):
        pages(scanner, ScanRequest(resolution_ppi=resolution_ppi))


def test_a_film_is_played_by_time_and_begins_again(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 15.0, (64, 48))
    for level in (0, 120, 240):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    scenes = str(scenes_of(tmp_path, text='[applicants.only]\nface = ["film.avi"]\n'))
    with opened("simulated-camera", scenes=scenes) as camera:
        frames = views(camera, CameraRequest(frame_limit=5))
    levels = {frame.sequence: float(frame.pixels.mean()) for frame in frames}
    for sequence, mean_level in levels.items():
        assert abs(mean_level - (sequence % 3) * 120) < 15, levels


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + bytes(40), b"#EXTM3U\nhttp://x/"])
def test_a_scene_that_cannot_be_shown_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.png").write_bytes(content)
    entry = '["broken.png"]'
    text = f"[applicants.only]\nfingerprints.right_index = {entry}\nface = {entry}\ndocument = {entry}\n"
    scenes = str(scenes_of(tmp_path, text=text))
    with opened("simulated-fingerprint", scenes=scenes) as reader, pytest.raises(SceneInvalid, match=r"broken\.png"):
        impressions(reader)
    with opened("simulated-camera", scenes=scenes) as camera, pytest.raises(SceneInvalid, match=r"broken\.png"):
        views(camera)
    with opened("simulated-scanner", scenes=scenes) as scanner, pytest.raises(SceneInvalid, match=r"broken\.png"):
        pages(scanner)


@pytest.mark.parametrize("driver_id", DRIVERS)
def test_wrong_options_are_refused(driver_id: str) -> None:
    for options in ({"seed": -1}, {"scene": "x"}, {"faults": {"explode": True}}):
        with pytest.raises(OptionInvalid):
            build_driver(driver_id, options)
    for options in ({"scenes": "/nowhere"}, {"applicant": "anna"}):
        with pytest.raises(SceneInvalid):
            build_driver(driver_id, options).open()


@pytest.mark.parametrize("driver_id", DRIVERS)
def test_everything_says_that_it_is_simulated(driver_id: str, tmp_path: Path) -> None:
    options = {"scenes": str(scenes_of(tmp_path, 10))}
    assert build_driver(driver_id, options).open().simulated
    with opened(driver_id, **options) as driver:
        match driver_id:
            case "simulated-fingerprint":
                frames = impressions(driver)
            case "simulated-camera":
                frames = views(driver)
            case _:
                frames = pages(driver)
    assert frames
    assert all(frame.simulated for frame in frames)
