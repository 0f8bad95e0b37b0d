"""A lost database or key stops the box by name; nothing that only it opens is touched, so that it can come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.identity.identity import STORAGE_KEY
from tests.workflow.post import APPLICANT, Box, StandIn, wait_for


def contents(state: Path) -> dict[str, bytes]:
    paths = [path for folder in ("vault", "spool") for path in (state / folder).rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in paths}


@pytest.mark.parametrize("loss", ["removed", "emptied"])
async def test_a_lost_database_is_not_taken_for_a_new_box(box: Box, stand_in: StandIn, loss: str) -> None:
    stand_in.misbehave("server-error", path="/files", times=10_000)
    box.start()
    sealed = await box.take()
    under_way = await box.take("residence-permit", until="fingerprints")
    wait_for(lambda: box.logged("package-not-sent"), "the first try")
    box.kill()
    stand_in.behave()
    before = contents(box.state)
    kept = {path: path.read_bytes() for path in box.state.glob("box.db*")}
    for path in kept:
        path.unlink()
    if loss == "emptied":
        (box.state / "box.db").touch()

    refused = box.refuse_to_start()
    assert (refused["code"], refused["status"]) == ("database-missing", 4)
    assert refused["sentence"].endswith(".")
    assert contents(box.state) == before

    for path, content in kept.items():
        path.write_bytes(content)
    box.start()
    await box.package(sealed["attendance_id"], state="erased")
    async with box.technician() as technician:
        assert (await technician.attendance(under_way["attendance_id"])) == under_way
        assert (await technician.take(under_way["attendance_id"], APPLICANT, "pt"))["step"] == "sealed"


async def test_a_lost_storage_key_is_not_made_anew(box: Box) -> None:
    box.start()
    await box.take("residence-permit", until="fingerprints")
    box.kill()
    before = contents(box.state)
    key = box.state / "identity" / STORAGE_KEY
    key.unlink()
    refused = box.refuse_to_start()
    assert (refused["code"], refused["status"], key.exists()) == ("storage-key-missing", 10, False)
    for path in box.state.glob("box.db*"):
        path.unlink()
    assert box.refuse_to_start()["code"] == "database-missing"
    assert (key.exists(), contents(box.state)) == (False, before)


async def test_a_package_without_a_record_is_shown(box: Box) -> None:
    (box.state / "spool").mkdir()
    box.start()
    box.stop()
    (box.state / "spool" / "0123.p7m").write_bytes(b"sealed")
    box.start()
    wait_for(lambda: any(row["code"] == "packages-orphaned" for row in box.logged("health-changed")), "the finding")
