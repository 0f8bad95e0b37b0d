"""Whatever a person before the camera may be told is drawn as well as said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance import web
from appliance.attendance.instruction import GOOD
from appliance.attendance.presence_check import ASKED, HOLD_STILL
from appliance.liveness.face.challenge import Action
from appliance.quality import face_guidance
from appliance.web.catalogues import LANGUAGES, read_catalogue
from appliance.web.wording import Wording

CUES = Path(web.__file__).with_name("templates").joinpath("parts", "cues.html").read_text(encoding="utf-8")
DRAWN = [code for codes in re.findall(r'call cue\("([^"]+)"\)', CUES) for code in codes.split()]
GUIDED = {value for name, value in vars(face_guidance).items() if name.isupper() and isinstance(value, str)}
OF_LIGHT_AND_FACE = {"eyes-closed", "eyes-not-found", "mouth-open", "light-from-the-side", "face-not-at-rest"}
OF_TONE = {"too-dark", "too-bright", "too-little-contrast", "blurred", "picture-noisy"}
TOLD = (GUIDED - {face_guidance.CAMERA_TOO_COARSE}) | OF_LIGHT_AND_FACE | OF_TONE | {GOOD}
"""Nobody is told of a coarse camera while they sit before it."""


def test_every_instruction_is_drawn_once() -> None:
    assert sorted(DRAWN) == sorted(TOLD | {f"{ASKED}{asked}" for asked in (*Action, HOLD_STILL)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drawing_has_its_words(language: str) -> None:
    wording = Wording(read_catalogue(language))
    assert [code for code in DRAWN if wording.instruction("face", code) == code] == []
