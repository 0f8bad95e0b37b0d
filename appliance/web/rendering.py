"""Templates and words, read and compiled once at the start, and what every page is given besides its own data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from aiohttp import web

from appliance.errors import AccessDenied
from appliance.model.device import DeviceState
from appliance.web import doubts, guidance
from appliance.web.catalogues import LANGUAGES, read_catalogues
from appliance.web.keys import NEWS, PORTS, SESSION
from appliance.web.languages import language_of
from appliance.web.ports import WebPorts
from appliance.web.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"


class Pages(msgspec.Struct, frozen=True):
    """Everything from disk that rendering needs: nothing is read or compiled while the event loop runs."""

    templates: dict[str, jinja2.Template]
    wordings: dict[str, Wording]


def read_pages() -> Pages:
    """Blocking: reads catalogues and templates, and compiles these. Raises jinja2.TemplateError for a wrong one."""
    sources = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["guide"] = guidance
    environment.globals["doubts"] = doubts
    templates = {name: environment.get_template(name) for name in sources}
    return Pages(templates, {language: Wording(catalogue) for language, catalogue in read_catalogues().items()})


PAGES = web.AppKey("pages", Pages)


def render(request: web.Request, template: str, context: Mapping[str, Any]) -> str:
    """One page with what every page has besides its own data."""
    return request.app[PAGES].templates[template].render({**_common(request), **context})


def wording_of(request: web.Request) -> Wording:
    return request.app[PAGES].wordings[language_of(request)]


def _common(request: web.Request) -> dict[str, Any]:
    ports = request.app[PORTS]
    session = request.get(SESSION)
    configuration = ports.configuration()
    technician = None
    if session is not None:
        try:
            technician = ports.accounts.technician(session)
        except AccessDenied:
            session = None
    wording = wording_of(request)
    return {
        "t": wording,
        "language": wording.language,
        "languages": LANGUAGES,
        "configuration": configuration,
        "session": session,
        "technician": technician,
        "csrf": session.csrf_token if session is not None else "",
        "path": request.path if request.method == "GET" else "/",
        "sandbox": ports.sandbox,
        "news": request.app[NEWS].number,
        "alarms": _alarms(ports) if session is not None else {},
        "problem": None,
        "typed": {},
    }


def _alarms(ports: WebPorts) -> dict[str, int]:
    """How many things under each heading of the navigation need a look."""
    failed = (DeviceState.FAILED, DeviceState.RESTARTING)
    unwell = {finding.check for finding in ports.health() if finding.state != "ok"}
    if ports.refused_configuration() is not None:
        unwell.add("configuration")  # the health check tells the same a moment later
    return {
        "queue": sum(1 for package in ports.queue() if package["state"] == "refused"),
        "devices": sum(1 for device in ports.devices() if device.state in failed),
        "post": len(unwell),
    }
