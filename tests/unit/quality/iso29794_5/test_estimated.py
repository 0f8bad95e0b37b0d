"""Our own estimators: worse by graded steps never scores better, and a face at its best scores well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.quality.eyes import EyeFinder
from appliance.quality.face_detection import FaceDetector
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.components import FaceInputs, face_components
from drivers.contracts import Pixels
from tests.unit.quality.degrading import blurred, noisier
from tests.unit.quality.iso29794_5.drawn_face import Drawing, Points, laid_on, portrait, upright_98

BLACK, WHITE, BLUE, GREEN = (15, 15, 15), (245, 245, 245), (190, 120, 60), (90, 170, 60)
SKINS = [(112, 144, 188), (70, 92, 140), (35, 45, 70), (150, 178, 214)]
SMALL = (560, 520)
"""Just a head: these tests judge many."""
Degradation = Callable[[Pixels, float], Pixels]


def _coded(image: Pixels, quality: float) -> Pixels:
    if quality > 100:
        return image
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _barred(image: Pixels, middle: Sequence[float], half: tuple[float, float], bgr: tuple[int, int, int]) -> Pixels:
    barred = image.copy()
    (x, y), (width, height) = middle, half
    if height > 0:
        corners = (int(x - width), int(y - height)), (int(x + width), int(y + height))
        cv2.rectangle(barred, corners[0], corners[1], bgr, -1)
    return barred


def _scalars(image: Pixels, points: Points, name: str) -> int:
    return face_components(FaceInputs(image=image, landmarks=from_adnet98(points))).components[name].scalar


def _never_better(scalars: Sequence[int]) -> bool:
    return all(before >= after for before, after in pairwise(scalars))


@pytest.mark.parametrize(
    ("name", "worse", "steps", "best", "worst"),
    [
        (names.SHARPNESS, blurred, (0, 1, 2, 3, 5, 8, 12), 90, 20),
        (names.COMPRESSION_ARTIFACTS, _coded, (101, 95, 80, 60, 40, 20, 10, 5), 90, 15),
    ],
)
@pytest.mark.parametrize("between_eyes_px", [80.0, 150.0, 310.0])
def test_a_face_that_is_degraded_step_by_step_never_scores_better(
    name: str, worse: Degradation, steps: Sequence[float], best: int, worst: int, between_eyes_px: float
) -> None:
    image, points = portrait(1600, 1244, between_eyes_px=between_eyes_px)
    scalars = [_scalars(worse(image, step), points, name) for step in steps]
    assert _never_better(scalars), scalars
    assert scalars[0] >= best, scalars
    assert scalars[-1] <= worst + (20 if name == names.SHARPNESS and between_eyes_px > 300 else 0), scalars


def test_noise_is_not_taken_for_sharpness() -> None:
    image, points = portrait()
    soft = blurred(image, 4)
    plain, noisy = (_scalars(one, points, names.SHARPNESS) for one in (soft, noisier(soft, 12)))
    assert noisy <= plain + 10


def test_squares_are_found_wherever_the_grid_begins() -> None:
    image, points = portrait()
    coded = _coded(image, 20)
    for shift in (1, 3, 6):
        moved = np.ascontiguousarray(coded[shift:, shift:])
        assert _scalars(moved, points - shift, names.COMPRESSION_ARTIFACTS) < 60


@pytest.mark.parametrize("skin_bgr", SKINS)
@pytest.mark.parametrize("bar", [BLACK, WHITE, BLUE, GREEN])
@pytest.mark.parametrize(
    ("name", "where", "worst"),
    [
        (names.EYES_VISIBLE, slice(60, 76), 5),
        (names.MOUTH_OCCLUSION, slice(76, 96), 5),
        (names.FACE_OCCLUSION, slice(51, 60), 60),
    ],
)
def test_a_growing_bar_hides_more_and_more_of_any_skin(
    name: str, where: slice, worst: int, bar: tuple[int, int, int], skin_bgr: tuple[int, int, int]
) -> None:
    image, points = portrait(*SMALL, drawing=Drawing(skin_bgr=skin_bgr))
    middle = points[where].mean(axis=0)
    heights = (0, 3, 8, 15, 25, 40, 60)
    scalars = [_scalars(_barred(image, middle, (180, height), bar), points, name) for height in heights]
    assert _never_better(scalars), scalars
    assert scalars[0] >= 95, scalars
    assert scalars[-1] <= worst, scalars


@pytest.mark.parametrize("skin_bgr", SKINS)
def test_a_bar_over_the_mouth_does_not_hide_the_eyes(skin_bgr: tuple[int, int, int]) -> None:
    image, points = portrait(*SMALL, drawing=Drawing(skin_bgr=skin_bgr))
    barred = _barred(image, points[76:96].mean(axis=0), (180, 40), BLUE)
    assert _scalars(barred, points, names.EYES_VISIBLE) >= 95
    assert _scalars(barred, points, names.MOUTH_OCCLUSION) <= 5


@pytest.mark.parametrize("mouth_opening", [0.0, 10.0, 30.0])
def test_an_open_mouth_is_not_a_covered_one(mouth_opening: float) -> None:
    image, points = portrait(*SMALL, drawing=Drawing(mouth_opening=mouth_opening))
    assert _scalars(image, points, names.MOUTH_OCCLUSION) >= 95


def test_in_a_grey_picture_occlusion_is_not_known() -> None:
    image, points = portrait()
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    found = face_components(FaceInputs(image=np.asarray(grey, np.uint8), landmarks=from_adnet98(points)))
    assert not {names.EYES_VISIBLE, names.MOUTH_OCCLUSION, names.FACE_OCCLUSION} & set(found.components)


def _capped(image: Pixels, points: Points, depth: float) -> tuple[Pixels, Pixels]:
    """A blue cap that reaches from the crown down to the brows by so much of the way; and where nobody is."""
    background = np.ones(image.shape[:2], np.uint8)
    head = np.all(np.abs(image.astype(int) - 196) > 20, axis=2) | (image[:, :, 0] < image[:, :, 2] - 20)
    background[cv2.morphologyEx(head.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) > 0] = 0
    rows = np.flatnonzero((background == 0).any(axis=1))
    line = rows[0] + depth * (points[33:51, 1].min() - rows[0])
    capped = image.copy()
    cap = (background == 0) & (np.arange(image.shape[0])[:, None] < line)
    capped[cap] = BLUE
    return capped, background


@pytest.mark.parametrize("skin_bgr", SKINS)
def test_more_of_a_coloured_cap_never_scores_better(skin_bgr: tuple[int, int, int]) -> None:
    image, points = portrait(*SMALL, drawing=Drawing(skin_bgr=skin_bgr))
    scalars = []
    for depth in (0.0, 0.25, 0.5, 0.75, 1.0):
        capped, background = _capped(image, points, depth)
        inputs = FaceInputs(image=capped, landmarks=from_adnet98(points), background=background)
        scalars.append(face_components(inputs).components[names.NO_HEAD_COVERINGS].scalar)
    assert _never_better(scalars), scalars
    assert scalars[0] >= 95, scalars
    assert scalars[-1] <= 50, scalars


def test_a_bare_picture_has_no_person_to_wear_anything() -> None:
    image, points = portrait()
    nobody = np.ones((72, 128), np.uint8)
    inputs = FaceInputs(image=image, landmarks=from_adnet98(points), background=nobody)
    assert names.NO_HEAD_COVERINGS not in face_components(inputs).components


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "worse", "steps"),
    [
        (names.SHARPNESS, blurred, (0, 1, 2, 3, 5, 8)),
        (names.COMPRESSION_ARTIFACTS, _coded, (90, 70, 50, 30, 10, 5)),
    ],
)
def test_a_photograph_that_is_degraded_step_by_step_never_scores_better(
    name: str, worse: Degradation, steps: Sequence[float], shared_data: Path
) -> None:
    judged = 0
    for path in sorted((shared_data / "face").glob("*.jpg")):
        # Scaled, so that the squares of its own coding are gone.
        photograph = cv2.resize(cv2.imread(str(path)), None, fx=0.63, fy=0.63, interpolation=cv2.INTER_AREA)  # type: ignore[arg-type]
        image = np.asarray(photograph, np.uint8)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        faces = FaceDetector().find(grey)
        eyes = EyeFinder().find(grey, faces[0]) if faces else None
        if eyes is not None:
            points = laid_on(upright_98(), eyes.left, eyes.right)
            scalars = [_scalars(worse(image, step), points, name) for step in steps]
            assert _never_better(scalars), (path.name, scalars)
            assert scalars[0] >= 70, (path.name, scalars)
            assert scalars[-1] <= 15, (path.name, scalars)
            judged += 1
    assert judged >= 3
