"""Each check judges facts: what it is told, what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.health.aima_reachability import judge_aima
from appliance.health.certificate import judge_certificate
from appliance.health.clock import judge_clock
from appliance.health.configuration import judge_configuration
from appliance.health.devices import judge_devices
from appliance.health.disk_space import check_disk_space, judge_disk_space
from appliance.health.finding import Finding
from appliance.health.maintenance import judge_maintenance
from appliance.health.models import judge_models
from appliance.health.orphans import judge_orphans
from appliance.health.queue_age import judge_queue
from appliance.model.device import DeviceState, DeviceStatus
from drivers.contracts import Contract

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GIB = 1024**3


def _device(device_id: str, state: DeviceState) -> DeviceStatus:
    return DeviceStatus(device_id=device_id, contract=Contract.CAMERA, profile_id="p", state=state)


CASES = [
    (judge_disk_space(40 * GIB), "ok", "disk-space-ok"),
    (judge_disk_space(4 * GIB - 1), "warning", "disk-low"),
    (judge_disk_space(0), "failed", "disk-full"),
    (judge_models(has_forest=True, missing_face_packs=()), "ok", "models-ok"),
    (judge_models(has_forest=False, missing_face_packs=()), "warning", "model-missing"),
    (judge_models(has_forest=True, missing_face_packs=["face-detection"]), "warning", "face-models-missing"),
    (judge_models(has_forest=False, missing_face_packs=["face-detection"]), "warning", "models-missing"),
    (judge_maintenance([]), "ok", "maintenance-ok"),
    (judge_maintenance(["reader", "reader", "scanner"]), "warning", "maintenance-due"),
    (judge_clock(NOW, None), "ok", "clock-ok"),
    (judge_clock(NOW, NOW + DAY), "failed", "clock-backwards"),
    (judge_certificate(NOW - DAY, NOW + 15 * DAY, NOW), "ok", "certificate-ok"),
    (judge_certificate(NOW - DAY, NOW + 13 * DAY, NOW), "warning", "certificate-expires-soon"),
    (judge_certificate(NOW - DAY, NOW - HOUR, NOW), "failed", "certificate-expired"),
    (judge_certificate(NOW + HOUR, NOW + DAY, NOW), "failed", "certificate-not-yet-valid"),
    (
        judge_configuration(in_force=True, checked_at=NOW - DAY, refused_code="", now=NOW),
        "ok",
        "configuration-ok",
    ),
    (
        judge_configuration(in_force=True, checked_at=NOW - DAY, refused_code="", now=NOW, lacks_wsq=True),
        "warning",
        "wsq-missing",
    ),
    (
        judge_configuration(in_force=False, checked_at=None, refused_code="configuration-expired", now=NOW),
        "failed",
        "configuration-missing",
    ),
    (
        judge_configuration(in_force=True, checked_at=NOW, refused_code="configuration-expired", now=NOW),
        "warning",
        "configuration-expired",
    ),
    (
        judge_configuration(in_force=True, checked_at=NOW - 8 * DAY, refused_code="", now=NOW),
        "warning",
        "configuration-stale",
    ),
    (
        judge_configuration(in_force=True, checked_at=None, refused_code="", now=NOW),
        "warning",
        "configuration-stale",
    ),
    (judge_aima(last_answer_at=None, error_code="", now=NOW), "ok", "aima-ok"),
    (judge_aima(last_answer_at=NOW - HOUR, error_code="aima-unreachable", now=NOW), "warning", "aima-unreachable"),
    (judge_aima(last_answer_at=None, error_code="aima-unreachable", now=NOW), "warning", "aima-unreachable"),
    (judge_aima(last_answer_at=NOW - 4 * DAY, error_code="aima-protocol", now=NOW), "failed", "aima-protocol"),
    (judge_orphans(0), "ok", "orphans-ok"),
    (judge_orphans(2), "failed", "packages-orphaned"),
    (
        judge_aima(last_answer_at=NOW, error_code="box-certificate-refused", now=NOW),
        "failed",
        "box-certificate-refused",
    ),
    (judge_queue((), 0, NOW), "ok", "queue-ok"),
    (judge_queue((NOW, NOW - 23 * HOUR), 0, NOW), "ok", "queue-ok"),
    (judge_queue((NOW, NOW - 25 * HOUR), 0, NOW), "warning", "queue-old"),
    (judge_queue((NOW - 73 * HOUR, NOW), 0, NOW), "failed", "queue-stuck"),
    (judge_queue((NOW,), 1, NOW), "failed", "queue-refused"),
    (judge_devices(()), "warning", "no-devices"),
    (judge_devices((_device("c", DeviceState.READY), _device("d", DeviceState.BUSY))), "ok", "devices-ok"),
    (
        judge_devices((_device("c", DeviceState.READY), _device("d", DeviceState.RESTARTING))),
        "warning",
        "device-starting",
    ),
    (
        judge_devices((_device("c", DeviceState.FAILED), _device("d", DeviceState.STARTING))),
        "failed",
        "device-failed",
    ),
    (judge_devices((_device("c", DeviceState.STOPPED),)), "failed", "device-failed"),
]


@pytest.mark.parametrize(("finding", "state", "code"), CASES, ids=[f"{case[2]}-{case[1]}" for case in CASES])
def test_what_each_check_says(finding: Finding, state: str, code: str) -> None:
    assert (finding.state.value, finding.code) == (state, code)
    assert finding.sentence.endswith(".")


def test_the_device_that_needs_a_hand_is_named() -> None:
    finding = judge_devices((_device("camera-1", DeviceState.READY), _device("scanner-1", DeviceState.FAILED)))
    assert "scanner-1" in finding.sentence
    assert "camera-1" not in finding.sentence


async def test_disk_space_is_read_from_the_state_directorys_file_system(tmp_path: Path) -> None:
    assert (await check_disk_space(tmp_path)).check == "disk-space"
    with pytest.raises(OSError, match="No such file"):
        await check_disk_space(tmp_path / "none")
