"""What a technician is warned of in an attendance: fingers that are alike, liveness hints on fingers and faces. Pure.

Neither stops anything. Hints are for the technician alone: no screen that is turned to the applicant shows them (the
notice, the signature, a running capture).
"""

from __future__ import annotations

import msgspec

from appliance.attendance.face_doubts import doubted_faces
from appliance.attendance.face_watching import NOT_CARRIED_OUT, NOT_SHOWN
from appliance.attendance.finger_impression import FingerImpression
from appliance.attendance.liveness_records import NOT_ASKED
from appliance.attendance.resemblance import Impression, counting_impressions, standing_doubts
from appliance.attendance.state import Attendance
from appliance.attendance.target import Leniency, Target
from appliance.fingerprint.uniqueness import Alike
from appliance.liveness.face.challenge import CODE as CHALLENGE
from appliance.liveness.face.challenge import NOT_FINISHED
from appliance.liveness.face.screen_light import CODE as SCREEN_LIGHT
from appliance.model.attendance import Decision, Step
from appliance.model.capture import Attempt
from appliance.model.liveness import Hint, LivenessRuling, OverruleReason
from appliance.model.verdict import CaptureKind

_REPEAT = "repeat"
_NOT_CHECKED = frozenset({NOT_CARRIED_OUT, NOT_FINISHED})
_SIMULATED = "face-simulated"
_STANDING = frozenset({"repeated-frames", "still-picture"})
_FOLLOWING = _STANDING | {"looped-video"}
"""What is said of one picture that stands still; and what follows from that."""
_WARNED = frozenset({Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS, Step.REVIEW})
"""Not where the applicant signs: the screen is turned to them."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Two positions that seem to be one finger. `kind` is `repeated` or `swapped`. `retakable` are the targets among
    theirs that can be taken again now."""

    kind: str
    first: str
    second: str
    score: float
    retakable: tuple[str, ...] = ()


class HintShown(msgspec.Struct, frozen=True, kw_only=True):
    """An impression that a hint raised an alarm on. `word` names the strongest hint; `score` of 100."""

    position: str
    word: str
    score: int


class FaceHintShown(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a face that hints raised an alarm on, by its target, round and number. `words` name every hint that
    has something to say, the strongest first; `score` of 100. `ruling`: what a technician has found of it."""

    target: str
    round: int
    number: int
    words: tuple[str, ...]
    score: int
    ruling: LivenessRuling | None = None

    @property
    def is_open(self) -> bool:
        return self.ruling is None


class PresenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """Of the face that is chosen: how many movements it was asked for, and how many of them were seen in time. `asked`
    is 0 where they were wished for and the picture was taken without. `light`: what the screen's colours showed
    meanwhile, `seen`, `unclear` or `not-shown`; empty where they were not asked for, or a hint says the rest."""

    asked: int
    answered: int
    light: str = ""


OVERRULE_REASONS = tuple(OverruleReason)


def doubts(attendance: Attendance) -> tuple[Doubt, ...]:
    """Of what is chosen or may still be."""
    found = standing_doubts(attendance)
    return tuple(
        _doubt(attendance, kind, pair)
        for kind, pairs in (("repeated", found.repeated), ("swapped", found.swapped))
        for pair in pairs
    )


def _doubt(attendance: Attendance, kind: str, pair: Alike[Impression]) -> Doubt:
    first, second = sorted((pair.first.position, pair.second.position), key=lambda position: position.number)
    retakable = tuple(
        target.name
        for target in attendance.targets
        if not {first, second}.isdisjoint(_positions_taken(target)) and _may_be_retaken(target)
    )
    return Doubt(kind=kind, first=first.value, second=second.value, score=pair.score, retakable=retakable)


def _positions_taken(target: Target) -> tuple[str | None, ...]:
    """Of what is chosen."""
    if target.chosen is None:
        return ()
    return tuple(kept.finger.position for kept in target.kept_fingers) or (target.chosen.position,)


def _may_be_retaken(target: Target) -> bool:
    return Decision.RECAPTURE in target.options


def alarms(attendance: Attendance) -> tuple[HintShown, ...]:
    """One for each impression that is chosen or may still be."""
    return tuple(
        HintShown(
            position=one.position or "",
            word=_word(one, max(known.hints, key=lambda hint: hint.score or 0.0)),
            score=round(100 * known.score),
        )
        for one in counting_impressions(attendance)
        if (known := one.taken.liveness) is not None and known.alarm and known.score is not None
    )


def face_alarms(attendance: Attendance) -> tuple[FaceHintShown, ...]:
    """One for each attempt that is chosen or may still be."""
    return tuple(
        FaceHintShown(
            target=target.name,
            round=attempt.round,
            number=attempt.number,
            words=_face_words(attempt),
            score=round(100 * known.score),
            ruling=attempt.liveness_ruling,
        )
        for target, attempt in doubted_faces(attendance)
        if (known := attempt.liveness) is not None and known.score is not None
    )


def presence(attendance: Attendance) -> PresenceShown | None:
    """None where the technician did not have it checked."""
    for target in attendance.targets:
        if target.kind is CaptureKind.FACE and target.chosen is not None and target.chosen.liveness is not None:
            known = {hint.code: hint for hint in target.chosen.liveness.hints}
            movements = known.get(CHALLENGE)
            if movements is None or (movements.score is None and movements.omitted not in _NOT_CHECKED):
                return None
            asked, answered = (int(movements.evidence.get(name, 0.0)) for name in ("asked", "answered"))
            return PresenceShown(asked=asked, answered=answered, light=_light(known.get(SCREEN_LIGHT)))
    return None


def _light(hint: Hint | None) -> str:
    if hint is None or hint.score is not None:
        return "seen" if hint is not None and hint.score == 0.0 else ""
    return "" if hint.omitted == NOT_ASKED else "not-shown" if hint.omitted == NOT_SHOWN else "unclear"


def are_shown(step: Step) -> bool:
    return step in _WARNED


def are_of_drawings(shown: tuple[HintShown, ...], faces: tuple[FaceHintShown, ...] = ()) -> bool:
    """Whether all that they tell is that a simulated device shows what it has shown before: nothing to be warned of."""
    of_prints = all(alarm.word == "repeat-simulated" for alarm in shown)
    return of_prints and all(alarm.words == (_SIMULATED,) for alarm in faces)


def leniency(targets: tuple[Target, ...]) -> Leniency | None:
    """By which rule scores ask nobody to repeat here, where one does."""
    return next((target.leniency for target in targets if target.leniency is not None), None)


def _word(one: FingerImpression, strongest: Hint) -> str:
    if strongest.code != _REPEAT or "exact" not in strongest.evidence:
        return strongest.code
    return "repeat-simulated" if one.attempt.device.simulated else "repeat-exact"


def _face_words(attempt: Attempt) -> tuple[str, ...]:
    """A simulated camera that shows one picture is said to be that, instead of what follows from it."""
    telling = [hint for hint in attempt.liveness.hints if hint.score] if attempt.liveness is not None else []
    codes = [hint.code for hint in sorted(telling, key=lambda hint: hint.score or 0.0, reverse=True)]
    if attempt.device.simulated and not _STANDING.isdisjoint(codes):
        return (_SIMULATED, *(code for code in codes if code not in _FOLLOWING))
    return tuple(codes)
