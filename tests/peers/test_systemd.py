"""systemd's own tools judge our unit: that it is well-formed, and that it gives the daemon little to misuse."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from drivers.contracts import Contract
from drivers.profiles import load_profiles

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "claim-kiosk.service"
LARGEST_EXPOSURE = 25
"""Of 100, as `systemd-analyze security` counts; what is left is the network and the devices that it is for."""

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs the system package systemd"),
]


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as on a box, but for what this machine has not got: the program in /opt, and the user."""
    text = UNIT.read_text(encoding="utf-8")
    text, replaced = re.subn(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    assert replaced == 1
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE), encoding="utf-8")
    return copy


def test_the_unit_is_well_formed(unit: Path) -> None:
    checked = _analyze("verify", "--man=no", str(unit))
    assert (checked.returncode, _about(unit, checked.stderr)) == (0, [])


def test_a_misspelt_setting_would_be_seen(unit: Path) -> None:
    unit.write_text(unit.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSecs="), encoding="utf-8")
    assert _about(unit, _analyze("verify", "--man=no", str(unit)).stderr)


def test_little_is_left_to_misuse() -> None:
    checked = _analyze("security", "--offline=yes", "--no-pager", f"--threshold={LARGEST_EXPOSURE}", str(UNIT))
    assert checked.returncode == 0, checked.stdout[-300:] + checked.stderr


def test_every_approved_reader_on_usb_belongs_to_the_daemon_and_nothing_else_does() -> None:
    rules = (UNIT.parent / "70-claim-kiosk.rules").read_text(encoding="utf-8")
    given = re.findall(
        r'ATTR\{idVendor\}=="(\w{4})", ATTR\{idProduct\}=="(\w{4})", GROUP="claim-kiosk", MODE="0660"', rules
    )
    readers = [p for p in load_profiles().values() if p.contract is Contract.FINGERPRINT_READER]
    approved = {(match.vendor_id, match.product_id) for profile in readers for match in profile.match}
    assert (set(given), len(given)) == (approved, len(approved))


def _about(unit: Path, complaints: str) -> list[str]:
    """What is said of our unit; the machine's own units are not judged here."""
    return [line for line in complaints.splitlines() if unit.name in line]
