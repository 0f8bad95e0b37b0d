"""A machine of its own: Debian's kernel in QEMU, on this machine's files, with one part after another run inside.

What happens inside is in `inside`; what is plugged into it while it runs, in `reader_port`. It has no network.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.machine.ingredients import PROJECT, Ingredients
from tests.machine.initial_files import FAILED, ROOT_TAG, initial_files
from tests.machine.monitor import Monitor

BOOT_S: Final = 240.0
_MEMORY_MIB: Final = 1536
_POLL_S: Final = 0.1
_TAIL_LINES: Final = 40
_ENDED: Final = "the program inside has ended"
# x86-64-v2 is what our libraries are compiled for; a KVM guest is given the processor that there is.
_PROCESSOR: Final = {"kvm": "host"}
_PLAIN_PROCESSOR: Final = "Nehalem"
_MODULES: Final = {
    "virtio_pci": "",
    "9pnet_virtio": "",
    "9p": "",
    "overlay": "",
    "xhci_pci": "",
    "ftdi_sio": "",
    "uvcvideo": "",
    "vhci_hcd": "",
    # One camera with a webcam's sizes; its other nodes (metadata, radio, touch) stay, as real ones have some.
    "vivid": "n_devs=1 num_inputs=1 input_types=0x0",
}

Answer = Callable[[Mapping[str, Any]], Any]


class Machine:
    """`with Machine(…) as machine: report = machine.run("part", timeout_s=…)`. It is killed in any case."""

    def __init__(self, ingredients: Ingredients, folder: Path) -> None:
        self._ingredients = ingredients
        self._folder = folder
        self._console = folder / "console"
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._heard = b""
        self._unfinished = ""
        self._monitor: Monitor | None = None
        self.answers: dict[str, Answer] = {}
        self.boot_s = 0.0

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def monitor(self) -> Monitor:
        assert self._monitor is not None
        return self._monitor

    @property
    def accelerator(self) -> str:
        return self._ingredients.accelerator

    def run(self, part: str, timeout_s: float, **arguments: object) -> dict[str, Any]:
        """What the part reports. AssertionError with the console's last lines when it fails or takes too long."""
        assert not self._unfinished, f"{self._unfinished} never ended in the machine"
        deadline = time.monotonic() + timeout_s
        self._unfinished = part
        self._say({"part": part, "arguments": arguments})
        while True:
            said = self._next(deadline)
            if "ask" in said:
                self._say({"answer": self.answers[said["ask"]](said["details"])})
                continue
            self._unfinished = ""
            if "report" in said:
                report: dict[str, Any] = said["report"]
                return report
            raise AssertionError(f"{part} failed in the machine:\n{said['failed']}\n{self.console_tail()}")

    def console_tail(self) -> str:
        console = self._console.read_text(errors="replace") if self._console.exists() else ""
        lines = console.splitlines()[-_TAIL_LINES:]
        return "\n".join(["the machine's console ended with:", *lines])

    def _start(self) -> None:
        started = time.monotonic()
        deadline = started + BOOT_S
        initial = self._folder / "initial-files"
        parts = self._ingredients
        initial.write_bytes(initial_files(parts.busybox, parts.modules, _MODULES, _first_command()))
        with (self._folder / "qemu").open("wb") as said:
            self._process = subprocess.Popen(
                self._command_line(initial), stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self._folder
            )
        self._channel = socket.socket(socket.AF_UNIX)
        self._connect(self._channel, "channel", deadline)
        self._monitor = Monitor(self._folder / "monitor")
        ready = self._next(deadline)
        assert ready == {"ready": True}, ready
        self.boot_s = time.monotonic() - started

    def _command_line(self, initial: Path) -> list[str]:
        parts = self._ingredients
        return [
            # Should this process be killed, the machine ends as well.
            "setpriv", "--pdeathsig", "KILL",
            parts.qemu, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
            "-machine", "q35", "-accel", parts.accelerator, "-smp", "2", "-m", str(_MEMORY_MIB),
            "-cpu", _PROCESSOR.get(parts.accelerator, _PLAIN_PROCESSOR),
            "-kernel", str(parts.kernel), "-initrd", str(initial), "-append", "console=ttyS0 panic=-1 quiet loglevel=6",
            "-fsdev", f"local,id={ROOT_TAG},path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", f"virtio-9p-pci,fsdev={ROOT_TAG},mount_tag={ROOT_TAG}",
            "-device", "qemu-xhci,id=usb",
            "-serial", f"file:{self._console}",
            "-chardev", "socket,id=channel,path=channel,server=on,wait=off", "-serial", "chardev:channel",
            "-qmp", "unix:monitor,server=on,wait=off",
        ]  # fmt: skip

    def _connect(self, end: socket.socket, name: str, deadline: float) -> None:
        while True:
            try:
                end.connect(str(self._folder / name))
            except (FileNotFoundError, ConnectionRefusedError):
                self._check_running(deadline)
                time.sleep(_POLL_S)
            else:
                return

    def _check_running(self, deadline: float) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            said = (self._folder / "qemu").read_text(errors="replace")[-500:]
            raise AssertionError(f"QEMU has ended: {said}\n{self.console_tail()}")
        tail = self.console_tail()
        if FAILED in tail or _ENDED in tail:
            raise AssertionError(tail)
        if time.monotonic() >= deadline:
            raise AssertionError(f"the machine took too long; {tail}")

    def _say(self, message: Mapping[str, Any]) -> None:
        assert self._channel is not None
        self._channel.sendall(json.dumps(message).encode() + b"\n")

    def _next(self, deadline: float) -> Any:
        """The next message from inside."""
        assert self._channel is not None
        self._channel.settimeout(_POLL_S)
        while b"\n" not in self._heard:
            try:
                piece = self._channel.recv(65536)
            except TimeoutError:
                piece = b""
            self._heard += piece
            if not piece:
                self._check_running(deadline)
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._monitor is not None:
            self._monitor.close()
        if self._channel is not None:
            self._channel.close()


def _first_command() -> str:
    """For the shell that is the machine's first process: names the devices, then hands over to `inside`."""
    environment = " ".join(f"{name}={shlex.quote(os.environ[name])}" for name in ("PATH", "HOME") if name in os.environ)
    return "; ".join(
        [
            "/lib/systemd/systemd-udevd --daemon",
            "udevadm trigger --subsystem-match=usb --subsystem-match=tty --subsystem-match=video4linux",
            "udevadm settle",
            f"cd {shlex.quote(str(PROJECT))}",
            f"env {environment} {shlex.quote(sys.executable)} -m tests.machine.inside",
            f"echo {_ENDED}",
            "while :; do sleep 60; done",
        ]
    )
