"""How a handler's data becomes an answer: JSON for scripts, a rendered page for people, a redirect after a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from appliance.errors import (
    AccessDenied,
    AttendanceError,
    ConfigurationError,
    DeviceError,
    DocumentError,
    KioskError,
    QualityError,
    StateError,
    UsageError,
)
from appliance.web.rendering import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`data` is the JSON form. A page names its `template` and adds what only people need; a form's success names
    where to go next instead."""

    data: dict[str, Any]
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    see_other: str = ""
    status: int = 200


def wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def respond(request: web.Request, answer: Answer) -> web.Response:
    if wants_json(request) or not (answer.template or answer.see_other):
        return web.json_response(answer.data, status=answer.status)
    if answer.see_other:
        return web.Response(status=303, headers={"Location": answer.see_other})
    context = {**answer.context, "data": answer.data}
    page = render(request, answer.template, context)
    return web.Response(text=page, content_type="text/html", charset="utf-8", status=answer.status)


def status_of(error: KioskError) -> int:
    match error:
        case AccessDenied():
            return 401 if error.code.startswith(("session-", "log-in-")) else 403
        case AttendanceError():
            return 404 if error.code == "attendance-unknown" else 409
        case UsageError():
            return 400
        case DocumentError() | QualityError():
            return 422
        case ConfigurationError():
            return 409
        case DeviceError() | StateError():
            return 503
        case _:
            return 500
