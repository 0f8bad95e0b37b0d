"""The captured images, small: seen after a capture and at the review, by nobody without a session, and then gone."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import cv2
import numpy as np
import structlog

from appliance.runtime.log_fields import ALLOWED_FIELDS
from tests.unit.web.counter import Counter, Person


def _pictures(page: str) -> list[str]:
    return re.findall(r'<img class="taken-picture" src="([^"]+)"', page)


async def _get(person: Person, path: str, accept: str = "image/*") -> tuple[int, str, bytes]:
    url = person.counter.url_of(path)
    async with person.session.get(url, headers={"Accept": accept}, allow_redirects=False) as response:
        return response.status, response.headers.get("Cache-Control", ""), await response.read()


async def test_the_chosen_image_is_shown_after_its_capture_and_at_the_review(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture("permit")
    assert _pictures((await ana.see(path))[1]) == []
    await ana.post(f"{path}/capture", target="document")
    (source,) = _pictures((await ana.see(path))[1])
    assert source.startswith(f"{path}/pictures/document?document-")
    status, caching, jpeg = await _get(ana, source)
    assert (status, caching) == (200, "no-store")
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    assert abs(int(shown[0, 0]) - 90) < 5
    for target in ("face", "right_hand", "left_hand"):
        await ana.post(f"{path}/capture", target=target)
    assert _pictures((await ana.see(path))[1]) == [], "the applicant looks at the screen, to sign"
    await ana.post(f"{path}/unable-to-sign", reason="x")
    assert len(_pictures((await ana.see(path))[1])) == 4


async def test_the_best_so_far_is_shown_before_the_choice_and_a_new_capture_replaces_it(
    counter: Counter, ana: Person
) -> None:
    counter.device.scores = [20, 25, 90]
    path = await ana.at_capture()
    seen = []
    for number in range(3):
        await ana.post(f"{path}/capture", target="right_hand")
        if number == 2:
            await ana.post(f"{path}/unable-to-sign", reason="x")
        (source,) = _pictures((await ana.see(path))[1])
        _, _, jpeg = await _get(ana, source)
        seen.append((source, jpeg))
    assert len(set(seen)) == 3
    assert "Boa" in (await ana.see(path))[1]


async def test_nobody_sees_an_image_without_an_unlocked_session(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture()
    await ana.post(f"{path}/capture", target="right_hand")
    picture = f"{path}/pictures/right_hand"
    assert (await _get(ana, picture))[0] == 200
    async with aiohttp.ClientSession() as stranger:
        headers = {"Accept": "application/json"}
        async with stranger.get(counter.url_of(picture), headers=headers) as response:
            assert response.status == 401
    await ana.post("/lock")
    async with ana.session.get(counter.url_of(picture), headers={"Accept": "image/*"}) as response:
        assert response.url.path_qs == f"/login?next={path}"
        assert response.content_type == "text/html"
    await ana.log_in()
    assert (await _get(ana, picture))[0] == 200
    await ana.post("/logout")
    assert (await _get(ana, picture, "application/json"))[0] == 401


async def test_pictures_do_not_keep_a_screen_unlocked(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture()
    await ana.post(f"{path}/capture", target="right_hand")
    statuses = []
    for _ in range(3):
        counter.clock.seconds += 250
        statuses.append((await _get(ana, f"{path}/pictures/right_hand", "application/json"))[0])
    assert statuses == [200, 200, 401]


async def test_what_is_not_there_is_named(ana: Person) -> None:
    path = await ana.at_capture()
    for target, status, code in (
        ("right_hand", 409, "picture-missing"),
        ("left_hand", 409, "target-unknown"),
        ("RIGHT", 404, "http-404"),
    ):
        answered, _, body = await _get(ana, f"{path}/pictures/{target}", "application/json")
        assert (answered, code in body.decode()) == (status, True)


async def test_nothing_is_kept_or_shown_once_the_attendance_is_closed(counter: Counter, ana: Person) -> None:
    kept: dict[Any, bytes]
    for end, status in (("abandon", 404), ("seal", 409)):
        path = await ana.at_capture()
        await ana.post(f"{path}/capture", target="right_hand")
        await ana.post(f"{path}/unable-to-sign", reason="x")
        await _get(ana, f"{path}/pictures/right_hand")
        kept = counter.ports.pictures._kept
        assert len(kept) == 1
        await ana.post(f"{path}/{end}", reason="left")
        assert counter.ports.pictures._kept == {}
        assert (await _get(ana, f"{path}/pictures/right_hand", "application/json"))[0] == status


async def test_no_log_line_says_whose_or_which_image_was_seen(ana: Person) -> None:
    path = await ana.at_capture()
    await ana.post(f"{path}/capture", target="right_hand")
    await ana.post(f"{path}/unable-to-sign", reason="x")
    (source,) = _pictures((await ana.see(path))[1])
    with structlog.testing.capture_logs() as lines:
        await _get(ana, source)
    assert {name for line in lines for name in line} <= ALLOWED_FIELDS | {"log_level"}
    assert path.split("/")[2] not in str(lines)
    assert source.split("?")[1] not in str(lines)
