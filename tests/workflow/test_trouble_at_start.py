"""What keeps a daemon from starting: each has its code and exit status on standard error, and touches nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.errors import ServiceError
from appliance.identity.certificates import chain_to_pem
from appliance.identity.identity import CHAIN, STORAGE_KEY
from appliance.identity.keys import DeviceKey
from appliance.remote_config.places import active_file
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.once import AREAS
from appliance.sandbox.technician import RobotTechnician
from tests.workflow.post import Box, until

SETTINGS, STATE, IDENTITY, SERVICE = 3, 4, 10, 14
"""Exit statuses, as scripts know them."""


def _unknown_key(box: Box) -> None:
    box.settings.write_text(box.settings.read_text() + '\n[web]\ncolour = "blue"\n')


def _unknown_profile(box: Box) -> None:
    more = '\n[[devices]]\ndevice_id = "another"\nprofile = "no-such-profile"\n'
    box.settings.write_text(box.settings.read_text() + more)


def _not_provisioned(box: Box) -> None:
    (box.state / "identity" / CHAIN).unlink()


def _certificate_of_another_key(box: Box) -> None:
    authority = Authority.create_or_load(box.directory / "another-authority")
    key = DeviceKey.create_or_load(box.directory / "another-key.pem")
    chain = authority.issue_device_certificate(key.certificate_request("kiosk-1"), "kiosk-1")
    (box.state / "identity" / CHAIN).write_bytes(chain_to_pem(chain))


def _certificate_no_pem(box: Box) -> None:
    (box.state / "identity" / CHAIN).write_bytes(b"-----BEGIN NOTHING-----\n")


def _storage_key_cut(box: Box) -> None:
    path = box.state / "identity" / STORAGE_KEY
    path.write_bytes(path.read_bytes()[:-3])


def _clock_backwards(box: Box) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    (box.state / "time-floor").write_text(tomorrow.isoformat() + "\n")


def _time_floor_damaged(box: Box) -> None:
    (box.state / "time-floor").write_bytes(b"\x00\xff")


def _database_damaged(box: Box) -> None:
    (box.state / "box.db").write_bytes(b"\x17" * 8192)


def _foreign_file_for_state(box: Box) -> None:
    box.settings.write_text(box.settings.read_text().replace('"state"', '"settings.toml"'))


@pytest.mark.parametrize(
    ("spoil", "code", "status"),
    [
        (_unknown_key, "settings-unknown-key", SETTINGS),
        (_unknown_profile, "profile-unknown", SETTINGS),
        (_not_provisioned, "not-provisioned", IDENTITY),
        (_certificate_of_another_key, "certificate-other-key", IDENTITY),
        (_certificate_no_pem, "certificate-unusable", IDENTITY),
        (_storage_key_cut, "storage-key-unusable", IDENTITY),
        (_clock_backwards, "clock-backwards", STATE),
        (_time_floor_damaged, "time-floor-damaged", STATE),
        (_database_damaged, "database-unreadable", STATE),
        (_foreign_file_for_state, "state-unusable", STATE),
    ],
)
def test_it_does_not_start_and_says_why(box: Box, spoil: Callable[[Box], None], code: str, status: int) -> None:
    spoil(box)
    before = _contents(box.state)
    refused = box.refuse_to_start()
    assert (refused["code"], refused["status"]) == (code, status)
    assert refused["sentence"].endswith(".")
    after = _contents(box.state)
    assert {name: after.get(name) for name in before} == before


def _contents(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file() and path.name != "lock"}


def test_a_port_that_another_program_uses_is_named(box: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        box.settings.write_text(box.settings.read_text() + f"\n[web]\nport = {taken.getsockname()[1]}\n")
        refused = box.refuse_to_start()
    assert (refused["code"], refused["status"]) == ("page-port-in-use", SERVICE)
    assert refused["sentence"].endswith(".")


def test_a_second_daemon_on_the_same_state_is_refused(box: Box) -> None:
    box.start()
    refused = box.refuse_to_start()
    assert (refused["code"], refused["status"]) == ("state-locked", STATE)


async def test_a_clock_that_falls_behind_its_floor_opens_nothing_until_it_is_set(box: Box) -> None:
    """Not only at the start: here the floor is moved instead of the machine's clock."""
    box.start()
    async with box.technician() as technician:
        floor = box.state / "time-floor"
        floor.write_text((datetime.now(UTC) + timedelta(days=1)).isoformat() + "\n")
        with pytest.raises(ServiceError) as refused:
            await technician.open("one-finger", AREAS)
        assert refused.value.code == "clock-backwards"
        assert refused.value.sentence.endswith(".")
        floor.unlink()
        assert await technician.open("one-finger", AREAS)


async def test_a_configuration_that_is_damaged_on_the_disk_is_fetched_anew(box: Box) -> None:
    path = active_file(box.state)
    path.write_bytes(path.read_bytes()[:100])
    box.start()
    async with RobotTechnician(box.url, lambda _: None) as anybody:
        await until(lambda: anybody.look("/healthz"), lambda health: health["status"] == "ok")
    assert [row["code"] for row in box.logged("configuration-damaged")]
    assert (await box.take())["step"] == "sealed"
