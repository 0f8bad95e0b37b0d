"""Log in, log out."""

from __future__ import annotations

from aiohttp import web

from appliance.web.answers import Answer, respond
from appliance.web.doorkeeper import COOKIE
from appliance.web.forms import Form
from appliance.web.keys import PORTS


async def show(request: web.Request) -> web.Response:
    ports = request.app[PORTS]
    demonstration = ports.demonstration if ports.sandbox else None
    context = {"next": _local(request.query.get("next", "/")), "demonstration": demonstration}
    return respond(request, Answer(data={"page": "log-in"}, template="log_in.html", context=context))


async def log_in(request: web.Request) -> web.Response:
    """Raises AccessDenied `log-in-refused`, `log-in-throttled`."""
    form = await Form.of(request)
    opened = await request.app[PORTS].accounts.log_in(form.text("technician_id"), form.text("password"))
    data = {"technician_id": opened.session.technician_id, "csrf": opened.session.csrf_token}
    response = respond(request, Answer(data=data, see_other=_local(form.text("next", "/"))))
    response.set_cookie(COOKIE, opened.token, httponly=True, samesite="Strict", path="/")
    return response


async def log_out(request: web.Request) -> web.Response:
    request.app[PORTS].accounts.log_out(request.cookies.get(COOKIE, ""))
    response = respond(request, Answer(data={"page": "log-in"}, see_other="/login"))
    response.del_cookie(COOKIE, path="/")
    return response


def _local(path: str) -> str:
    """A path on this page, whatever was asked for: never another host, never a header of its own."""
    clean = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and path.isascii()
    return path if clean else "/"
