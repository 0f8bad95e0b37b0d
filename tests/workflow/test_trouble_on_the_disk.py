"""The disk lies or is full: each way is named, nothing that is wrong is sent, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.errors import ServiceError
from appliance.sandbox.once import AREAS
from tests.workflow.post import APPLICANT, Box, StandIn, standing_box, wait_for


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


async def test_a_package_that_was_damaged_on_the_disk_is_sealed_again(box: Box, stand_in: StandIn) -> None:
    """Its images are intact, so nothing is lost: the same id, other bytes, and never the damaged ones."""
    stand_in.misbehave("server-error", path="/files", times=10_000)
    box.start()
    view = await box.take()
    wait_for(lambda: box.logged("package-not-sent"), "the first try")
    package_id = view["package_id"]
    box.kill()
    flip_a_byte(box.state / "spool" / f"{package_id}.p7m")
    stand_in.behave()
    box.start()
    row = await box.package(view["attendance_id"], state="erased")
    assert (row["package_id"], row["error"]) == (package_id, None)
    assert row["sha256"] != view["sha256"]
    receipt = json.loads((stand_in.received / package_id / "receipt.json").read_text())
    assert (receipt["receipt_id"], receipt["sha256"]) == (row["receipt_id"], row["sha256"])
    assert len(box.logged("package-sealed-again")) == 1
    assert not (stand_in.received.with_name("refused") / "kiosk-1" / package_id).exists()


async def test_a_package_whose_images_are_damaged_as_well_is_held_and_never_sent(box: Box, stand_in: StandIn) -> None:
    # Nothing gets as far as AIMA's disk before the byte is flipped.
    stand_in.misbehave("server-error", path="/files", times=10_000)
    box.start()
    view = await box.take()
    wait_for(lambda: box.logged("package-not-sent"), "the first try")
    package_id = view["package_id"]
    box.kill()
    flip_a_byte(box.state / "spool" / f"{package_id}.p7m")
    flip_a_byte(next((box.state / "vault" / view["attendance_id"]).iterdir()))
    stand_in.behave()
    box.start()
    row = await box.package(view["attendance_id"], error="package-damaged", state="refused")
    assert row["package_id"] == package_id
    assert not (stand_in.received / package_id).exists()


async def test_an_image_that_was_damaged_is_not_sealed_but_can_be_captured_again(box: Box) -> None:
    box.start()
    view = await box.take("residence-permit", until="review")
    attendance_id = view["attendance_id"]
    flip_a_byte(next((box.state / "vault" / attendance_id).glob("face-*")))
    async with box.technician() as technician:
        with pytest.raises(ServiceError) as refused:
            await technician.take(attendance_id, APPLICANT, "pt")
        assert refused.value.code == "image-altered"
        assert refused.value.sentence.endswith(".")
        assert await technician.queue() == []

        # What was damaged, and nothing else, is asked for again.
        again = await technician.attendance(attendance_id)
        assert again["step"] == "face"
        assert [target["phase"] for target in again["targets"]] == ["done", "capture", "done", "done"]
        assert (await technician.take(attendance_id, APPLICANT, "pt"))["step"] == "sealed"
    await box.package(attendance_id, state="erased")


@pytest.fixture
def small_disk(tmp_path: Path, provisioned: Path, stand_in: StandIn) -> Iterator[Box]:
    """A box whose state lies on a file system of 24 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        with standing_box(place, provisioned, stand_in) as box:
            yield box
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_full_disk_is_named_and_the_attendance_goes_on_once_there_is_room(small_disk: Box) -> None:
    box = small_disk
    box.start()
    view = await box.take("residence-permit", until="fingerprints")
    ballast = box.directory / "ballast"
    _fill(ballast)
    async with box.technician() as technician:
        with pytest.raises(ServiceError) as refused:
            await technician.take(view["attendance_id"], APPLICANT, "pt")
        assert refused.value.code == "disk-full"
        assert "full" in refused.value.sentence
        ballast.unlink()
        after = await technician.attendance(view["attendance_id"])
        assert after["targets"][:2] == view["targets"][:2]
        assert (await technician.take(view["attendance_id"], APPLICANT, "pt"))["step"] == "sealed"


async def test_a_box_whose_disk_is_full_starts_and_shows_it(small_disk: Box) -> None:
    box = small_disk
    box.start()
    view = await box.take("residence-permit", until="fingerprints")
    box.kill()
    ballast = box.directory / "ballast"
    _fill(ballast)
    try:
        box.start()
    except AssertionError:
        assert "disk-full" in box.log.read_text()
        box.stop()
    ballast.unlink()
    if box.process is None:
        box.start()
    async with box.technician() as technician:
        assert (await technician.attendance(view["attendance_id"])) == view
        assert await technician.open("one-finger", AREAS)


def _fill(path: Path) -> None:
    size = resource.getpagesize()
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * size)
        except OSError:
            pass
