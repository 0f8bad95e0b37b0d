"""Runs ONE driver in a process of its own: `python -m drivers.host`, started by the daemon and by nobody else.

The main thread obeys commands, the `driver` thread works, so a ping is answered while a driver is busy. It decides
nothing: deadlines, restarts and health are the daemon's (`appliance.devices`). It dies with the daemon, by the
kernel's signal and by the end of file on the command socket.
"""

from __future__ import annotations

import argparse
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from drivers.contracts import ChipRequest, Contract, Driver, Shutter, SignatureRequest
from drivers.errors import DriverError
from drivers.lifeline import die_with_parent
from drivers.messages import (
    Close,
    Command,
    Event,
    Failed,
    Open,
    Opened,
    Ping,
    Pong,
    Release,
    Shutdown,
    Start,
    Still,
    Stop,
    Transmit,
    command_reader,
    request_from_dict,
    to_bytes,
)
from drivers.outbox import Outbox
from drivers.registry import build_driver, build_from_factory
from drivers.shared_frames import SharedSlots
from drivers.talk import Commands
from drivers.worker import Worker

_CLOSING_S = 1.0
"""How long a shutdown waits for the device to be closed; the daemon's own deadline kills what does not."""


class Host:
    """Commands come in through `obey`, events leave through the socket."""

    def __init__(self, link: socket.socket, slots: SharedSlots, contract: Contract, driver: str, factory: str) -> None:
        self._link = link
        self._sending = threading.Lock()
        self._slots = slots
        self._contract = contract
        self._driver = driver
        self._factory = factory
        self._stop = threading.Event()
        self._capture = 0
        self._outbox: Outbox | None = None
        self._shutter = Shutter()
        self._commands: Commands | None = None
        self._located = ""
        self._device_path: Path | None = None
        self._worker = Worker(contract, self._build, slots, self._send)

    def serve(self) -> None:
        """Until told to shut down, or until the daemon is gone."""
        self._worker.start()
        reader = command_reader()
        while data := self._receive():
            for command in reader.feed(data):
                if isinstance(command, Shutdown):
                    self._finish()
                    return
                self.obey(command)

    def obey(self, command: Command) -> None:
        match command:
            case Open():
                self._worker.put(lambda: self._open(command.options))
            case Start():
                self._start(command)
            case Stop():
                if command.capture == self._capture:
                    self._stop.set()
            case Release():
                if command.capture == self._capture and self._outbox is not None:
                    self._outbox.release(command.slot)
            case Still():
                if command.capture == self._capture:
                    self._shutter.press(time.monotonic_ns())
            case Transmit():
                if command.capture == self._capture and self._commands is not None:
                    self._commands.put(command)
            case Close():
                self._device_path = None
                self._stop.set()
                self._worker.put(self._worker.close)
            case Ping():
                path = self._device_path
                present = path is None or path.exists()
                self._send(Pong(number=command.number, present=present, memory_mib=_own_memory_mib()))

    def _open(self, options: dict[str, object]) -> None:
        self._device_path, self._located = None, ""
        self._worker.open(options)

    def _start(self, command: Start) -> None:
        try:
            request = request_from_dict(self._contract, command.request)
        except DriverError as error:
            self._send(Failed(capture=command.capture, code=error.code, sentence=error.sentence))
            return
        number, stop = command.capture, threading.Event()
        self._capture, self._stop, self._outbox, self._commands = number, stop, None, None
        if isinstance(request, ChipRequest | SignatureRequest):
            commands: Commands = queue.SimpleQueue()
            self._commands = commands
            self._worker.put(lambda: self._worker.talk(number, request, stop, commands))
            return
        outbox = Outbox(number, self._slots, self._send, newest_wins=self._contract is Contract.CAMERA)
        shutter = Shutter()
        self._outbox, self._shutter = outbox, shutter
        self._worker.put(lambda: self._worker.capture(number, request, stop, outbox, shutter))

    def _finish(self) -> None:
        self._stop.set()
        done = threading.Event()
        self._worker.put(lambda: self._worker.finish(done))
        done.wait(_CLOSING_S)

    def _build(self, options: Mapping[str, object]) -> Driver:
        """In the driver's thread, so that a device which is not there is a failed opening like any other."""
        named = options.get("device")
        if isinstance(named, str):
            path = _located(named, self._contract) if named.startswith("usb:") else named
            options = {**options, "device": path}
            self._located = path
        return build_from_factory(self._factory, options) if self._factory else build_driver(self._driver, options)

    def _send(self, event: Event) -> None:
        if isinstance(event, Opened):
            # Only a path that was there tells something by going away; an index or an address has none.
            path = Path(self._located)
            self._device_path = path if path.is_absolute() and path.exists() else None
        data = to_bytes(event)
        try:
            with self._sending:
                self._link.sendall(data)
        except OSError:
            os._exit(0)  # the daemon is gone

    def _receive(self) -> bytes:
        try:
            return self._link.recv(65536)
        except OSError:
            return b""


def _located(named: str, contract: Contract) -> str:
    from drivers.binding import located  # looks at all that is plugged in, and costs a tenth of a host's start

    return located(named, contract)


def _own_memory_mib() -> int:
    """What this process alone holds in memory, frames left out: those are the daemon's (proc_pid_statm(5))."""
    resident, shared = (int(pages) for pages in Path("/proc/self/statm").read_text().split()[1:3])
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") // (1 << 20)


def main(arguments: Sequence[str] | None = None) -> None:
    """`--factory module:attribute` runs a driver that is in no registry: for tests, never from settings."""
    parser = argparse.ArgumentParser(prog="drivers.host")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--slots", required=True)
    parser.add_argument("--contract", type=Contract, required=True)
    parser.add_argument("--driver", default="")
    parser.add_argument("--factory", default="")
    options = parser.parse_args(arguments)
    die_with_parent(options.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    slot_fds = [int(fd) for fd in options.slots.split(",")]
    for fd in (options.socket, *slot_fds):
        os.set_inheritable(fd, False)  # what a driver starts must not hold the daemon's line or a person's image
    with socket.socket(fileno=options.socket) as link:
        slots = SharedSlots(slot_fds)
        Host(link, slots, options.contract, options.driver, options.factory).serve()
    sys.stderr.flush()
    os._exit(0)  # a hung driver's thread and a vendor library's clean-up are not waited for


if __name__ == "__main__":
    main()
