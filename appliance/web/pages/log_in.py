"""Log in, lock, unlock, log out."""

from __future__ import annotations

from aiohttp import web

from appliance.errors import AccessDenied
from appliance.technicians.sessions import Opened, Session
from appliance.web.answers import Answer, respond, status_of, wants_json
from appliance.web.doorkeeper import COOKIE
from appliance.web.forms import Form
from appliance.web.keys import PORTS, SESSION
from appliance.web.local_path import local_path


async def show(request: web.Request) -> web.Response:
    """The log-in page, or the password alone where the screen is locked."""
    following = local_path(request.query.get("next", "/"))
    session = _session(request)
    if session is not None and not session.locked and not wants_json(request):
        return web.Response(status=303, headers={"Location": following})
    return _page(request, following, locked=session is not None and "other" not in request.query)


async def log_in(request: web.Request) -> web.Response:
    """Raises AccessDenied `log-in-refused`, `log-in-throttled`."""
    form, accounts = await Form.of(request), request.app[PORTS].accounts
    following = local_path(form.text("next", "/"))
    try:
        opened = await accounts.log_in(form.text("technician_id"), form.text("password"))
    except AccessDenied as error:
        return _refused(request, error, following, locked=False)
    accounts.log_out(request.cookies.get(COOKIE, ""))
    return _opened(request, opened, following)


async def unlock(request: web.Request) -> web.Response:
    """Raises AccessDenied `log-in-refused`, `log-in-throttled`, `session-ended`."""
    form, accounts = await Form.of(request), request.app[PORTS].accounts
    following = local_path(form.text("next", "/"))
    try:
        opened = await accounts.unlock(request.cookies.get(COOKIE, ""), form.text("password"))
    except AccessDenied as error:
        return _refused(request, error, following, locked=error.code != "session-ended")
    return _opened(request, opened, following)


async def lock(request: web.Request) -> web.Response:
    request.app[PORTS].accounts.lock(request.cookies.get(COOKIE, ""))
    following = local_path((await Form.of(request)).text("next", "/"))
    return respond(request, Answer(data={"page": "locked"}, see_other=f"/login?next={following}"))


async def log_out(request: web.Request) -> web.Response:
    request.app[PORTS].accounts.log_out(request.cookies.get(COOKIE, ""))
    response = respond(request, Answer(data={"page": "log-in"}, see_other="/login"))
    response.del_cookie(COOKIE, path="/")
    return response


async def session(request: web.Request) -> web.Response:
    """Somebody is typing: that is activity, though no page is asked for."""
    return web.json_response({"technician_id": request[SESSION].technician_id})


def _session(request: web.Request) -> Session | None:
    try:
        return request.app[PORTS].accounts.session(request.cookies.get(COOKIE, ""), activity=False)
    except AccessDenied:
        return None


def _opened(request: web.Request, opened: Opened, following: str) -> web.Response:
    data = {"technician_id": opened.session.technician_id, "csrf": opened.session.csrf_token}
    response = respond(request, Answer(data=data, see_other=following))
    response.set_cookie(COOKIE, opened.token, httponly=True, samesite="Strict", path="/")
    return response


def _refused(request: web.Request, error: AccessDenied, following: str, *, locked: bool) -> web.Response:
    if wants_json(request):
        raise error
    return _page(request, following, locked=locked, problem=error)


def _page(request: web.Request, following: str, *, locked: bool, problem: AccessDenied | None = None) -> web.Response:
    ports = request.app[PORTS]
    session = _session(request)
    context = {
        "next": following,
        "locked_as": session.technician_id if locked and session is not None else None,
        "demonstration": ports.demonstration if ports.sandbox else None,
        "problem": problem.to_dict() if problem is not None else None,
    }
    status = status_of(problem) if problem is not None else 200
    return respond(request, Answer(data={"page": "log-in"}, template="log_in.html", context=context, status=status))
