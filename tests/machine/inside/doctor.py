"""What the command `claim-kiosk doctor` says inside the machine."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.machine.inside.outside import Outside
from tests.machine.inside.supervised import named_by_udev


async def rows(outside: Outside, *, serial_number: str) -> dict[str, Any]:
    """Its rows about devices, with a reader of that serial number plugged in."""
    await outside.ask("plug", serial_number=serial_number)
    await named_by_udev()
    doctor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "appliance", "doctor", "--json", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await doctor.communicate()
    await outside.ask("unplug")
    found = [json.loads(line) for line in said.splitlines()]
    return {"exit_status": doctor.returncode, "rows": [row for row in found if row["kind"] != "profile"]}
