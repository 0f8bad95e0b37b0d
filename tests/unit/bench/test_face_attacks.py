"""The report on simulated attacks: what it counts, and that it never looks like a certificate."""

from __future__ import annotations

import pytest

from appliance.model.liveness import LivenessHints
from tests.bench import face_attacks
from tests.bench.face_attacks import HELD_BACK_SEEDS, SETTING_SEEDS, rates, report
from tests.bench.presentations.counter import BONA_FIDE, SPECIES, Outcome


def _outcomes(*scores: float | None) -> list[Outcome]:
    return [Outcome(LivenessHints(hints=(), score=each), LivenessHints(hints=(), score=None)) for each in scores]


@pytest.mark.parametrize(
    ("species", "scores", "wrong", "silent"),
    [
        ("print-flat", (1.0, 0.5, 0.45, None), 2, 1),
        (BONA_FIDE, (1.0, 0.5, 0.45, None), 2, 1),
        (BONA_FIDE, (0.0, 0.45, 0.2), 0, 0),
        ("print-flat", (0.5, 0.9), 0, 0),
    ],
)
def test_an_attack_without_an_alarm_and_a_person_with_one_are_errors(
    species: str, scores: tuple[float | None, ...], wrong: int, silent: int
) -> None:
    found = rates(species, _outcomes(*scores), unasked=False)
    assert found[:2] == (wrong, silent)
    assert found[2] == pytest.approx(wrong / len(scores))
    assert found[3][0] <= found[2] <= found[3][1]


def test_the_report_is_headed_by_what_it_is_not() -> None:
    text = report({"print-flat": _outcomes(1.0, 0.0, None), BONA_FIDE: _outcomes(0.0)})
    assert text.startswith("Simulated attacks; not a certification.")
    line = next(each for each in text.splitlines() if each.startswith("print-flat"))
    assert line.split()[1:5] == ["3", "APCER", "66.7", "%"]
    assert "BPCER" in next(each for each in text.splitlines() if each.startswith(BONA_FIDE))


def test_what_limits_were_set_on_is_never_reported() -> None:
    assert not set(SETTING_SEEDS) & set(HELD_BACK_SEEDS)
    assert len(HELD_BACK_SEEDS) >= max(face_attacks.ATTACKS, face_attacks.BONA_FIDES)


def test_every_species_that_is_asked_for_is_presented() -> None:
    asked_for = {
        "print-flat", "print-bent", "phone-screen", "tablet-screen", "replayed-video", "cut-out-eyes", "repeated-video",
        "frozen-video", BONA_FIDE,
    }  # fmt: skip
    assert set(SPECIES) == asked_for
