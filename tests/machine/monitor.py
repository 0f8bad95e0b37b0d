"""QEMU's own line (QMP): what is plugged into the machine and pulled out of it while it runs."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_ANSWER_S: Final = 30.0


class Monitor:
    """Usable from several threads. AssertionError for a command that QEMU refuses."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_ANSWER_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self._turn = threading.Lock()
        self._read()  # its greeting
        self.tell("qmp_capabilities")

    def tell(self, command: str, arguments: Mapping[str, Any] | None = None, *, until: str = "") -> None:
        """Returns when it is done; with `until`, when the event of that name has come as well."""
        with self._turn:
            self._socket.sendall(json.dumps({"execute": command, "arguments": arguments or {}}).encode() + b"\n")
            answered, happened = False, not until
            while not (answered and happened):
                message = self._read()
                assert "error" not in message, f"QEMU refuses {command}: {message['error'].get('desc')}"
                answered = answered or "return" in message
                happened = happened or message.get("event") == until

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline()
        assert line, "QEMU has ended"
        message: dict[str, Any] = json.loads(line)
        return message
