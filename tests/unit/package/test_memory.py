"""Sealing 60 MB raises peak memory by under 64 MB; so do opening and verifying. Measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_BYTES = 64_000_000
ROOT = Path(__file__).resolve().parents[3]

CHILD = """
import json, sys
from pathlib import Path
from appliance.package.seal import seal
from appliance.package.verify import open_package, verify_asice
from tests.unit.package.world import NOW, World, large_part, manifest_for, some_parts

def peak_bytes():
    # VmHWM is of this address space alone; ru_maxrss would begin with the parent's peak.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

def rise(work):
    before = peak_bytes()
    work()
    return peak_bytes() - before

directory, chunk = Path(sys.argv[1]), int(sys.argv[2])
world = World()
open_package(world.write_sealed(directory), world.recipient.key, None, directory / "package.asice")
verify_asice(directory / "package.asice", world.trust, at=NOW)
parts = [large_part("a.bin", 40_000_000, chunk), large_part("b.bin", 20_000_000, chunk)]
source, opened = directory / "large.p7m", directory / "large.asice"

def sealing():
    with source.open("wb") as out:
        seal(manifest_for(parts), parts, world.signer, world.recipient.certificate, out, signing_time=NOW)

print(json.dumps({
    "sealing": rise(sealing),
    "opening": rise(lambda: open_package(source, world.recipient.key, None, opened)),
    "verifying": rise(lambda: verify_asice(opened, world.trust, at=NOW)),
    "bytes": source.stat().st_size,
}))
"""


@pytest.mark.parametrize("chunk_bytes", [1 << 16, 1 << 22], ids=["small chunks", "large chunks"])
def test_memory_stays_bounded(tmp_path: Path, chunk_bytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(chunk_bytes)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured.pop("bytes") > 60_000_000
    assert {name: rise for name, rise in measured.items() if rise >= LIMIT_BYTES} == {}
