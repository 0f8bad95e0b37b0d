"""Readers that no recording exists of: made ones, by an independent plain model, give exactly the picture they hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.replay.plain_uru4000 import ABSENT, ENCRYPTED, KEY_STANDS, NEW_KEY, Scene
from tests.replay.replaying import Recording, answer, command_beside, needs_umockdev, read, refusal

pytestmark = [pytest.mark.system, needs_umockdev]

SEED = 0xC0FFEE11
OTHER_AES_KEY = bytes(range(16))
MICROSOFT_V2 = Scene(
    ids=(0x045E, 0x00CA),
    challenges=True,
    upside_down=False,
    seed=SEED,
    blocks=((ENCRYPTED, 255), (ENCRYPTED, 35)),
    wake_statuses=(0x81, 0x01),
)
URU_4500 = Scene(
    ids=(0x05BA, 0x000A),
    challenges=False,
    upside_down=True,
    seed=SEED,
    blocks=((ENCRYPTED, 72), (0, 1), (ENCRYPTED, 49), (ABSENT, 1), (0, 1), (ENCRYPTED, 166)),
)
KEYS_CHANGE = (
    (ENCRYPTED, 60),
    (NEW_KEY | ENCRYPTED, 70),
    (KEY_STANDS, 40),
    (ABSENT, 2),
    (ENCRYPTED, 30),
    (NEW_KEY, 3),
    (ABSENT | KEY_STANDS, 1),
    (ENCRYPTED, 84),
)
PROFILES = {MICROSOFT_V2.ids: "microsoft-v2", URU_4500.ids: "uru4500"}
SCENES = {
    "asked for its challenge, awake at the second attempt": MICROSOFT_V2,
    "long in its fault, awake at the fourth attempt, keys change, blocks are absent": dataclasses.replace(
        MICROSOFT_V2,
        blocks=KEYS_CHANGE,
        first_status=0x84,
        reboot_statuses=(0x84,) * 70 + (0x80, 0x81),
        wake_statuses=(0x81, 0x81, 0x81, 0x01),
        chance=1,
    ),
    "nothing is encrypted, whatever its blocks say": dataclasses.replace(
        MICROSOFT_V2, blocks=KEYS_CHANGE, encrypted=False, chance=2
    ),
    "upside down, in blocks as a recorded one has them, its first attempt in vain": dataclasses.replace(
        URU_4500, wake_statuses=(0x81, 0x01), chance=3
    ),
}
"""`chance` is the seed of keys and challenges."""


def captured(scene: Scene, folder: Path, out: Path, seed: int = SEED) -> tuple[Recording, list[str]]:
    """A recording of it, and the arguments that capture from it."""
    scene.recorded(folder)
    profile = PROFILES[scene.ids]
    return Recording(folder), ["--profile", profile, "--set", f"scramble_seed={seed:#x}", "--out", str(out), "--json"]


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_the_picture_comes_out_pixel_for_pixel(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    recording, arguments = captured(scene, tmp_path / "recording", out)
    said = answer(command_beside(recording, "capture", *arguments))
    assert np.array_equal(read(out), scene.expected())
    assert said["simulated"] is False


@pytest.mark.parametrize(
    ("scene", "seed"),
    [(MICROSOFT_V2, SEED ^ 1), (dataclasses.replace(MICROSOFT_V2, aes_key=OTHER_AES_KEY), SEED)],
    ids=["another seed", "a challenge answered under another key"],
)
def test_what_the_reader_does_not_expect_is_refused_and_leaves_no_file(scene: Scene, seed: int, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    recording, arguments = captured(scene, tmp_path / "recording", out, seed)
    code = refusal(command_beside(recording, "capture", *arguments))
    assert code in {"device-timeout", "device-protocol"}
    assert not out.exists()
