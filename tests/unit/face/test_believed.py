"""What looks like a face and is a part of one, or a button: only beside a larger face, and where there is doubt."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.face.detection import DetectedFace
from appliance.face.search import SURE_CLOSER_SCORE, SURE_CLOSER_SCORE_OF_SMALL, FoundFace, believed

JUST_LESS = 0.01


def face(x_px: float, y_px: float, edge_px: float, score: float = 0.7) -> FoundFace:
    half = edge_px / 2
    box = np.array([x_px - half, y_px - half, x_px + half, y_px + half], np.float32)
    return FoundFace(DetectedFace(score, box, np.zeros((6, 2), np.float32)), None)


PERSON = face(300, 300, 280)
EAR, FRIEND = face(410, 300, 70), face(900, 300, 70)
BUTTON, FAR_FRIEND = face(320, 1300, 30), face(900, 200, 30)


@pytest.mark.parametrize(
    ("other", "sure"),
    [(EAR, SURE_CLOSER_SCORE), (BUTTON, SURE_CLOSER_SCORE_OF_SMALL), (FAR_FRIEND, SURE_CLOSER_SCORE_OF_SMALL)],
    ids=["on the head", "a tenth as large", "a tenth as large, elsewhere"],
)
def test_beside_a_larger_face_it_has_to_be_sure(other: FoundFace, sure: float) -> None:
    assert believed([(PERSON, 0.9), (other, sure - JUST_LESS)]) == [PERSON]
    assert believed([(PERSON, 0.9), (other, sure)]) == [PERSON, other]


@pytest.mark.parametrize("alone", [EAR, BUTTON], ids=["smaller", "small"])
def test_alone_it_has_not(alone: FoundFace) -> None:
    assert believed([(alone, 0.3)]) == [alone]


def test_nor_has_who_is_sure_from_afar_and_small() -> None:
    sure = face(900, 200, 30, score=0.8)
    assert believed([(PERSON, 0.9), (sure, 0.3)]) == [PERSON, sure]


def test_nor_has_who_stands_beside_another_and_is_not_much_smaller() -> None:
    assert believed([(PERSON, 0.9), (FRIEND, 0.3)]) == [PERSON, FRIEND]
