"""All hints on one presentation of a face, and their score. Not a judgement of quality, and not PAD (ISO/IEC 30107)."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.liveness.face import bezel, challenge, frozen, looped, moire, planarity, screen_light, specular, timing
from appliance.liveness.face.challenge import Challenge
from appliance.liveness.face.colour_sequence import ColourSequence
from appliance.liveness.face.recurrence import likeness
from appliance.liveness.face.watch import FaceWatch
from appliance.liveness.grading import together
from appliance.model.liveness import Hint, LivenessHints

ALGORITHM = "claim-kiosk-face-hints/1"
CODES = (
    frozen.CODE_REPEATED, frozen.CODE_STILL, looped.CODE, timing.CODE, planarity.CODE, moire.CODE, specular.CODE,
    bezel.CODE, screen_light.CODE, challenge.CODE,
)  # fmt: skip


def face_hints(
    watch: FaceWatch,
    asked: Challenge | None = None,
    shown: ColourSequence | None = None,
    *,
    earlier: Sequence[Hint] = (),
) -> LivenessHints:
    """At any moment, of what was seen so far: nobody waits for it. `asked` and `shown` where a challenge was made.
    `earlier`: hints of what the watch has given up since; of each the stronger counts.

    Every hint of `CODES` is there, in this order; what was not looked for says why. Never raises.
    """
    if not watch.samples:
        hints: tuple[Hint, ...] = tuple(Hint(code=code, omitted=watch.refused or "no-frames") for code in CODES)
    else:
        hints = _looked_for(watch, asked, shown)
    known = {hint.code: hint for hint in earlier}
    hints = tuple(max((hint, known.get(hint.code, hint)), key=_strength) for hint in hints)
    return LivenessHints(hints=hints, score=together(hint.score for hint in hints), algorithm=ALGORITHM)


def _strength(hint: Hint) -> float:
    """What was not looked for is weaker than what was found to be nothing."""
    return -1.0 if hint.score is None else hint.score


def _looked_for(watch: FaceWatch, asked: Challenge | None, shown: ColourSequence | None) -> tuple[Hint, ...]:
    samples = watch.samples
    patches, taken_s = [each.patch for each in samples], [each.taken_s for each in samples]
    single = [each for each in samples if each.looked_at]
    return (
        frozen.repeated(patches),
        frozen.still(patches, likeness([each.coarse for each in patches]), taken_s),
        looped.looped(likeness([each.fine for each in patches]), reduced=watch.reduced),
        timing.timing(taken_s, [each.after_pause for each in samples]),
        planarity.planarity(watch.tracks, [each.yaw_deg for each in samples]),
        moire.moire([each.moire_peak for each in single]),
        specular.specular([each.white_share for each in single]),
        bezel.bezel([each.sides for each in single]),
        screen_light.screen_light([each.chroma for each in samples], taken_s, shown),
        challenge.hint(asked),
    )
