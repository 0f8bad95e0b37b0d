"""Sealing 40 MiB against `openssl cms -sign` and `openssl cms -encrypt` of the same bytes, turn by turn in one run.

    python -m tests.bench.sealing

Ratios are ours divided by theirs: below 1 we are faster. Ours also hashes every part again, computes check sums and
hashes the result; theirs also starts two processes, so a second ratio leaves that start out.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.package.part import PartSource
from appliance.package.seal import seal
from tests.bench.row import Row
from tests.unit.package.world import NOW, World, manifest_for

PART_BYTES = 5 << 20
PARTS = 8
ROUNDS = 9
GOAL_RISE_MIB = 64.0


def run(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in seconds, ratios, and by how much sealing raised this process's peak memory."""
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-bench-") as name:
        directory = Path(name)
        world = World()
        parts = _parts(directory)
        _write_peer_files(directory, world)

        def ours() -> None:
            with (directory / "package.p7m").open("wb") as out:
                seal(manifest_for(parts), parts, world.signer, world.recipient.certificate, out, signing_time=NOW)

        _clear_peak()
        before = _peak_bytes()
        ours()
        rise_bytes = _peak_bytes() - before
        turns: dict[str, Callable[[], None]] = {
            "ours_s": ours,
            "openssl_s": lambda: _openssl_seals(directory),
            "openssl_start_s": lambda: _openssl(directory, "version"),
        }
        taken: dict[str, list[float]] = {label: [] for label in turns}
        for _ in range(rounds):
            for label, turn in turns.items():
                start = time.perf_counter()
                turn()
                taken[label].append(time.perf_counter() - start)
    median = {label: statistics.median(values) for label, values in taken.items()}
    return {
        "bytes": float(PARTS * PART_BYTES),
        **{label: round(value, 4) for label, value in median.items()},
        "ratio": round(median["ours_s"] / median["openssl_s"], 3),
        "ratio_without_process_start": round(
            median["ours_s"] / max(median["openssl_s"] - 2 * median["openssl_start_s"], 1e-9), 3
        ),
        "peak_memory_rise_mib": round(rise_bytes / (1 << 20), 2),
    }


def _parts(directory: Path) -> list[PartSource]:
    """Random bytes on disk, read as the spool would hand them on."""
    parts, whole = [], directory / "whole.bin"
    with whole.open("wb") as together:
        for number in range(PARTS):
            path = directory / f"part-{number}.bin"
            data = os.urandom(PART_BYTES)
            path.write_bytes(data)
            together.write(data)
            known = PartSource.from_bytes(path.name, "application/octet-stream", data)
            parts.append(PartSource(known.name, known.media_type, known.size, known.sha256, known.crc32, _reader(path)))
    return parts


def _reader(path: Path) -> Callable[[], Iterator[memoryview]]:
    def chunks() -> Iterator[memoryview]:
        buffer = bytearray(1 << 18)
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                yield memoryview(buffer)[:count]

    return chunks


def _write_peer_files(directory: Path, world: World) -> None:
    (directory / "box.pem").write_bytes(world.box.pem)
    (directory / "box-key.pem").write_bytes(world.box.key_pem)
    (directory / "issuing.pem").write_bytes(world.issuing.pem)
    (directory / "recipient.pem").write_bytes(world.recipient.pem)


def _openssl_seals(directory: Path) -> None:
    _openssl(
        directory,
        *("cms", "-sign", "-cades", "-binary", "-md", "sha256", "-signer", "box.pem", "-inkey", "box-key.pem"),
        *("-certfile", "issuing.pem", "-in", "whole.bin", "-outform", "DER", "-out", "signature.p7s"),
    )
    _openssl(
        directory,
        *("cms", "-encrypt", "-aes-256-gcm", "-binary", "-recip", "recipient.pem"),
        *("-keyopt", "ecdh_kdf_md:sha256", "-in", "whole.bin", "-outform", "DER", "-out", "openssl.p7m"),
    )


def _openssl(directory: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=directory, capture_output=True, timeout=120, check=True)


def _clear_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak_bytes() -> int:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def rows() -> list[Row]:
    """The same as lines of the benchmark's table; the memory's goal is the contract's."""
    measured = run()
    peer = "openssl cms -sign and -encrypt"
    return [
        Row(measure="sealing 40 MiB", ours=measured["ours_s"], unit="s", against=peer, peer=measured["openssl_s"]),
        Row(
            measure="peak memory raised by sealing 40 MiB",
            ours=measured["peak_memory_rise_mib"],
            unit="MiB",
            against="goal",
            peer=GOAL_RISE_MIB,
        ),
    ]


def main() -> dict[str, float]:
    measured = run()
    sys.stdout.write(json.dumps(measured) + "\n")
    return measured


if __name__ == "__main__":
    main()
