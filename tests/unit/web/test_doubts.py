"""What the technician is warned of about fingers: in words, on the screens that are theirs, and stopping nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import msgspec
import numpy as np
import pytest

from appliance.attendance.state import Attendance, replay
from appliance.attendance.target import Leniency, exception_target, hand_target
from appliance.liveness.fingerprint import liveness_hints
from appliance.liveness.frame_memory import FrameMemory
from appliance.model.attendance import Attempted, Event
from appliance.model.capture import DeviceFacts
from appliance.model.liveness import Hint, LivenessHints
from appliance.model.placement import Placement
from appliance.model.position import Position
from appliance.model.resemblance import Likeness, Resemblance
from appliance.quality.exception_photo import assess_exception_photo
from appliance.web.catalogues import LANGUAGES, read_catalogue
from appliance.web.doubts import HintShown, alarms, doubts
from appliance.web.wording import Wording
from drivers.contracts import Frame
from drivers.simulated.drawn.fingerprint import RESOLUTION_PPI, draw_fingerprint
from drivers.simulated.drawn.slap import draw_slap
from tests.unit.attendance.makers import AT, DEVICE, WHO, attempt, entered, noticed, opened
from tests.unit.attendance.slaps import RIGHT as SLAP
from tests.unit.attendance.slaps import drawn as drawn_slap
from tests.unit.attendance.slaps import slap
from tests.unit.web.counter import Counter, Person

RIGHT_INDEX, LEFT_INDEX = Position.RIGHT_INDEX, Position.LEFT_INDEX
REAL = msgspec.structs.replace(DEVICE, simulated=False)
RIGHT, RIGHT_AGAIN, LEFT = (
    draw_fingerprint(0, "right_index", 0),
    draw_fingerprint(0, "right_index", 1),
    draw_fingerprint(0, "left_index", 0),
)


def both_hands(likeness: float, hints: LivenessHints | None = None, device: DeviceFacts = REAL) -> Attendance:
    """The left hand's print is so much like the right hand's."""
    start = opened(signature=False)
    plan = msgspec.structs.replace(start.plan, document=False, face=False)
    events: list[Event] = [msgspec.structs.replace(start, plan=plan), entered(), noticed()]
    for hand in ("right_hand", "left_hand"):
        target = replay(events).target(hand)
        assert target is not None
        made = attempt(target, 80)
        assert made.part is not None
        scores = (Likeness(part="right_hand.png", score=likeness),) if hand == "left_hand" else ()
        made = msgspec.structs.replace(
            made,
            part=msgspec.structs.replace(made.part, name=f"{hand}.png"),
            device=device,
            resemblance=Resemblance(minutiae=30, scores=scores),
            liveness=hints if hand == "left_hand" else None,
        )
        events.append(Attempted(at=AT, technician_id=WHO, target=hand, attempt=made))
    return replay(events)


def hinted(*hints: Hint, score: float) -> LivenessHints:
    return LivenessHints(hints=hints, score=score)


def test_a_doubt_names_both_fingers() -> None:
    (doubt,) = doubts(both_hands(0.5))
    assert (doubt.kind, {doubt.first, doubt.second}) == ("repeated", {"right_index", "left_index"})
    assert doubts(both_hands(0.1)) == ()


def two_placements(
    *, of_thumb: dict[str, float] | None = None, of_middle: float = 0.0, hints: LivenessHints | None = None
) -> Attendance:
    """Two slaps. The right thumb is so much like fingers of the right hand; its middle finger like its index, and
    `hints` are the middle finger's."""
    start = opened(fingers=(), signature=False)
    plan = msgspec.structs.replace(start.plan, document=False, face=False, placements=("right_four", "two_thumbs"))
    events: list[Event] = [msgspec.structs.replace(start, plan=plan), entered(), noticed()]
    for name, likenesses in (
        ("right_four", {"right_middle": {"right_index": of_middle}}),
        ("two_thumbs", {"right_thumb": of_thumb or {}}),
    ):
        target = replay(events).target(name)
        assert target is not None
        made = slap(target, dict.fromkeys(target.fingers, 80), part=f"{name}.png")
        fingers = tuple(
            msgspec.structs.replace(
                finger,
                resemblance=Resemblance(
                    minutiae=30,
                    scores=tuple(
                        Likeness(part="right_four.png", finger=other, score=score)
                        for other, score in likenesses.get(finger.position, {}).items()
                    ),
                ),
                liveness=hints if finger.position == "right_middle" else None,
            )
            for finger in made.fingers
        )
        made = msgspec.structs.replace(made, fingers=fingers, device=REAL)
        events.append(Attempted(at=AT, technician_id=WHO, target=name, attempt=made))
    return replay(events)


def test_a_doubt_about_two_placements_names_the_fingers_and_lets_either_be_taken_again() -> None:
    (doubt,) = doubts(two_placements(of_thumb={"right_index": 0.1, "right_ring": 0.6}))
    assert (doubt.kind, doubt.first, doubt.second) == ("repeated", "right_thumb", "right_ring")
    assert doubt.retakable == ("right_four", "two_thumbs")


def test_one_finger_twice_in_one_placement_is_mended_by_taking_that_one_again() -> None:
    (doubt,) = doubts(two_placements(of_middle=0.6))
    assert (doubt.first, doubt.second, doubt.retakable) == ("right_index", "right_middle", ("right_four",))


def test_an_alarm_names_the_finger_of_a_placement() -> None:
    hints = hinted(Hint(code="halo", score=0.6), score=0.6)
    assert alarms(two_placements(hints=hints)) == (HintShown(position="right_middle", word="halo", score=60),)


EXACT = Hint(code="repeat", score=1.0, evidence={"exact": 1.0})


@pytest.mark.parametrize(
    ("hints", "device", "shown"),
    [
        (hinted(Hint(code="halo", score=0.6), Hint(code="repeat", score=0.1), score=0.6), REAL, ("halo", 60)),
        (hinted(Hint(code="repeat", score=0.7, evidence={"correlation": 0.87}), score=0.7), REAL, ("repeat", 70)),
        (hinted(EXACT, score=1.0), REAL, ("repeat-exact", 100)),
        (hinted(EXACT, score=1.0), DEVICE, ("repeat-simulated", 100)),
        (hinted(Hint(code="halo", score=0.45), score=0.45), REAL, None),
        (hinted(Hint(code="halo", omitted="no-finger"), score=0.0), REAL, None),
        (None, REAL, None),
    ],
)
def test_an_alarm_is_named_by_its_strongest_hint(
    hints: LivenessHints | None, device: DeviceFacts, shown: tuple[str, int] | None
) -> None:
    wanted = () if shown is None else (HintShown(position="left_index", word=shown[0], score=shown[1]),)
    assert alarms(both_hands(0.0, hints, device)) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_of_fingers_has_words(language: str) -> None:
    catalogue = read_catalogue(language)
    looked_for, _ = liveness_hints(RIGHT, RESOLUTION_PPI, FrameMemory(1))
    keys = {f"hint.{hint.code}" for hint in looked_for.hints} | {"hint.repeat-exact", "hint.repeat-simulated"}
    keys |= {f"leniency.{rule}" for rule in Leniency} | {f"review.{rule}" for rule in Leniency}
    keys |= {"doubt.repeated", "doubt.swapped"}
    keys |= {f"target.{placement}" for placement in Placement}
    keys |= {f"target.{exception_target(hand_target(first, 3)).name}" for first in (RIGHT_INDEX, LEFT_INDEX)}
    assert {key for key in keys if catalogue.find(key) is None} == set()
    t = Wording(catalogue)
    codes = {*assess_exception_photo(np.zeros((9, 9), np.uint8)).reasons, "not-an-image", "image-too-large"}
    assert {code for code in codes if t.reason("exception-photo", code) == code} == set()


Prints = Callable[..., None]


@pytest.fixture
def prints(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Prints:
    """The reader gives these prints, one an attempt; their first pixel is their score."""

    def give(*given: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
        left = [pixels.copy() for pixels in given]

        async def pictures(_score: int) -> AsyncIterator[Frame]:
            pixels = left.pop(0)
            pixels[0, 0] = 90
            yield Frame(pixels, 0, 0, RESOLUTION_PPI, simulated=True)

        monkeypatch.setattr(counter.device, "_pictures", pictures)

    return give


async def at_fingers(ana: Person, plan: str = "fingers") -> str:
    """Both hands wait, or what else the plan asks for."""
    path = await ana.open(plan)
    await ana.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": "1990-05-01"})
    await ana.post(f"{path}/notice", language="pt")
    return path


async def test_one_finger_given_twice_is_said_and_the_attendance_goes_on(ana: Person, prints: Prints) -> None:
    path = await at_fingers(ana)
    prints(RIGHT, RIGHT_AGAIN)
    for hand in ("right_hand", "left_hand"):
        await ana.post(f"{path}/capture", target=hand)
    status, view = await ana.post(f"{path}/unable-to-sign", reason="-")
    assert (status, view["step"]) == (200, "review")
    assert [doubt["kind"] for doubt in view["doubts"]] == ["repeated"]
    page = (await ana.see(path))[1]
    assert "Indicador direito" in page
    assert "parecem o mesmo dedo" in page
    await ana.post("/language", language="en")
    assert "they look like one finger" in (await ana.see(path))[1]
    status, view = await ana.post(f"{path}/seal")
    assert (status, view["step"]) == (200, "sealed")


async def test_a_placement_with_one_finger_twice_can_be_taken_again_from_the_warning(
    counter: Counter, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = {position: draw_fingerprint(1, position, 0) for position in SLAP}
    prints["right_ring"] = draw_fingerprint(1, "right_index", 1)
    left = [draw_slap(prints), drawn_slap(SLAP, 1)]

    async def pictures(_score: int) -> AsyncIterator[Frame]:
        yield Frame(left.pop(0), 0, 0, RESOLUTION_PPI, simulated=True)

    monkeypatch.setattr(counter.device, "_pictures", pictures)
    monkeypatch.setattr(counter.device, "capabilities", lambda: frozenset({"slap"}))
    path = await at_fingers(ana, "slap")
    _, view = await ana.post(f"{path}/capture", target="right_four")
    assert [(doubt["first"], doubt["second"]) for doubt in view["doubts"]] == [("right_index", "right_ring")]
    assert view["doubts"][0]["retakable"] == ["right_four"]
    assert "parecem o mesmo dedo" not in (await ana.see(path))[1], "the applicant looks at the screen, to sign"
    await ana.post(f"{path}/unable-to-sign", reason="-")
    page = (await ana.see(path))[1]
    assert "Indicador direito e anelar direito: parecem o mesmo dedo" in page
    assert "Repetir: quatro dedos da mão direita" in page
    await ana.post(f"{path}/decide", target="right_four", decision="recapture")
    _, view = await ana.post(f"{path}/capture", target="right_four")
    assert (view["step"], view["doubts"]) == ("review", [])


async def test_hints_are_on_the_technician_s_screens_alone(ana: Person, prints: Prints) -> None:
    path = await at_fingers(ana)
    prints(RIGHT, RIGHT, LEFT)
    await ana.post(f"{path}/capture", target="right_hand")
    assert 'id="hints"' not in (await ana.see(path))[1]
    await ana.post(f"{path}/decide", target="right_hand", decision="recapture")
    await ana.post(f"{path}/capture", target="right_hand")
    capture = (await ana.see(path))[1]
    assert "outra vez o mesmo desenho" in capture
    assert "outra vez o mesmo desenho" not in (await ana.see(f"{path}?edit=applicant"))[1]
    await ana.post(f"{path}/capture", target="left_hand")
    signing = (await ana.see(path))[1]
    assert "pad-canvas" in signing
    assert "hint" not in re.sub(r'class="hint"', "", signing)
    await ana.post(f"{path}/unable-to-sign", reason="-")
    review = (await ana.see(path))[1]
    assert '<details class="more" id="hints">' in review  # closed: this screen is gone through with the applicant


async def test_a_child_s_page_says_that_the_score_is_not_held_against_them(counter: Counter, ana: Person) -> None:
    path = await ana.open("fingers")
    years_ago = counter.clock.now().year - 8
    await ana.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": f"{years_ago}-01-01"})
    await ana.post(f"{path}/notice", language="pt")
    assert "não têm de chegar ao mínimo" in (await ana.see(path))[1]
    counter.device.scores = [12]
    for hand in ("right_hand", "left_hand"):
        status, view = await ana.post(f"{path}/capture", target=hand)
        assert status == 200
    assert (view["age_group"], view["step"]) == ("child", "signature")
    await ana.post(f"{path}/unable-to-sign", reason="-")
    review = (await ana.see(path))[1]
    assert "não conta contra ela" in review
    assert review.count("Criança: não conta") == 2


async def test_a_picture_of_the_hand_is_asked_for_and_shown(counter: Counter, ana: Person) -> None:
    path = await at_fingers(ana)
    await ana.post(f"{path}/exempt", target="right_hand", position="right_index", reason="missing", permanent="1")
    _, view = await ana.post(f"{path}/capture", target="right_hand")
    waiting = [target["name"] for target in view["targets"] if target["phase"] != "done"]
    assert waiting == ["right_hand_exception", "left_hand"]
    page = (await ana.see(path))[1]
    assert "Fotografia da mão direita" in page
    assert "Ligar a câmara" in page
    for target in waiting:
        status, view = await ana.post(f"{path}/capture", target=target)
        assert status == 200
    await ana.post(f"{path}/unable-to-sign", reason="-")
    assert f"{path}/pictures/right_hand_exception" in (await ana.see(path))[1]
