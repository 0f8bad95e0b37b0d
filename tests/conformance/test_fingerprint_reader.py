"""What holds for every fingerprint reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.contracts import Contract, FingerprintRequest
from drivers.errors import CaptureTimedOut
from drivers.faults import FaultPlan
from tests.conformance.rig import PATIENCE_S, Rig
from tests.conformance.rigs import rigs_of
from tests.conformance.taking import built, frames_of, take_all

every_reader = pytest.mark.parametrize("rig", rigs_of(Contract.FINGERPRINT_READER), ids=lambda rig: rig.name)


@every_reader
def test_a_print_is_grey_dark_on_light_and_of_known_resolution(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        (frame,) = frames_of(driver, FingerprintRequest(position="right_index"))
    assert frame.pixels.ndim == 2
    assert frame.resolution_ppi is not None
    assert 300 <= frame.resolution_ppi <= 1200
    corner = frame.pixels[:8, :8]
    assert corner.mean() > np.mean(frame.pixels), "the glass beside the finger is lighter than the ridges"


@every_reader
def test_a_finger_that_comes_late_is_waited_for(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path, FaultPlan(absent_s=0.4)) as driver:
        driver.open()
        assert take_all(driver, FingerprintRequest(timeout_s=PATIENCE_S)) >= 1


@every_reader
def test_after_nobody_came_the_reader_still_works(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path, FaultPlan(after_frames=1, absent_s=60.0)) as driver:
        driver.open()
        assert take_all(driver, FingerprintRequest(timeout_s=PATIENCE_S)) == 1
        for _ in range(2):
            with pytest.raises(CaptureTimedOut):
                take_all(driver, FingerprintRequest(timeout_s=0.2))
        driver.close()
        driver.open()
        assert take_all(driver, FingerprintRequest(timeout_s=PATIENCE_S)) == 1
