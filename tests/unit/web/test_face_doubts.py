"""An alarm on a face: told to the technician in words, on no screen for the applicant, and answered by them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import numpy as np
import pytest

from appliance.attendance.presence_check import ASKED, HOLD_STILL
from appliance.attendance.state import Attendance, apply, replay
from appliance.liveness.face.challenge import Action
from appliance.liveness.face.together import CODES
from appliance.model.attendance import Attempted
from appliance.model.liveness import Hint, LivenessHints, OverruleReason
from appliance.web.catalogues import LANGUAGES, read_catalogue
from appliance.web.doubts import FaceHintShown, PresenceShown, face_alarms, presence
from drivers.contracts import Frame, Pixels
from tests.unit.attendance.makers import AT, DEVICE, WHO, attempt, entered, noticed, opened
from tests.unit.liveness.face.scenes import HEIGHT, WIDTH, grain, moments, picture
from tests.unit.web.counter import Counter, Person

TOLD, FOR_YOU = "mostra uma imagem parada", "Só para si"
AGAIN = {"target": "face", "round": "1", "number": "1"}


def frame(pixels: Pixels, taken_s: float, *, preview: bool) -> Frame:
    """Its first pixel is its score."""
    pixels = pixels.copy()
    pixels[0, 0] = 90
    return Frame(pixels, 0, round(taken_s * 1e9), simulated=False, preview=preview)


@pytest.fixture
def photograph(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held before the camera: two seconds of one picture with a sensor's noise, and then a still."""
    plane = grain(4, HEIGHT, WIDTH, fine_px=3.0)

    async def pictures(_score: int) -> AsyncIterator[Frame]:
        *previews, last = moments(32)
        for number, taken_s in enumerate(previews):
            yield frame(picture(plane, noise=3.0, seed=number), taken_s, preview=True)
        yield frame(np.full((HEIGHT * 2, WIDTH * 2, 3), 120, np.uint8), last, preview=False)

    monkeypatch.setattr(counter.device, "_pictures", pictures)


async def at_face(ana: Person) -> str:
    path = await ana.open("face")
    await ana.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": "1990-05-01"})
    await ana.post(f"{path}/notice", language="pt")
    return path


async def with_face(ana: Person) -> str:
    """What is held before the camera is taken."""
    path = await at_face(ana)
    await ana.post(f"{path}/capture", target="face")
    return path


@pytest.mark.usefixtures("photograph")
async def test_an_alarm_is_told_at_the_review_and_where_the_applicant_signs_is_not(ana: Person) -> None:
    path = await with_face(ana)
    signing = (await ana.see(path))[1]
    assert "pad-canvas" in signing
    assert FOR_YOU not in signing
    assert TOLD not in signing
    await ana.post(f"{path}/unable-to-sign", reason="-")
    review = (await ana.see(path))[1]
    assert TOLD in review
    assert "Não mostre isto ao requerente" in review


@pytest.mark.usefixtures("photograph")
async def test_an_alarm_is_overruled_for_one_of_the_reasons_and_the_attendance_is_sent(ana: Person) -> None:
    path = await with_face(ana)
    await ana.post(f"{path}/unable-to-sign", reason="-")
    status, view = await ana.post(f"{path}/liveness", finding="overruled", reason="person-seen", **AGAIN)
    assert (status, view["step"]) == (200, "review")
    (face,) = view["targets"][0]["attempts"]
    assert (face["liveness_ruling"], face["liveness_hint"] >= 0.5) == ("overruled", True)
    page = (await ana.see(path))[1]
    assert "vi sempre a pessoa em frente à câmara" in page
    assert (await ana.post(f"{path}/seal"))[1]["step"] == "sealed"


@pytest.mark.usefixtures("photograph")
async def test_an_alarm_that_nobody_answers_blocks_nothing(ana: Person) -> None:
    path = await with_face(ana)
    await ana.post(f"{path}/unable-to-sign", reason="-")
    assert (await ana.post(f"{path}/seal"))[1]["step"] == "sealed"


@pytest.mark.usefixtures("photograph")
async def test_an_alarm_that_is_right_asks_for_the_face_again(ana: Person) -> None:
    path = await with_face(ana)
    await ana.post(f"{path}/unable-to-sign", reason="-")
    status, view = await ana.post(f"{path}/liveness", finding="justified", **AGAIN)
    assert (status, view["step"]) == (200, "face")
    assert view["targets"][0]["chosen"] is None


@pytest.mark.usefixtures("photograph")
@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"finding": "overruled"}, 400, "form-field"),
        ({"finding": "overruled", "reason": "she looked ill"}, 400, "form-field"),
        ({"finding": "proven"}, 400, "form-field"),
        ({"finding": "justified", "number": "one"}, 400, "form-field"),
        ({"finding": "justified", "round": "0"}, 400, "form-field"),
        ({"finding": "justified", "number": "2"}, 409, "no-liveness-alarm"),
        ({"finding": "justified", "target": "nose"}, 409, "target-unknown"),
    ],
)
async def test_what_the_form_may_not_say(ana: Person, fields: dict[str, str], status: int, code: str) -> None:
    path = await with_face(ana)
    await ana.post(f"{path}/unable-to-sign", reason="-")
    answered, said = await ana.post(f"{path}/liveness", **{**AGAIN, **fields})
    assert (answered, said["error"]) == (status, code)


async def test_the_check_of_presence_is_offered_with_who_is_not_asked_and_never_begins_by_itself(ana: Person) -> None:
    path = await at_face(ana)
    page = (await ana.see(path))[1]
    assert "Quem não puder fazer algum deles não é chamado a fazê-lo" in page
    assert page.count('name="check_presence"') == 1
    assert "data-capture" in page.split('name="check_presence"')[0], "the picture as usual comes first"


async def test_every_movement_is_drawn_on_the_page_while_the_camera_runs(counter: Counter, ana: Person) -> None:
    path = await at_face(ana)
    counter.device.hold = asyncio.Event()
    running = asyncio.create_task(ana.post(f"{path}/capture", target="face", check_presence="1"))
    while counter.ports.attendances.preview.latest is None:
        await asyncio.sleep(0.01)
    page = (await ana.see(path))[1]
    counter.device.hold.set()
    assert (await running)[0] == 200
    assert {asked for asked in (*Action, HOLD_STILL) if f'data-cue="{ASKED}{asked}"' not in page} == set()


@pytest.mark.usefixtures("photograph")
async def test_a_photograph_that_was_asked_to_move_is_said_to_have_done_nothing(ana: Person) -> None:
    path = await at_face(ana)
    await ana.post(f"{path}/capture", target="face", check_presence="1")
    await ana.post(f"{path}/unable-to-sign", reason="-")
    page = (await ana.see(path))[1]
    assert "Presença da pessoa:" not in page, "two seconds are not enough to say so"
    assert "Pediu-se para verificar a presença e não se verificou" in page


def test_what_was_asked_and_seen_is_told_at_the_review_of_the_face_that_is_chosen() -> None:
    done = Hint(code="challenge", score=0.3, evidence={"asked": 3.0, "answered": 2.0})
    assert presence(one_face(LivenessHints(hints=(done,), score=0.3))) == PresenceShown(asked=3, answered=2)
    nothing = Hint(code="challenge", omitted="not-asked")
    assert presence(one_face(LivenessHints(hints=(nothing,), score=None))) is None


@pytest.mark.parametrize(
    ("score", "omitted", "light"),
    [
        (0.0, "", "seen"),
        (1.0, "", ""),
        (None, "not-asked", ""),
        (None, "not-shown", "not-shown"),
        (None, "light-too-weak", "unclear"),
        (None, "too-few-colours", "unclear"),
    ],
)
def test_what_became_of_the_screens_colours_is_told_where_no_hint_tells_it(
    score: float | None, omitted: str, light: str
) -> None:
    done = Hint(code="challenge", score=0.0, evidence={"asked": 3.0, "answered": 3.0})
    lit = Hint(code="screen-light", score=score, omitted=omitted)
    told = presence(one_face(LivenessHints(hints=(lit, done), score=score)))
    assert told == PresenceShown(asked=3, answered=3, light=light)


@pytest.mark.parametrize("omitted", ["not-carried-out", "not-finished"])
def test_a_check_that_was_wished_for_and_not_made_is_told(omitted: str) -> None:
    hints = LivenessHints(hints=(Hint(code="challenge", omitted=omitted),), score=None)
    assert presence(one_face(hints)) == PresenceShown(asked=0, answered=0)


def one_face(hints: LivenessHints, *, simulated: bool = False) -> Attendance:
    start = opened(fingers=(), signature=False)
    start = msgspec.structs.replace(start, plan=msgspec.structs.replace(start.plan, document=False))
    attendance = replay([start, entered(), noticed()])
    target = attendance.waiting_target
    assert target is not None
    device = msgspec.structs.replace(DEVICE, simulated=simulated)
    made = msgspec.structs.replace(attempt(target, 80), device=device, liveness=hints)
    return apply(attendance, Attempted(at=AT, technician_id=WHO, target="face", attempt=made))


@pytest.mark.parametrize(
    ("simulated", "words"),
    [(False, ("repeated-frames", "looped-video", "still-picture", "bezel")), (True, ("face-simulated", "bezel"))],
)
def test_every_hint_that_has_something_to_say_is_named_the_strongest_first(
    simulated: bool, words: tuple[str, ...]
) -> None:
    scores = {
        "still-picture": 0.6,
        "bezel": 0.15,
        "moire": 0.0,
        "planar": None,
        "repeated-frames": 0.9,
        "looped-video": 0.8,
    }
    hints = tuple(
        Hint(code=code, score=score, omitted="" if score is not None else "no-turn") for code, score in scores.items()
    )
    taken = one_face(LivenessHints(hints=hints, score=0.95), simulated=simulated)
    assert face_alarms(taken) == (FaceHintShown(target="face", round=1, number=1, words=words, score=95),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_of_a_face_has_words(language: str) -> None:
    catalogue = read_catalogue(language)
    keys = {f"hint.{code}" for code in CODES} | {f"overrule.{reason}" for reason in OverruleReason}
    keys |= {f"instruction.{ASKED}{asked}" for asked in (*Action, HOLD_STILL)}
    keys |= {f"light.{told}" for told in ("seen", "unclear", "not-shown")}
    assert {key for key in keys if catalogue.find(key) is None} == set()
