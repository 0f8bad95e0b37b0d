"""The page's signature step: on the screen, on a pad of the post's own where there is one, and seen at the review."""

from __future__ import annotations

import asyncio
import json

import cv2
import numpy as np

from drivers.contracts import PenPoint
from tests.unit.attendance.box import ScriptedPad
from tests.unit.web.counter import Counter, Person

POINTS = [PenPoint(10, 20, 0.5, 0, 0), PenPoint(90, 20, 0.7, 10, 0)]
STROKES = json.dumps([[[100, 150, 0.5, 0], [800, 150, 0.5, 40]]])


async def _at_signature(ana: Person) -> str:
    path = await ana.at_capture()
    status, view = await ana.post(f"{path}/capture", target="right_hand")
    assert (status, view["step"]) == (200, "signature")
    return path


async def test_a_post_without_a_pad_offers_the_screen_alone(ana: Person) -> None:
    path = await _at_signature(ana)
    _, page = await ana.see(path)
    assert "sign-on-pad" not in page
    assert "pad-canvas" in page
    status, answer = await ana.post(f"{path}/sign-on-pad")
    assert (status, answer["error"]) == (409, "no-pad")


async def test_a_post_with_one_offers_both(counter: Counter, ana: Person) -> None:
    counter.device.own_pad = ScriptedPad(POINTS)
    path = await _at_signature(ana)
    _, page = await ana.see(path)
    assert "Assinar no equipamento" in page
    assert "pad-canvas" in page
    status, view = await ana.post(f"{path}/sign-on-pad")
    assert (status, view["step"], view["signature"]) == (200, "review", {"signed": True})


async def test_while_somebody_signs_the_technician_can_say_that_it_is_done(counter: Counter, ana: Person) -> None:
    counter.device.own_pad = pad = ScriptedPad(POINTS, has_key=False)
    path = await _at_signature(ana)
    signing = asyncio.create_task(ana.post(f"{path}/sign-on-pad"))
    async with asyncio.timeout(30):
        await pad.begun.wait()
        _, page = await ana.see(path)
        assert "Concluir assinatura" in page
        assert "pad-canvas" not in page
        await ana.post(f"{path}/take")
        _, view = await signing
    assert view["step"] == "review"


async def test_the_review_shows_the_signature_as_it_was_written(ana: Person) -> None:
    path = await _at_signature(ana)
    assert (await ana.ask(f"{path}/pictures/signature"))[0] == 409
    await ana.post(f"{path}/signature", strokes=STROKES)
    _, page = await ana.see(path)
    assert f'src="{path}/pictures/signature?' in page
    async with ana.session.get(ana.counter.url_of(f"{path}/pictures/signature")) as response:
        assert (response.status, response.content_type) == (200, "image/jpeg")
        shown = cv2.imdecode(np.frombuffer(await response.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    height, width = shown.shape
    assert abs(width - 3 * height) < 3, "the pad's own shape"
    assert shown[height // 2, width // 2] < 128 < shown[height // 8, width // 2]


async def test_at_the_review_the_signature_can_be_given_again(ana: Person) -> None:
    path = await _at_signature(ana)
    status, refused = await ana.post(f"{path}/sign-again")
    assert (status, refused["error"]) == (409, "attendance-step")
    await ana.post(f"{path}/signature", strokes=STROKES)
    assert "Repetir a assinatura" in (await ana.see(path))[1]
    _, view = await ana.post(f"{path}/sign-again")
    assert (view["step"], view["signature"]) == ("signature", None)
    _, view = await ana.post(f"{path}/unable-to-sign", reason="tremor")
    assert view["signature"] == {"signed": False, "reason": "tremor"}
    _, view = await ana.post(f"{path}/sign-again")
    _, view = await ana.post(f"{path}/signature", strokes=STROKES)
    assert (view["step"], view["signature"]) == ("review", {"signed": True})
