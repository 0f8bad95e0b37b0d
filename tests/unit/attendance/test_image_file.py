"""The file that a captured image becomes, and what is never done to it."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.attendance.image_file import image_file, pixels_of, portrait_image_file
from appliance.model.configuration import FingerprintFormat, PortraitUse
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport import wsq
from drivers.transport.picture_file import decode_picture
from drivers.transport.picture_resolution import declared_ppi

PRINT = draw_fingerprint(1, "right_index", 0)
WANTED = FingerprintFormat.WSQ


@pytest.mark.parametrize("ppi", [500, 600, 1000])
def test_a_png_is_the_image_itself_and_says_its_resolution(ppi: int) -> None:
    file = image_file(PRINT, resolution_ppi=ppi, wanted=FingerprintFormat.PNG)
    assert (file.media_type, file.suffix) == ("image/png", "png")
    assert declared_ppi(file.data) == ppi
    np.testing.assert_array_equal(decode_picture(file.data), PRINT)


def test_an_unknown_resolution_is_not_made_up() -> None:
    assert declared_ppi(image_file(PRINT, resolution_ppi=None).data) is None


def test_where_wsq_is_asked_for_an_impression_at_500_ppi_is_wsq() -> None:
    pytest.importorskip("_wsq")
    file = image_file(PRINT, resolution_ppi=500, wanted=WANTED)
    assert (file.media_type, file.suffix) == ("image/x-wsq", "wsq")
    assert 10 <= PRINT.size / len(file.data) <= 20
    assert declared_ppi(file.data) == 500


@pytest.mark.parametrize("ppi", [None, 495, 1000])
def test_at_any_other_resolution_it_stays_png(ppi: int | None) -> None:
    assert image_file(PRINT, resolution_ppi=ppi, wanted=WANTED).suffix == "png"


def test_what_a_device_compressed_with_loss_is_not_compressed_again() -> None:
    file = image_file(PRINT, resolution_ppi=500, lossy=True, wanted=WANTED)
    np.testing.assert_array_equal(decode_picture(file.data), PRINT)
    assert file.suffix == "png"


def test_an_image_that_wsq_would_shrink_beyond_20_to_1_stays_png() -> None:
    """A blank glass: nearly nothing is left to store, and the rule's bounds are for prints."""
    assert image_file(np.full((400, 400), 250, np.uint8), resolution_ppi=500, wanted=WANTED).suffix == "png"


def test_without_an_encoder_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsq, "wsq_available", lambda: False)
    assert image_file(PRINT, resolution_ppi=500, wanted=WANTED).suffix == "png"


PORTRAIT = draw_face(1, 160, 120)


@pytest.mark.parametrize(
    ("use", "lossy"), [(PortraitUse.PERMIT, False), (PortraitUse.PERMIT, True), (PortraitUse.LIVE, True)]
)
def test_a_permits_portrait_and_one_that_was_lossy_before_are_lossless_and_say_srgb(
    use: PortraitUse, lossy: bool
) -> None:
    file = portrait_image_file(PORTRAIT, use, lossy=lossy)
    assert (file.media_type, file.suffix) == ("image/png", "png")
    assert b"sRGB" in file.data
    np.testing.assert_array_equal(decode_picture(file.data), PORTRAIT)


def test_another_live_portrait_is_jpeg_within_its_bytes() -> None:
    file = portrait_image_file(PORTRAIT, PortraitUse.LIVE, lossy=False)
    assert (file.media_type, file.suffix) == ("image/jpeg", "jpg")
    assert PORTRAIT.nbytes / len(file.data) >= 5
    assert pixels_of(file.data).shape == PORTRAIT.shape
