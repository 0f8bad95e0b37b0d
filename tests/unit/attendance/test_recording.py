"""What AIMA reads of an attendance: who and what made every attempt, also the ones that were not kept."""

from __future__ import annotations

import msgspec

from appliance.attendance.recording import recorded
from appliance.attendance.state import Attendance, apply, replay
from appliance.model.attendance import Attempted, Decided, Decision, Event, SignatureUnable
from appliance.model.capture import DeviceFacts, ImagePart
from appliance.model.manifest import Manifest, SoftwareRecord
from appliance.package.canonical import manifest_from_bytes, manifest_to_bytes
from appliance.package.consistency import contradictions
from tests.unit.attendance.makers import AT, DEVICE, WHO, attempt, entered, noticed, opened

replace = msgspec.structs.replace

UPDATED = replace(DEVICE, firmware_version="2")
REAL = replace(DEVICE, simulated=False)


def tried(
    attendance: Attendance, score: int, *, device: DeviceFacts = DEVICE, technician_id: str = WHO, at: str = AT
) -> Attendance:
    target = attendance.waiting_target
    assert target is not None
    made = attempt(target, score)
    verdict = replace(made.verdict, algorithm=f"judge-{score}")
    made = replace(made, device=device, verdict=verdict, started_at=at)
    return apply(attendance, Attempted(at=at, technician_id=technician_id, target=target.name, attempt=made))


def manifest_of(attendance: Attendance, *, sandbox: bool = False) -> Manifest:
    """As the package holds it: it has been through its bytes."""
    software = SoftwareRecord(name="claim-kiosk", version="0")
    made = recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=sandbox)
    manifest = manifest_from_bytes(manifest_to_bytes(made.manifest))
    assert contradictions(manifest) == ()
    return manifest


def one_finger(*events: Event) -> Attendance:
    start = opened(fingers=("right_index",), signature=False)
    return replay([replace(start, plan=replace(start.plan, document=False, face=False)), entered(), noticed(), *events])


def test_every_attempt_says_who_made_it_with_what_and_by_which_judgement() -> None:
    attendance = tried(one_finger(), 12, device=UPDATED, technician_id="rui", at="2026-11-24T10:00:01.000Z")
    attendance = tried(attendance, 80, at="2026-11-24T10:00:02.000Z")
    manifest = manifest_of(attendance)
    assert manifest.devices == (UPDATED, DEVICE)
    assert [(a.technician_id, a.algorithm, manifest.devices[a.device_index]) for a in manifest.attempts] == [
        ("rui", "judge-12", UPDATED),
        (WHO, "judge-80", DEVICE),
    ]
    assert [capture.device for capture in manifest.captures] == [DEVICE]


def test_an_attempt_that_the_operator_let_go_is_told_as_well() -> None:
    attendance = tried(one_finger(), 95, device=UPDATED, technician_id="rui")
    again = Decided(at=AT, technician_id=WHO, target="right_hand", decision=Decision.RECAPTURE)
    manifest = manifest_of(tried(apply(attendance, again), 60))
    assert [(a.round, a.number, a.technician_id, a.accepted) for a in manifest.attempts] == [
        (1, 1, "rui", True),
        (2, 1, WHO, True),
    ]
    assert [(capture.quality, capture.attempts) for capture in manifest.captures] == [(60, 2)]
    assert set(manifest.devices) == {UPDATED, DEVICE}


def test_a_simulated_device_marks_the_package_also_where_its_image_was_not_kept() -> None:
    attendance = tried(tried(one_finger(), 12), 80, device=REAL)
    assert manifest_of(attendance).simulated


def test_a_sandbox_never_says_that_it_is_real() -> None:
    start = opened(fingers=(), signature=True)
    nothing = replace(start, plan=replace(start.plan, document=False, face=False))
    unable = SignatureUnable(at=AT, technician_id=WHO, reason="injured")
    attendance = replay([nothing, entered(), noticed(), unable])
    assert manifest_of(attendance, sandbox=True).simulated
    assert not manifest_of(attendance).simulated
    assert not manifest_of(tried(one_finger(), 80, device=REAL)).simulated


def test_an_impression_kept_as_wsq_is_a_part_of_that_kind() -> None:
    attendance = one_finger()
    target = attendance.waiting_target
    assert target is not None
    part = ImagePart(name="x.wsq", media_type="image/x-wsq", size=1, sha256="0" * 64, crc32=0)
    made = replace(attempt(target, 80), part=part)
    manifest = manifest_of(apply(attendance, Attempted(at=AT, technician_id=WHO, target=target.name, attempt=made)))
    (kept,) = manifest.parts
    assert (kept.name, kept.media_type) == ("captures/fingerprint/right_index.wsq", "image/x-wsq")
