"""One whole attendance through the daemon on other devices than the sandbox's: real drivers, real wires, and a pad."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import Contract
from drivers.registry import build_driver
from drivers.sbi.emulator import Emulation, Kind, emulated
from drivers.sbi.offered import offer_of
from tests.unit.drivers.sbi.makers import authority
from tests.workflow.post import Box, StandIn

Scanners = dict[str, dict[str, object]]


@pytest.fixture
def scanners(tmp_path: Path) -> Iterator[Scanners]:
    """A certified slap scanner, and one of our cameras behind SBI: the options of a post that uses them."""
    trust = tmp_path / "scanners.pem"
    trust.write_bytes(authority().root_pem)
    camera: Any = build_driver("simulated-camera", {})
    with ExitStack() as stack:
        stack.callback(camera.close)
        offer = offer_of(camera, camera.open(), Contract.CAMERA, lambda _: 80.0, datetime.now(UTC))
        slap = stack.enter_context(emulated(Emulation(kind=Kind.SLAP, authority=authority())))
        face = stack.enter_context(emulated(Emulation(kind=Kind.FACE, authority=authority()), offer))
        believed: dict[str, object] = {"trust": str(trust), "env": "Developer"}
        yield {
            "fingerprint_reader": {"port": slap.port, **believed},
            "camera": {"port": face.port, "certification": "L0", **believed},
        }


def _received(stand_in: StandIn, package_id: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest, and the parts by name."""
    with zipfile.ZipFile(stand_in.received / package_id / "package.asice") as container:
        manifest: dict[str, Any] = json.loads(container.read("manifest.json"))
        return manifest, {part["name"]: container.read(part["name"]) for part in manifest["parts"]}


async def test_scanners_behind_sbi_and_a_pad_make_a_residence_permit(
    box: Box, stand_in: StandIn, scanners: Scanners
) -> None:
    profiles = {"fingerprint-reader": "sbi-slap", "camera": "sbi-face", "pad": "simulated-pad"}
    options: dict[str, Any] = {**scanners, "pad": {"strokes": 2}}
    box.configure(profiles=profiles, **options)
    box.start()
    view = await box.take("residence-permit", until="signature")
    path = f"/attendances/{view['attendance_id']}"
    async with box.technician() as technician:
        assert (await technician.press(f"{path}/sign-on-pad"))["signature"] == {"signed": True}
        view = await technician.press(f"{path}/seal")
    await box.package(view["attendance_id"], state="erased")
    manifest, parts = _received(stand_in, view["package_id"])
    devices = {device["device_id"]: device for device in manifest["devices"]}
    assert (devices["fingerprint-reader"]["driver"], devices["camera"]["driver"]) == ("sbi-fingerprint", "sbi-camera")
    assert devices["fingerprint-reader"]["model"] == "Emulated slap scanner"
    captured = {(capture["kind"], capture["position"]) for capture in manifest["captures"]}
    assert {("fingerprint", "right_index"), ("fingerprint", "left_index"), ("face", None)} <= captured
    record = json.loads(parts["signature.json"])
    assert (record["size"], len(record["strokes"])) == ([960.0, 360.0], 2)
    assert manifest["simulated"] is True, "emulators and a pretended pad say so"
