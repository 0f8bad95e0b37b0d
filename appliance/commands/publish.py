"""`claim-kiosk sandbox publish`: stands for AIMA pushing a new configuration to its boxes.

The file goes as it is, good or bad: whether it is fit to use is for the box to say, and its refusal can be looked at.
Whoever published a bad one without meaning to is told all the same (`require_usable`).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from appliance.durable.private_file import read_private
from appliance.errors import ConfigurationError, ServiceError, UsageError
from appliance.remote_config.activation import decode_configuration
from appliance.sandbox.layout import MARKER
from appliance.sandbox.presence import running
from appliance.technicians.accounts import check_accounts

LARGEST_BYTES = 4 << 20
TIMEOUT = aiohttp.ClientTimeout(total=20.0)


class _Control(msgspec.Struct, frozen=True, kw_only=True):
    control_url: str
    token: str


async def publish(file: Path, state: Path | None, *, fault: str = "") -> dict[str, Any]:
    """Sign and publish `file` at the stand-in AIMA of the sandbox in `state`, or of the only one that runs.

    `fault` (`rolled-back`, `expired`, `under-signed`, `tampered`) makes AIMA publish it badly. Answers
    `{version, sha256, bytes, hinted}`: the signed version, and how many boxes were told.

    Raises UsageError `file-unreadable`, `sandbox-not-running`, `sandbox-several`; ServiceError `sandbox-refused`,
    `sandbox-unreachable`.
    """
    body = await asyncio.to_thread(_read, file)
    control = await asyncio.to_thread(_control, state)
    url = control.control_url.rstrip("/") + "/control/publish"
    headers = {"Authorization": f"Bearer {control.token}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(
                url, data=body, headers=headers, params={"fault": fault} if fault else {}, allow_redirects=False
            ) as answer,
        ):
            if answer.status != 200:
                reason = (await answer.text())[:200]
                raise ServiceError(f"The sandbox did not publish it: {reason}.", code="sandbox-refused")
            done: dict[str, Any] = await answer.json()
            return done
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ServiceError("The sandbox does not answer: is it still running?", code="sandbox-unreachable") from error


def require_usable(file: Path) -> None:
    """What every box will say to `file`, as far as that can be known here. Blocking.

    Raises ConfigurationError by the code that the box will refuse it with, UsageError `file-unreadable`.
    """
    try:
        check_accounts(decode_configuration(_read(file), now=datetime.now(UTC)))
    except ConfigurationError as error:
        why = "; ".join(error.reasons) or error.sentence.rstrip(".")
        raise ConfigurationError(
            f"It was published as it is, but no box will take it: {why}.", code=error.code, reasons=error.reasons
        ) from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file.name} cannot be read: {error.strerror}.", code="file-unreadable") from error
    if not data or len(data) > LARGEST_BYTES:
        raise UsageError(f"{file.name} is empty or larger than 4 MiB.", code="file-unreadable")
    return data


def _control(state: Path | None) -> _Control:
    if state is None:
        roots = running()
        if len(roots) > 1:
            raise UsageError("Several sandboxes are running: say which with --state.", code="sandbox-several")
        if not roots:
            raise UsageError("No sandbox is running: start one, or name its --state.", code="sandbox-not-running")
        state = roots[0]
    data = read_private(state / MARKER)
    if data is None:
        raise UsageError("That folder holds no sandbox.", code="sandbox-not-running")
    try:
        control = msgspec.json.decode(data, type=_Control)
    except msgspec.DecodeError as error:
        raise UsageError("That folder's sandbox.json is damaged.", code="sandbox-not-running") from error
    parts = urlsplit(control.control_url)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise UsageError("No sandbox is running in that folder.", code="sandbox-not-running")
    return control
