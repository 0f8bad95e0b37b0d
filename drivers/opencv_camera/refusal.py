"""Why an HTTP camera gave no video: FFmpeg does not say, so it is asked once more without it."""

from __future__ import annotations

import base64
import http.client
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

_REFUSALS: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def http_refusal(address: str, timeout_s: float) -> bool:
    """Whether the camera answers, and answers that this log-in is not let in."""
    parts = urlsplit(address)
    headers = {}
    if parts.username is not None:
        log_in = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(log_in.encode()).decode()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse().status in _REFUSALS
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
