"""The environment of the programs that a benchmark measures against: made once, from a lock of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_LOCK = _ROOT / "requirements-bench.lock"
_FOLDER = _ROOT / ".cache" / "bench-peers"


def peer_python() -> Path:
    """An interpreter that has them. Raises CalledProcessError where they cannot be installed."""
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    stamp, python = _FOLDER / "installed", _FOLDER / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != digest:
        sys.stderr.write("bench: installing what it measures against\n")
        venv.create(_FOLDER, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*command, "--requirement", str(_LOCK)], check=True, capture_output=True)
        stamp.write_text(digest)
    return python
