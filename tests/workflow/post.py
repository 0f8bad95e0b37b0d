"""A post as it stands in a town hall, from outside: real processes of the appliance on the loopback.

`StandIn` is AIMA's process, `Box` one daemon with a state of its own. Nothing here looks inside either: what a test
knows comes from standard output, the page's JSON, the logs and the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from appliance.sandbox.desk import DEVICES
from appliance.sandbox.once import AREAS
from appliance.sandbox.technician import RobotTechnician

T = TypeVar("T")

PYTHON = [sys.executable, "-m"]
COMMAND = [*PYTHON, "appliance"]
PATIENCE_S = 60.0
"""How long anything may take on a busy machine before a test gives up. Never a measure of the product."""

APPLICANT = {
    "surname": "QUITERIAZ",
    "given-names": "ZEFERINA BONIFACIA",
    "birth-date": "1987-03-29",
    "nationality": "UTO",
    "sex": "F",
    "document-number": "ZX7710934",
    "document-expiry": "2033-11-23",
}
"""Strings that stand nowhere else, so that they can be looked for."""


def first_line(stream: IO[bytes]) -> bytes:
    """One line within patience; empty at the end of the stream."""
    ready, _, _ = select.select([stream], [], [], PATIENCE_S)
    assert ready, "the process says nothing"
    return stream.readline()


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """What `condition` answers once it is true."""
    give_up = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < give_up, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What `ask` answers once that `holds`."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await ask()
            if holds(answer):
                return answer
            await asyncio.sleep(0.03)


class StandIn:
    """The stand-in AIMA in a process of its own; it can be stopped and started again on the same port."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self.said: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return str(self.said["url"])

    @property
    def received(self) -> Path:
        return self._directory / "aima" / "received"

    def start(self) -> None:
        if self._process is not None:
            return
        command = [*PYTHON, "appliance.sandbox.aima.process", "--state", str(self._directory / "aima")]
        with (self._directory / "aima.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self._port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        self.said = json.loads(first_line(self._process.stdout))
        self._port = int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def tell(self, path: str, body: object = None) -> bytes:
        """One command on the sandbox's own control address."""
        request = urllib.request.Request(  # noqa: S310 (an http address of the loopback)
            f"{self.said['control_url']}{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.said['token']}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content

    def misbehave(self, fault: str, **more: object) -> None:
        self.tell("/control/misbehave", {"fault": fault, **more})

    def behave(self) -> None:
        self.tell("/control/behave")

    def provision(self, state: Path) -> None:
        """A box that this AIMA knows, by the field engineer's command."""
        trust = self._directory / "trust.json"
        trust.write_text(json.dumps(self.said["trust"]))
        otp = json.loads(self.tell("/control/one-time-password?device_id=kiosk-1"))["otp"]
        options = ["--aima", self.url, "--trust", str(trust), "--otp", otp, "--state", str(state)]
        subprocess.run([*COMMAND, "provision", *options], check=True, capture_output=True, timeout=PATIENCE_S)


def end(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM, and the exit status; SIGKILL and a failed test for what does not heed it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


class Box:
    """One daemon, its settings and its state. `options` are a device's own, by its id."""

    def __init__(self, directory: Path, aima: StandIn) -> None:
        self.directory = directory
        self.aima = aima
        self.state = directory / "state"
        self.settings = directory / "settings.toml"
        self.log = directory / "kiosk.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def configure(
        self, *, mode: str = "sandbox", profiles: Mapping[str, str] | None = None, **options: Mapping[str, object]
    ) -> None:
        """Device options as `camera={"faults": {"crash": True}}`; a device's dashes are written as underscores.

        `profiles` are other devices than the sandbox's, by their ids.
        """
        lines = ["[kiosk]", 'state = "state"', f'mode = "{mode}"', "[aima]", f'url = "{self.aima.url}"']
        for device_id, profile in {**DEVICES, **(profiles or {})}.items():
            lines += ["[[devices]]", f'device_id = "{device_id}"', f'profile = "{profile}"']
            lines.append(f"options = {_toml(options.get(device_id.replace('-', '_'), {}))}")
        self.settings.write_text("\n".join(lines) + "\n")

    def start(self, **environment: str) -> None:
        """Until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "run", "--settings", str(self.settings)],
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | environment,
            )
        assert self.process.stdout is not None
        line = first_line(self.process.stdout)
        assert line, f"the daemon did not start: {self.log.read_text()[-500:]}"
        self.url = json.loads(line)["url"]

    def refuse_to_start(self) -> dict[str, Any]:
        """What it says instead of starting: exit status, code and sentence."""
        done = subprocess.run(
            [*COMMAND, "run", "--settings", str(self.settings)], capture_output=True, timeout=PATIENCE_S, check=False
        )
        code, _, sentence = done.stderr.decode().strip().splitlines()[-1].partition(": ")
        assert done.stdout == b""
        return {"status": done.returncode, "code": code, "sentence": sentence}

    def stop(self) -> int:
        process, self.process = self.process, None
        return 0 if process is None else end(process)

    def kill(self) -> None:
        """A pulled plug."""
        assert self.process is not None
        self.process.kill()
        self.stop()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def log_rows(self) -> list[dict[str, Any]]:
        # The last line may be half written.
        whole, _, _ = self.log.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [row for row in self.log_rows() if row["event"] == event]

    @asynccontextmanager
    async def technician(self) -> AsyncIterator[RobotTechnician]:
        """Logged in."""
        log_in = self.aima.said["demonstration"]
        async with RobotTechnician(self.url, lambda _: None) as technician:
            await technician.log_in(log_in["technician_id"], log_in["password"])
            yield technician

    async def take(self, plan: str = "one-finger", *, until: str = "sealed") -> dict[str, Any]:
        """A new attendance up to a step; the view of it."""
        async with self.technician() as technician:
            attendance_id = await technician.open(plan, AREAS)
            return await technician.take(attendance_id, APPLICANT, "pt", until=until)

    async def package(self, attendance_id: str, **expected: str) -> dict[str, Any]:
        """The attendance's row in the queue, once it says what is expected of it."""
        async with self.technician() as technician:
            rows = await until(
                technician.queue,
                lambda rows: any(
                    row["attendance_id"] == attendance_id and expected.items() <= row.items() for row in rows
                ),
            )
        return next(row for row in rows if row["attendance_id"] == attendance_id)


def _toml(value: Mapping[str, object]) -> str:
    """An inline table: JSON's scalars are TOML's."""
    pairs = [
        f"{name} = {_toml(inner) if isinstance(inner, Mapping) else json.dumps(inner)}" for name, inner in value.items()
    ]
    return "{ " + ", ".join(pairs) + " }"


@contextlib.contextmanager
def standing_box(directory: Path, provisioned: Path, aima: StandIn) -> Iterator[Box]:
    """A box with a copy of a provisioned state, not started yet; stopped in the end, however the test went."""
    box = Box(directory, aima)
    shutil.copytree(provisioned, box.state, symlinks=True)
    box.configure()
    try:
        yield box
    finally:
        if box.process is not None:
            box.stop()


def descendants(root: int) -> set[int]:
    """Living processes below `root`, without it."""
    parents = {pid: parent_of(pid) for pid in _pids()}
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in found | {root}} - found:
        found |= more
    return found


def parent_of(pid: int) -> int | None:
    """None for one that is gone, or only waits to be collected."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:2]
    except OSError:
        return None
    return None if state in b"ZX" else int(parent)


def all_gone(pids: set[int]) -> bool:
    return all(parent_of(pid) is None for pid in pids)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
