"""A plan that asks for several fingers at once, through the daemon to AIMA: ten fingers of three placements."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.sbi.emulator import Emulation, Kind, emulated
from tests.unit.drivers.sbi.makers import authority
from tests.workflow.post import Box, StandIn

PLAN = "ten-fingers"
FINGERS = [f"{hand}_{finger}" for hand in ("right", "left") for finger in ("index", "middle", "ring", "little")]
TEN = sorted([*FINGERS, "right_thumb", "left_thumb"])


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[dict[str, object]]:
    """A certified slap scanner: the options of a post that uses it."""
    trust = tmp_path / "scanners.pem"
    trust.write_bytes(authority().root_pem)
    with emulated(Emulation(kind=Kind.SLAP, authority=authority())) as slap:
        yield {"port": slap.port, "trust": str(trust), "env": "Developer"}


def _received(stand_in: StandIn, package_id: str) -> dict[str, Any]:
    with zipfile.ZipFile(stand_in.received / package_id / "package.asice") as container:
        manifest: dict[str, Any] = json.loads(container.read("manifest.json"))
        return manifest


async def _taken(box: Box, stand_in: StandIn) -> dict[str, Any]:
    box.start()
    view = await box.take(PLAN)
    await box.package(view["attendance_id"], state="erased")
    return _received(stand_in, view["package_id"])


async def test_ten_fingers_of_three_slaps_reach_aima_each_with_its_place(box: Box, stand_in: StandIn) -> None:
    manifest = await _taken(box, stand_in)
    captures = manifest["captures"]
    assert sorted(capture["position"] for capture in captures) == TEN
    assert {capture["part"] for capture in captures} == {part["name"] for part in manifest["parts"]}
    assert all(capture["segment"]["width_px"] > 100 and capture["quality"] <= 100 for capture in captures)
    assert {"right_four", "left_four", "two_thumbs"} == {attempt["position"] for attempt in manifest["attempts"]}
    assert manifest["capture_plan"]["placements"] == ["right_four", "left_four", "two_thumbs"]
    assert manifest["simulated"] is True


async def test_a_certified_scanner_that_cuts_them_out_itself_gives_a_part_a_finger(
    box: Box, stand_in: StandIn, scanner: dict[str, object]
) -> None:
    box.configure(profiles={"fingerprint-reader": "sbi-slap"}, fingerprint_reader=scanner)
    manifest = await _taken(box, stand_in)
    captures = manifest["captures"]
    assert sorted(capture["position"] for capture in captures) == TEN
    assert {capture["segment"] for capture in captures} == {None}
    chosen = {capture["part"] for capture in captures}
    assert len(chosen) == 10
    assert "captures/fingerprint/two_thumbs/left_thumb.png" in chosen
    # It shows the very same pictures at every attempt: that is noticed, and those go along, each of its finger alone.
    fingers = [finger for attempt in manifest["attempts"] for finger in attempt["fingers"]]
    alarmed = {finger["part"] for finger in fingers if finger["liveness_hints"]["alarm"]}
    assert alarmed
    assert {part["name"] for part in manifest["parts"]} == chosen | alarmed
