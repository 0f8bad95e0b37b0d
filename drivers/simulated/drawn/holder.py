"""Whose drawn passport it is: a made-up citizen of Utopia, whose country ICAO Doc 9303 keeps for examples."""

from __future__ import annotations

import numpy as np

from drivers.simulated.drawn.mrz import Holder

_SURNAMES = ("EXEMPLAR", "MODELO", "AMOSTRA", "FICTICIO", "PADRAO", "INVENTADA")
_GIVEN_NAMES = ("ALEX SAGE", "SASHA ROBIN", "ARIEL NOA", "KIM ANDREA", "MIKA LOU", "DANI SOL")


def make_holder(seed: int) -> Holder:
    random = np.random.default_rng([seed, 47])

    def between(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    birth_year = between(1960, 2004)
    return Holder(
        surname=_SURNAMES[between(0, len(_SURNAMES) - 1)],
        given_names=_GIVEN_NAMES[between(0, len(_GIVEN_NAMES) - 1)],
        document_number=f"SP{between(0, 9999999):07d}",
        nationality="UTO",
        birth=f"{birth_year % 100:02d}{between(1, 12):02d}{between(1, 28):02d}",
        sex="<",
        expiry=f"{between(33, 38):02d}{between(1, 12):02d}{between(1, 28):02d}",
    )
