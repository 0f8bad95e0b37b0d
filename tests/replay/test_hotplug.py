"""Devices that come and go are heard of through udev, each by what it is: in a pretended machine of umockdev's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.hotplug import Change

_HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("umockdev-wrapper") is None, reason="needs the system package umockdev"),
]


def in_a_pretended_machine(*command: str) -> list[str]:
    """What `command` said there."""
    done = subprocess.run(
        ["umockdev-wrapper", "/usr/bin/python3", str(_HERE / "testbed.py"), *command],
        capture_output=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 0, said[-500:]
    return said.splitlines()


def test_each_coming_and_going_is_heard_with_who_it_is() -> None:
    said = in_a_pretended_machine(sys.executable, "-m", "tests.replay.watching")
    events = [json.loads(line.removeprefix("heard ")) for line in said if line.startswith("heard ")]
    assert [(event["change"], event["node"], event["serial_number"]) for event in events] == [
        (Change.ADDED, "/dev/ttyUSB0", "A1"),
        (Change.REMOVED, "/dev/ttyUSB0", "A1"),
        (Change.ADDED, "/dev/bus/usb/001/007", "{F00}"),
        (Change.ADDED, "/dev/video0", "V9"),
        (Change.REMOVED, "/dev/bus/usb/001/007", "{F00}"),
        (Change.REMOVED, "/dev/video0", "V9"),
    ]
    assert {(event["vendor_id"], event["product_id"]) for event in events} == {("05ba", "000a")}
