"""The line to the test outside the machine: one JSON object a line, on the machine's second serial port."""

from __future__ import annotations

import asyncio
import json
import os
import tty
from collections.abc import Mapping
from typing import Any, Final

_PORT: Final = "/dev/ttyS1"


class Outside:
    """`ask` for what only the machine's outside can do: plug something in, pull something out."""

    def __init__(self) -> None:
        port = os.open(_PORT, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        tty.setraw(port)
        self._read = os.fdopen(port, "rb", buffering=4096)
        self._write = os.fdopen(os.dup(port), "wb", buffering=0)

    def say(self, message: Mapping[str, Any]) -> None:
        left = memoryview(json.dumps(message).encode() + b"\n")
        while left:
            left = left[self._write.write(left) or 0 :]

    async def hear(self) -> Any:
        return json.loads(await asyncio.to_thread(self._read.readline))

    async def ask(self, what: str, **details: object) -> Any:
        self.say({"ask": what, "details": details})
        return (await self.hear())["answer"]
