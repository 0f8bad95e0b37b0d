"""Any reader that Debian's pcscd knows, through pyscard in a helper process on the system's Python.

pyscard has no wheel for arm64 and needs libpcsclite to be built, so that it is Debian's (`python3-pyscard`). A card is
held for us alone (PC/SC's exclusive sharing) and reset when it is let go of. Not responsible for the process and its
messages (`transport.system_process`) nor for the calls (`reader_process`).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec

from drivers.contracts import CardEvent, ChipRequest, DeviceIdentity, Stop
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    CardUnresponsive,
    ChipServiceMissing,
    DeviceBusy,
    DeviceLost,
    DeviceTimedOut,
    DriverError,
)
from drivers.pcsc.session import Asking, PcscSession
from drivers.transport import access
from drivers.transport.system_process import SystemProcess

_MODULE: Final = "drivers.pcsc.reader_process"
_WAIT_MS: Final = 200
_SOCKET: Final = "PCSCLITE_CSOCK_NAME"
"""pcsc-lite's own variable for the socket of its service."""
_VIRTUAL: Final = "Virtual PCD"


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device` is a part of the reader's name, whatever its case; empty takes the first that there is.

    `socket` is that of a pcscd which is not the system's. `python` is the system's, where `smartcard` can be imported.
    """

    device: str = ""
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    open_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    socket: str = ""
    python: str = "/usr/bin/python3"


class PcscReader:
    """A `ChipReader`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._helper: SystemProcess | None = None
        self._open = False
        self._let_go_s = 0.0

    def open(self) -> DeviceIdentity:
        """ChipServiceMissing without pcscd or pyscard, DeviceNotFound without such a reader."""
        self.close()
        name = self._start()
        self._open = True
        model = name.rpartition(" ")[0].rpartition(" ")[0] or name  # without pcscd's numbers of reader and slot
        return DeviceIdentity(vendor="", model=model, simulated=_VIRTUAL in name)

    def close(self) -> None:
        self._open = False
        self._end()

    def watch(self, request: ChipRequest, stop: Stop) -> Iterator[CardEvent]:
        known = CardEvent(present=False)
        count, wait_ms = -1, 0
        while not stop.is_set():
            state, atr = self._status(wait_ms)
            wait_ms = _WAIT_MS
            was, known = known, CardEvent(present=bool(state["present"]), atr=atr if state["present"] else b"")
            other, count = state["count"] != count, int(state["count"])
            if was.present and (other or not known.present):
                yield CardEvent(present=False)
            if known.present and (other or not was.present):
                yield known

    def session(self, request: ChipRequest, stop: Stop) -> PcscSession:
        deadline = time.monotonic() + request.timeout_s
        state, _ = self._status(0)
        while not state["present"]:
            if stop.is_set():
                raise CaptureCancelled
            if time.monotonic() >= deadline:
                raise CaptureTimedOut("No document was laid on the chip reader in time: try again.")
            state, _ = self._status(_WAIT_MS)
        if state["mute"]:
            raise CardUnresponsive
        connected, atr = self._connect(deadline, stop)
        return PcscSession(self._ask, atr, int(connected["count"]))

    def _connect(self, deadline: float, stop: Stop) -> tuple[dict[str, Any], bytes]:
        """A helper that was ended in the middle of a command holds the card until that is answered: wait for it."""
        while True:
            try:
                return self._ask(Asking("connect", "connected"), stop)
            except DeviceBusy:
                if time.monotonic() >= min(deadline, self._let_go_s):
                    raise
            if stop.wait(_WAIT_MS / 1000):
                raise CaptureCancelled

    def _status(self, wait_ms: int) -> tuple[dict[str, Any], bytes]:
        return self._ask(Asking("status", "status", {"wait_ms": wait_ms}), None)

    def _ask(self, asking: Asking, stop: Stop | None) -> tuple[dict[str, Any], bytes]:
        """What the helper answers. One that owes an answer is ended, and another is started when it is needed."""
        if not self._open:
            raise DeviceLost("The chip reader is not open.")
        if self._helper is None:
            self._start()
        helper = self._helper
        assert helper is not None
        try:
            helper.say({"do": asking.do, **asking.facts}, asking.raw)
            return helper.hear(asking.event, time.monotonic() + self._options.answer_timeout_s, stop)
        except (CaptureCancelled, DeviceTimedOut):
            self._end()
            self._let_go_s = time.monotonic() + self._options.answer_timeout_s
            raise

    def _start(self) -> str:
        """A helper, with the reader open: the reader's name."""
        environment = {_SOCKET: self._options.socket} if self._options.socket else {}
        self._helper = helper = SystemProcess(
            self._options.python,
            _MODULE,
            missing=_missing,
            ended=_ended,
            denied=access.CHIP_READER,
            environment=environment,
        )
        try:
            helper.say({"do": "open", "device": self._options.device})
            opened, _ = helper.hear("opened", time.monotonic() + self._options.open_timeout_s, None)
        except BaseException:
            self._end()
            raise
        return str(opened.get("reader", ""))

    def _end(self) -> None:
        helper, self._helper = self._helper, None
        if helper is not None:
            with contextlib.suppress(DriverError):
                helper.end()


def _missing() -> DriverError:
    return ChipServiceMissing("The system's smart-card library is missing: install Debian's python3-pyscard and pcscd.")


def _ended() -> DriverError:
    return DeviceLost("The smart-card library ended unexpectedly: unplug the chip reader and plug it in again.")


def create(options: Options) -> PcscReader:
    """The reader, not opened."""
    return PcscReader(options)
