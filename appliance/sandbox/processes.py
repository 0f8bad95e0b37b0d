"""The sandbox's child processes: started, asked for their first word, and stopped without leaving anything behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import IO, Any

from appliance.errors import ServiceError
from appliance.sandbox.last_words import why_ended

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 6.0
LONGEST_FIRST_LINE = 64 * 1024


class Child:
    """One Python process of ours that says where it is in one JSON line, and ends with its standard input."""

    def __init__(
        self, name: str, process: Process, said: dict[str, Any], log: IO[bytes] | None, heard_from: int
    ) -> None:
        self.name = name
        self.said = said
        self._log = log
        self._heard_from = heard_from
        self._process = process
        self._drain = asyncio.create_task(_drain(process), name=f"drain-{name}")

    @classmethod
    async def start(
        cls, name: str, arguments: list[str], log: IO[bytes] | None, environment: dict[str, str] | None = None
    ) -> Child:
        """Starts `python -m …` and waits for its first line.

        `log` takes its standard error; None is this process's own. Raises ServiceError `sandbox-not-started`.
        """
        heard_from = await asyncio.to_thread(_length, log)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            limit=LONGEST_FIRST_LINE,
            env=os.environ | (environment or {}),
            start_new_session=True,  # Ctrl-C is for the sandbox alone; it stops its children in order
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                line = await process.stdout.readline()
            if not line:
                # It is ending by itself: what it says last is the reason, so it is left to finish.
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            said = json.loads(line)
        except (TimeoutError, ValueError) as error:
            by_itself = process.returncode
            await _end(process)
            why = await asyncio.to_thread(why_ended, by_itself, log, heard_from)
            raise ServiceError(f"The sandbox could not start its {name}: {why}", code="sandbox-not-started") from error
        return cls(name, process, said, log, heard_from)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await self._process.wait()

    async def why_ended(self) -> str:
        """Why it ended, once it has: one sentence."""
        return await asyncio.to_thread(why_ended, self._process.returncode, self._log, self._heard_from)

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL for one that does not heed it."""
        await _end(self._process)
        self._drain.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._drain


async def _drain(process: Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(LONGEST_FIRST_LINE):
        pass


async def _end(process: Process) -> None:
    if process.returncode is None:
        # Not `terminate()`: it reaps a child that has just ended, which asyncio's own watcher then misses, aloud.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _length(log: IO[bytes] | None) -> int:
    return 0 if log is None else os.fstat(log.fileno()).st_size


def open_log(path: Path) -> IO[bytes]:
    """A log file that only its owner may read, appended to across restarts."""
    path.touch(mode=0o600, exist_ok=True)
    return path.open("ab")
