"""What a manifest may not say at once; the box seals none of it and AIMA's side refuses it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from appliance.model.attendance import ExemptionReason
from appliance.model.liveness import LivenessFinding, OverruleReason
from appliance.model.manifest import ExemptionRecord, FingerRecord, Manifest
from appliance.model.manifest_fingers import (
    AlikeRecord,
    LikenessRecord,
    ResemblanceRecord,
)
from appliance.model.manifest_liveness import HintRecord, LivenessRecord, LivenessRulingRecord
from appliance.model.verdict import CaptureKind
from appliance.package.consistency import contradictions
from tests.unit.package.world import DEVICE, PORTRAIT, manifest_for, some_parts

replace = msgspec.structs.replace
Change = Callable[[Manifest], Manifest]

UPDATED = replace(DEVICE, firmware_version="1.1")


def finger(manifest: Manifest, exempt: ExemptionReason, position: str = "right_index") -> Manifest:
    """A print of the right index finger, and an exemption of a finger."""
    captures = tuple(replace(c, kind=CaptureKind.FINGERPRINT, position="right_index") for c in manifest.captures)
    exemption = ExemptionRecord(position=position, reason=exempt, permanent=True)
    return replace(manifest, captures=captures, exemptions=(exemption,))


def tried(manifest: Manifest, **changes: object) -> Manifest:
    """The manifest with other facts about its attempts."""
    return replace(manifest, attempts=tuple(replace(attempt, **changes) for attempt in manifest.attempts))


def hinted(score: float | None, omitted: str | None) -> LivenessRecord:
    hint = HintRecord(code="repeat", score=score, omitted=omitted, evidence={})
    alarm = score is not None and score >= 0.5
    return LivenessRecord(score=score, alarm=alarm, hints=(hint,), omitted=None, algorithm="hints", pad="not-performed")


def ruled(manifest: Manifest, finding: LivenessFinding, reason: OverruleReason | None, score: float = 0.6) -> Manifest:
    """A technician has said what they find of the hints on its face."""
    ruling = LivenessRulingRecord(finding=finding, reason=reason, technician_id="T1", at="2026-03-05T10:23:00.000Z")
    return tried(manifest, liveness_hints=hinted(score, None), liveness_ruling=ruling)


def like(attempt: int, position: str) -> ResemblanceRecord:
    alike = LikenessRecord(attempt=attempt, position=position, score=0.5)
    return ResemblanceRecord(minutiae=9, alike=(alike,), omitted=None)


def slap(manifest: Manifest, **changes: object) -> Manifest:
    """Its attempts are each at four fingers, of which two were found; with other facts about both."""
    fingers = tuple(
        replace(
            FingerRecord(
                position=position,
                score=50,
                reasons=(),
                measures={},
                threshold=30,
                accepted=True,
                part=None,
                segment=None,
                resemblance=ResemblanceRecord(minutiae=9, alike=(), omitted=None),
                liveness_hints=hinted(0.0, None),
            ),
            **changes,
        )
        for position in ("right_index", "right_middle")
    )
    return tried(manifest, position="right_four", fingers=fingers)


def twice(manifest: Manifest, position: str) -> Manifest:
    """The index finger and that one are alike, in the first attempt."""
    pair = AlikeRecord(first=0, first_position="right_index", second=0, second_position=position, score=0.5)
    return replace(manifest, uniqueness=replace(manifest.uniqueness, compared=1, repeated=(pair,), omitted=None))


def portrayed(manifest: Manifest, media_type: str = "image/png", **changes: object) -> Manifest:
    """Its attempts' pictures are portraits, as files of that kind; with other facts about how they were made."""
    assert PORTRAIT.composition is not None
    parts = tuple(replace(part, media_type=media_type) for part in manifest.parts)
    made = replace(PORTRAIT, composition=replace(PORTRAIT.composition, **changes))
    return tried(replace(manifest, parts=parts), portrait=made)


SOUND: dict[str, Change] = {
    "as it comes": lambda m: m,
    "a print of an injured finger": lambda m: finger(m, ExemptionReason.INJURED),
    "another finger is missing": lambda m: finger(m, ExemptionReason.MISSING, "right_thumb"),
    "a hint with a score": lambda m: tried(m, liveness_hints=hinted(0.0, None)),
    "a hint that was omitted": lambda m: tried(m, liveness_hints=hinted(None, "no-finger")),
    "a hint that raised an alarm": lambda m: tried(m, liveness_hints=hinted(0.5, None)),
    "an alarm that was overruled": lambda m: ruled(m, LivenessFinding.OVERRULED, OverruleReason.PERSON_SEEN),
    "an alarm that was found justified on a face that is not sent": lambda m: ruled(
        replace(m, captures=()), LivenessFinding.JUSTIFIED, None
    ),
    "fingers of a placement": slap,
    "a portrait that was enlarged": lambda m: portrayed(m, scale=2.5, enlarged=True),
    "a still of which no portrait could be made": lambda m: tried(
        m, portrait=replace(PORTRAIT, composition=None, omitted="no-face-points")
    ),
    "a finger of a placement that is like another": lambda m: slap(m, resemblance=like(0, "right_middle")),
    "one finger twice in a placement": lambda m: twice(slap(m), "right_middle"),
    "an attempt with the same device under another firmware": lambda m: tried(
        replace(m, devices=(DEVICE, UPDATED)), device_index=1
    ),
}

CONTRADICTIONS: dict[str, Change] = {
    "a print of a missing finger": lambda m: finger(m, ExemptionReason.MISSING),
    "a simulated capture, unsaid": lambda m: replace(m, simulated=False),
    "a simulated device, unsaid": lambda m: replace(
        m, captures=(), devices=(DEVICE,), attempts=(), parts=(), simulated=False
    ),
    "an image that is not there": lambda m: replace(m, parts=()),
    "a signature neither given nor excused": lambda m: replace(
        m, signature=m.signature and replace(m.signature, unable_reason=None)
    ),
    "a device listed twice": lambda m: replace(m, devices=(*m.devices, *m.devices)),
    "a capture with a device that is not listed": lambda m: replace(m, devices=(UPDATED,)),
    "an attempt with a device beyond the list": lambda m: tried(m, device_index=1),
    "an attempt that names another device": lambda m: tried(m, device_id="reader-2"),
    "an attempt's image that is not there": lambda m: tried(m, part="attempts/0-right_index.png"),
    "a likeness to an attempt beyond the list": lambda m: tried(m, resemblance=like(1, "right_index")),
    "a likeness to a finger that the attempt does not have": lambda m: tried(
        m, position="right_index", resemblance=like(0, "left_index")
    ),
    "a likeness to a whole placement": lambda m: slap(m, resemblance=like(0, "right_four")),
    "one finger twice in a placement that lacks it": lambda m: twice(slap(m), "right_ring"),
    "a finger's hint with neither score nor reason": lambda m: slap(m, liveness_hints=hinted(None, None)),
    "a finger's image that is not there": lambda m: slap(m, part="attempts/0-right_four.png"),
    "fingers compared and omitted": lambda m: replace(m, uniqueness=replace(m.uniqueness, compared=1)),
    "fingers neither compared nor omitted": lambda m: replace(m, uniqueness=replace(m.uniqueness, omitted=None)),
    "a hint with a score that was omitted": lambda m: tried(m, liveness_hints=hinted(0.5, "no-finger")),
    "a hint with neither score nor reason": lambda m: tried(m, liveness_hints=hinted(None, None)),
    "an alarm that no score raised": lambda m: tried(m, liveness_hints=replace(hinted(0.2, None), alarm=True)),
    "no alarm where the score raised one": lambda m: tried(m, liveness_hints=replace(hinted(0.7, None), alarm=False)),
    "an alarm overruled without a reason": lambda m: ruled(m, LivenessFinding.OVERRULED, None),
    "a reason where nothing was overruled": lambda m: ruled(
        replace(m, captures=()), LivenessFinding.JUSTIFIED, OverruleReason.ROOM
    ),
    "a finding where there was no alarm": lambda m: ruled(m, LivenessFinding.OVERRULED, OverruleReason.ROOM, score=0.2),
    "a finding on what is no face": lambda m: tried(
        ruled(m, LivenessFinding.OVERRULED, OverruleReason.ROOM), kind=CaptureKind.FINGERPRINT, portrait=None
    ),
    "a face that is sent although its alarm was justified": lambda m: tried(
        ruled(m, LivenessFinding.JUSTIFIED, None), part=m.captures[0].part
    ),
    "a portrait neither composed nor omitted": lambda m: tried(m, portrait=replace(PORTRAIT, composition=None)),
    "a portrait composed and omitted": lambda m: tried(m, portrait=replace(PORTRAIT, omitted="no-face-points")),
    "a portrait enlarged by nothing": lambda m: portrayed(m, enlarged=True),
    "a portrait of a document": lambda m: tried(m, kind=CaptureKind.DOCUMENT),
    "a permit's portrait as JPEG": lambda m: portrayed(m, media_type="image/jpeg"),
    "an attempt that names no device": lambda m: tried(m, device_id=None),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_fits_together_passes(name: str) -> None:
    assert contradictions(SOUND[name](manifest_for(some_parts()))) == ()


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_found(name: str) -> None:
    assert contradictions(CONTRADICTIONS[name](manifest_for(some_parts())))
