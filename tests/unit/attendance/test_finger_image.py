"""What is judged of a finger in a slap can be cut again from the slap and its record."""

from __future__ import annotations

import numpy as np

from appliance.attendance.finger_image import finger_image, recorded_segment
from appliance.attendance.slap_judging import judge_slap
from appliance.fingerprint.finger_segment import FingerSegment
from appliance.quality.fingerprint import assess_fingerprint
from tests.unit.attendance.slaps import RIGHT, THRESHOLDS, drawn


def test_a_finger_cut_where_its_record_says_has_the_recorded_score() -> None:
    slap = drawn(RIGHT)
    judged = judge_slap(slap, resolution_ppi=500, thresholds=THRESHOLDS, forest=None)
    assert [finger.position for finger in judged.fingers] == list(RIGHT)
    for finger in judged.fingers:
        assert finger.segment is not None
        image = finger_image(slap, 500, finger.segment, finger.position)
        assert assess_fingerprint(image, resolution_ppi=500) == finger.verdict


def test_half_a_millimetre_is_left_on_every_side() -> None:
    found = FingerSegment(position=2, centre=(50.0, 60.0), angle_deg=0.0, width_px=40.04, height_px=60.0, is_cut=False)
    segment = recorded_segment(found)
    assert segment.width_px == 40.0
    assert finger_image(np.zeros((200, 200), np.uint8), 508, segment, "right_index").shape == (80, 60)
