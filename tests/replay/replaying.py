"""Running a command, or a test's own drivers, as if a recorded device were plugged in; every run is bounded in time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from drivers.contracts import Pixels

BOUND_S = 60.0
"""A transfer that does not fit the recording shows as a hang."""

_VARIABLES = ("UMOCKDEV_DIR", "LD_PRELOAD")


def have_umockdev() -> bool:
    return shutil.which("umockdev-run") is not None


needs_umockdev = pytest.mark.skipif(not have_umockdev(), reason="needs the system package umockdev")


@dataclass(frozen=True)
class Recording:
    """A folder with `device`, and `capture.pcapng` or `capture.ioctl`."""

    folder: Path

    @property
    def description(self) -> str:
        return (self.folder / "device").read_text(errors="replace")

    @property
    def usb_ids(self) -> tuple[str, str]:
        """Of the reader itself, which stands first; hubs follow."""
        product, vendor = (
            re.search(rf"^A: {name}=([0-9a-f]{{4}})", self.description, re.MULTILINE)
            for name in ("idProduct", "idVendor")
        )
        assert product is not None
        assert vendor is not None
        return vendor[1], product[1]

    def arguments(self) -> list[str]:
        """What `umockdev-run` needs to play it."""
        plugged = ["-d", str(self.folder / "device")]
        if (self.folder / "capture.pcapng").exists():
            path = re.search(r"^P: (\S+)", self.description, re.MULTILINE)
            assert path is not None
            return [*plugged, "-p", f"/sys{path[1]}={self.folder / 'capture.pcapng'}"]
        node = re.search(r"^N: ([^=\s]+)", self.description, re.MULTILINE)
        assert node is not None
        return [*plugged, "-i", f"/dev/{node[1]}={self.folder / 'capture.ioctl'}"]

    def expected(self) -> Pixels:
        image = cv2.imread(str(self.folder / "capture.png"), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        return image.astype("uint8")


def command_beside(recording: Recording, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`claim-kiosk arguments…` beside the recorded device."""
    return subprocess.run(
        ["umockdev-run", *recording.arguments(), "--", sys.executable, "-m", "appliance", *arguments],
        capture_output=True,
        timeout=BOUND_S,
        check=False,
    )


@contextmanager
def plugged(recording: Recording) -> Iterator[None]:
    """Beside this process: for what umockdev was loaded into, and for what is started meanwhile.

    `umockdev-run` plays to whoever has the two variables that it gives its command.
    """
    saying = f"printenv {' '.join(_VARIABLES)}; exec cat"
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            ["umockdev-run", *recording.arguments(), "--", "sh", "-c", saying],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as player,
    ):
        assert player.stdin is not None
        assert player.stdout is not None
        for name in _VARIABLES:
            patch.setenv(name, player.stdout.readline().strip())
        try:
            yield
        finally:
            player.stdin.close()


def answer(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def refusal(done: subprocess.CompletedProcess[bytes]) -> str:
    """The code that a refused command ended with."""
    assert done.returncode != 0
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith("{")]
    return str(json.loads(lines[-1])["error"])


def read(path: Path) -> Pixels:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image.astype("uint8")
