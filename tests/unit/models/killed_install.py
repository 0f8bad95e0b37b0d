"""A program that installs a pack again and again, each time in a child that is killed one step later than the last.

A step is a call of the system's that opens, writes, syncs, renames or removes. After each death the child's parent
prints what is installed; after the first child that lives, it ends.

    python -m tests.unit.models.killed_install SOURCE MODELS VERSION
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from appliance.models.install import install
from appliance.models.store import PackState, verify
from tests.unit.models.packages import SDIST, pack_of, sdist

_STEPS = {"open", "write", "flush", "fsync", "fchmod", "close", "flock", "chmod"}
_STEPS |= {"mkdir", "rename", "scandir", "listdir", "unlink", "rmdir", "ftruncate"}


def die_at(step: int) -> None:
    """Kills this process before its call number `step`, from 0, of those that may change something on the disk."""
    seen = 0

    def hook(frame: object, event: str, called: object) -> None:
        nonlocal seen
        if event != "c_call" or getattr(called, "__name__", "") not in _STEPS:
            return
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    sys.setprofile(hook)


def main(source: Path, models: Path, version: str) -> None:
    pack = pack_of({SDIST: sdist()}, version=version)
    old = pack_of({SDIST: sdist()}, version="0")
    for step in range(1000):
        child = os.fork()
        if child == 0:
            die_at(step)
            install(pack, models, source=source, tell=lambda _: None)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        states = [verify(wanted, models) for wanted in (pack, old)]
        sys.stdout.write(" ".join(["lived" if status == 0 else "killed", *(state.value for state in states)]) + "\n")
        sys.stdout.flush()
        if status == 0:
            return
        if states[0] is PackState.INSTALLED:
            install(old, models, source=source, tell=lambda _: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
