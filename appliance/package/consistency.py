"""What must agree within one manifest, beyond each field's own bounds. Pure; the same rules seal and verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.model.attendance import ExemptionReason
from appliance.model.configuration import PortraitUse
from appliance.model.liveness import ALARM_SCORE, LivenessFinding
from appliance.model.manifest import AttemptRecord, FingerRecord, Manifest
from appliance.model.verdict import CaptureKind
from appliance.package.asice import part_name_allowed

_LOSSY: Final = "image/jpeg"


def contradictions(manifest: Manifest) -> tuple[str, ...]:
    """What does not fit together, in words without personal data; empty when all is well."""
    found: list[str] = []
    names = [part.name for part in manifest.parts]
    if len({name.lower() for name in names}) != len(names):
        found.append("two parts share a name")
    if not all(part_name_allowed(name) for name in names):
        found.append("a part has a name that is not allowed")
    named = [capture.part for capture in manifest.captures] + [attempt.part for attempt in manifest.attempts]
    named += [finger.part for attempt in manifest.attempts for finger in attempt.fingers]
    if manifest.signature is not None:
        named.append(manifest.signature.part)
        if (manifest.signature.part is None) == (manifest.signature.unable_reason is None):
            found.append("the signature is neither given nor excused, or both")
    if not {name for name in named if name is not None} <= set(names):
        found.append("a capture names a part that is not there")
    used = (*manifest.devices, *(capture.device for capture in manifest.captures))
    if any(device.simulated for device in used) and not manifest.simulated:
        found.append("a simulated device in a package that does not say so")
    if any(capture.accepted and capture.part is None for capture in manifest.captures):
        found.append("an accepted capture without an image")
    missing = {known.position for known in manifest.exemptions if known.reason is ExemptionReason.MISSING}
    if any(capture.position in missing for capture in manifest.captures):
        found.append("a capture of a finger that is said to be missing")
    found += _about_devices(manifest)
    found += _about_fingers(manifest)
    found += _about_liveness(manifest)
    found += _about_portraits(manifest)
    return tuple(found)


def _about_devices(manifest: Manifest) -> Iterator[str]:
    devices = manifest.devices
    if len(set(devices)) != len(devices):
        yield "a device is listed twice"
    if not {capture.device for capture in manifest.captures} <= set(devices):
        yield "a capture's device is not listed"
    if not all(a.device_index < len(devices) for a in manifest.attempts):
        yield "an attempt's device is not listed"
    elif any(a.device_id != devices[a.device_index].device_id for a in manifest.attempts):
        yield "an attempt names another device than it points to"


def _about_fingers(manifest: Manifest) -> Iterator[str]:
    """Impressions are named by their attempts' places and their positions; what was omitted has no figure, and what has
    one was not omitted."""
    unique, attempts = manifest.uniqueness, manifest.attempts
    given = {(place, a.position) for place, a in enumerate(attempts) if not a.fingers}
    given |= {(place, finger.position) for place, a in enumerate(attempts) for finger in a.fingers}
    taken: list[AttemptRecord | FingerRecord] = [*attempts, *(finger for a in attempts for finger in a.fingers)]
    named: list[tuple[int, str]] = []
    for pair in (*unique.repeated, *unique.swapped):
        named += [(pair.first, pair.first_position), (pair.second, pair.second_position)]
    for one in taken:
        if one.resemblance is not None:
            named += [(alike.attempt, alike.position) for alike in one.resemblance.alike]
    if not given.issuperset(named):
        yield "an impression is like one that is not there"
    if (unique.omitted is None) != (unique.compared > 0):
        yield "fingers were neither compared nor omitted, or both"


def _about_liveness(manifest: Manifest) -> Iterator[str]:
    """An alarm is what its score says, and what a technician found of one speaks of an alarm on a face."""
    taken: list[AttemptRecord | FingerRecord] = [*manifest.attempts]
    taken += [finger for attempt in manifest.attempts for finger in attempt.fingers]
    known = [one.liveness_hints for one in taken if one.liveness_hints is not None]
    if any((hint.score is None) == (hint.omitted is None) for record in known for hint in record.hints):
        yield "a liveness hint is neither given nor omitted, or both"
    if any(record.alarm != (record.score is not None and record.score >= ALARM_SCORE) for record in known):
        yield "a liveness alarm that its score does not raise, or none that it does"
    ruled = [attempt for attempt in manifest.attempts if attempt.liveness_ruling is not None]
    if not all(_may_be_ruled_on(attempt) for attempt in ruled):
        yield "a technician's finding on what raised no alarm"
    rulings = [attempt.liveness_ruling for attempt in ruled if attempt.liveness_ruling is not None]
    if any((ruling.reason is None) != (ruling.finding is LivenessFinding.JUSTIFIED) for ruling in rulings):
        yield "an alarm is overruled without a reason, or found justified with one"
    ended = {a.part for a in ruled if a.liveness_ruling and a.liveness_ruling.finding is LivenessFinding.JUSTIFIED}
    if not (ended - {None}).isdisjoint(capture.part for capture in manifest.captures):
        yield "a capture of which the alarm was found justified"


def _may_be_ruled_on(attempt: AttemptRecord) -> bool:
    hints = attempt.liveness_hints
    return attempt.kind is CaptureKind.FACE and hints is not None and hints.alarm


def _about_portraits(manifest: Manifest) -> Iterator[str]:
    kinds = {part.name: part.media_type for part in manifest.parts}
    for attempt in manifest.attempts:
        portrait = attempt.portrait
        if portrait is None:
            continue
        if attempt.kind is not CaptureKind.FACE:
            yield "a portrait of what is no face"
        if (portrait.composition is None) == (portrait.omitted is None):
            yield "a portrait was neither composed nor omitted, or both"
        if portrait.composition is not None and portrait.composition.enlarged != (portrait.composition.scale > 1):
            yield "a portrait's scale and what is said of it do not agree"
        if portrait.profile == PortraitUse.PERMIT and kinds.get(attempt.part or "") == _LOSSY:
            yield "a permit's portrait that was coded with loss"
