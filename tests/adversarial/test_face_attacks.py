"""Attacks on a face's liveness: the species, and the hints that tell it. One seed each; rates are the bench's.

Simulated attacks; not a certification.
"""

from __future__ import annotations

import pytest

from tests.bench.presentations.counter import BONA_FIDE, presented

SEED = 2
ATTACKS = [
    ("print-flat", {"planar", "challenge"}),
    ("tablet-screen", {"challenge"}),
    ("repeated-video", {"looped-video", "challenge"}),
    ("frozen-video", {"still-picture", "challenge"}),
]


@pytest.mark.parametrize(("species", "telling"), ATTACKS, ids=[species for species, _ in ATTACKS])
def test_an_attack_raises_the_alarm_for_what_it_is(species: str, telling: set[str]) -> None:
    hints = presented(species, SEED).with_challenge
    assert hints.alarm
    assert telling <= {hint.code for hint in hints.hints if (hint.score or 0.0) >= 0.5}
    assert hints.pad == "not-performed"


def test_a_person_who_answers_raises_none() -> None:
    outcome = presented(BONA_FIDE, SEED)
    assert not outcome.with_challenge.alarm
    assert not outcome.unasked.alarm
    assert {hint.omitted for hint in outcome.unasked.hints if hint.score is None} <= {"not-asked", "no-turn"}
