"""How a made-up person looks: chosen by chance from plain ranges, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.simulated.drawn.paint import Colour

_SKINS: tuple[Colour, ...] = (
    (172, 196, 232), (150, 178, 222), (128, 160, 208), (104, 138, 190), (84, 116, 170), (66, 94, 146)
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = ((26, 26, 30), (34, 44, 62), (44, 66, 102), (78, 116, 150), (120, 122, 124))
_IRISES: tuple[Colour, ...] = ((38, 62, 92), (48, 78, 104), (96, 104, 84), (140, 116, 84))
_CLOTHES: tuple[Colour, ...] = ((120, 74, 44), (84, 88, 58), (70, 62, 128), (96, 78, 92), (58, 56, 60))


EYE_LINE, MOUTH_LINE = 0.04, 0.58
"""Below the head's middle, in half heads."""


@dataclass(frozen=True, slots=True)
class Person:
    """Lengths are in half heads (crown to chin is 2)."""

    skin: Colour
    hair: Colour
    iris: Colour
    clothes: Colour
    head_width: float
    jaw: float
    eye_distance: float
    brow_height: float
    nose_width: float
    mouth_width: float
    lip_fullness: float
    long_hair: bool
    parting: float
    chin_up: float = 0.0
    """By how much eyes and mouth have come nearer together, the mouth most of it: as on a head that is held a little
    higher."""

    @property
    def eye_line(self) -> float:
        return EYE_LINE + self.chin_up / 4

    @property
    def mouth_line(self) -> float:
        return MOUTH_LINE - 7 * self.chin_up / 8


def make_person(seed: int) -> Person:
    random = np.random.default_rng([seed, 41])

    def pick(choices: tuple[Colour, ...]) -> Colour:
        return choices[int(random.integers(len(choices)))]

    skin = _SKINS[int(random.integers(len(_SKINS)))]
    dark = _SKINS.index(skin) >= 4
    return Person(
        skin=skin,
        hair=pick(_HAIRS[:2] if dark else _HAIRS),
        iris=pick(_IRISES[:2] if dark else _IRISES),
        clothes=pick(_CLOTHES),
        head_width=float(random.uniform(0.70, 0.76)),
        jaw=float(random.uniform(0.20, 0.32)),
        eye_distance=float(random.uniform(0.60, 0.65)),
        brow_height=float(random.uniform(0.165, 0.20)),
        nose_width=float(random.uniform(0.13, 0.165)),
        mouth_width=float(random.uniform(0.25, 0.30)),
        lip_fullness=float(random.uniform(0.055, 0.085)),
        long_hair=bool(random.integers(2)),
        parting=float(random.uniform(-0.3, 0.3)),
    )
