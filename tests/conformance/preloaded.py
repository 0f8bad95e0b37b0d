"""A process into which umockdev's library was loaded before all else, and the statements that are tried in it.

A driver that opens USB in its own process meets a recorded device only there. It is started once for a file of tests,
since its imports take longer than a recording; each statement is tried in a fork of it, as in a new process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

_LIBRARY = "libumockdev-preload.so.0"


class PreloadedProcess:
    """Tries statements one at a time, inside a `with` block."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            env=os.environ | {"LD_PRELOAD": _LIBRARY},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def attempt(self, statement: Callable[..., object], **arguments: str) -> None:
        """Fail or be skipped as the statement is there; `arguments` are names of a rig, a fault and a directory."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"module": statement.__module__, "function": statement.__name__, **arguments}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        outcome = json.loads(self._process.stdout.readline() or '{"failed": "the process ended"}')
        if "skipped" in outcome:
            pytest.skip(outcome["skipped"])
        if "failed" in outcome:
            pytest.fail(outcome["failed"], pytrace=False)


def _outcome(statement: Callable[..., object], arguments: dict[str, Any]) -> dict[str, str]:
    try:
        statement(**arguments)
    except pytest.skip.Exception as reason:
        return {"skipped": str(reason)}
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        return {"failed": traceback.format_exc()}
    return {}


def _tried_in_a_fork(statement: Callable[..., object], arguments: dict[str, Any]) -> str:
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        os.write(theirs, json.dumps(_outcome(statement, arguments)).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        outcome = said.read()
    os.waitpid(child, 0)
    return outcome or '{"failed": "the process of the statement ended"}'


def main() -> None:
    from tests.conformance.rigs import RIGS

    rigs = {rig.name: rig for rig in RIGS}
    for line in sys.stdin:
        asked = json.loads(line)
        statement = getattr(import_module(asked["module"]), asked["function"])
        rig = rigs[asked["rig"]]
        arguments: dict[str, Any] = {"rig": rig, "tmp_path": Path(asked["directory"])}
        if "fault" in asked:
            arguments["fault"] = next(fault for fault in rig.faults if fault.name == asked["fault"])
        sys.stdout.write(_tried_in_a_fork(statement, arguments) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
