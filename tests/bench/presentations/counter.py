"""One presentation before the checks: asked, lit, watched, and scored."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from appliance.liveness.face import challenge, colour_sequence
from appliance.liveness.face.challenge import Challenge
from appliance.liveness.face.colour_sequence import ColourSequence
from appliance.liveness.face.frame import FaceFrame
from appliance.liveness.face.together import face_hints
from appliance.liveness.face.watch import FaceWatch
from appliance.model.liveness import LivenessHints
from tests.bench.presentations import injected, screens
from tests.bench.presentations.shown import Moment
from tests.bench.presentations.species import CutOutEyes, Held, Person

MOST_S, LEAST_S, ANSWER_S = 4.0, 2.5, 1.9
BONA_FIDE = "bona-fide"
SPECIES: dict[str, Callable[[int], Any]] = {
    BONA_FIDE: Person,
    "print-flat": Held,
    "print-bent": lambda seed: Held(seed, bent=True),
    "phone-screen": screens.phone,
    "tablet-screen": screens.tablet,
    "cut-out-eyes": CutOutEyes,
    "replayed-video": injected.replayed,
    "repeated-video": injected.repeated,
    "frozen-video": injected.frozen,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`with_challenge`: everything. `unasked`: the same frames, had nothing been asked and no colour been shown."""

    with_challenge: LivenessHints
    unasked: LivenessHints


Looking = Callable[[FaceFrame], FaceFrame]


def as_rendered(frame: FaceFrame) -> FaceFrame:
    """With the landmarks that the renderer knows, shaken a little."""
    return frame


def frames(
    species: str, seed: int, look: Looking = as_rendered
) -> Iterator[tuple[FaceFrame, Challenge, ColourSequence]]:
    """Until all is answered, or for four seconds; each with the challenge as it is after it.

    `look` finds the landmarks anew, from the pixels alone.
    """
    presenter = SPECIES[species](seed)
    first_s = presenter.camera.moment()
    random = chance.Random(f"{species} {seed}")
    asked = challenge.drawn(random, first_s, time_s=ANSWER_S)
    shown = colour_sequence.drawn(random, 14, first_s)
    taken_s = first_s
    while taken_s - first_s < MOST_S and (asked.next is not None or taken_s - first_s < LEAST_S):
        passed_s = taken_s - first_s
        moment = Moment(taken_s, passed_s, asked.next, asked.since_s, lambda s: shown.at(first_s + s))
        frame = look(presenter.show(moment))
        asked = challenge.step(asked, challenge.observed(frame.landmarks_px, frame.coefficients), frame.taken_s)
        yield frame, asked, shown
        taken_s = presenter.camera.moment()


def presented(species: str, seed: int, look: Looking = as_rendered) -> Outcome:
    watch, asked, shown = FaceWatch(), None, None
    for each in frames(species, seed, look):
        frame, asked, shown = each
        watch = watch.after(frame)
    return Outcome(face_hints(watch, asked, shown), face_hints(watch))
