"""Who may pass: loopback names only, a session for everything but the log-in, a token for everything that changes.

The page is on the same machine as the browser, so what is left to fear is another page in that browser: DNS rebinding
(Host), cross-site forms (Origin, SameSite, CSRF token), framing and injected script (headers).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from yarl import URL

from appliance.errors import AccessDenied, KioskError, UsageError
from appliance.web.answers import Answer, respond, status_of, wants_json
from appliance.web.keys import PORTS, SESSION

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "claim_kiosk_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"

BACKGROUND_HEADER = "X-Background"

OPEN_ROUTES = frozenset({"/login", "/unlock", "/healthz", "/language"})
BACKGROUND_ROUTES = frozenset({"/preview", "/events"})
"""What the page does by itself must not keep a screen unlocked; what else it asks for alone carries the header."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    # `no-referrer` would make browsers send `Origin: null` with our own forms (Fetch standard).
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@web.middleware
async def add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def name_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Our errors as themselves, aiohttp's as ours; anything else is logged by the server and shown as `internal`."""
    try:
        return await handler(request)
    except KioskError as error:
        return _refusal(request, error, status_of(error))
    except web.HTTPRequestEntityTooLarge:
        return _refusal(request, UsageError("That is too much data at once.", code="request-too-large"), 413)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return _refusal(request, UsageError("There is no such page.", code=f"http-{answer.status}"), answer.status)
    except ConnectionError:
        raise  # nobody is there any more to be told anything; aiohttp knows
    except Exception as error:  # the outermost handler of a request: a person never sees a traceback
        log.error("request-failed", exc_info=error)
        return _refusal(request, KioskError("Something went wrong in the box: try again."), 500)


def _refusal(request: web.Request, error: KioskError, status: int) -> web.StreamResponse:
    if error.code.startswith("session-") and not wants_json(request):
        return web.Response(status=303, headers={"Location": str(URL("/login").with_query(next=_seen_page(request)))})
    return respond(request, Answer(data=error.to_dict(), template="error.html", status=status))


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises AccessDenied `host-refused` or `origin-refused`."""
    if not _loopback(_hostname(f"//{request.headers.get('Host', '')}")):
        raise AccessDenied("This page is only served under this machine's own name.", code="host-refused")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers.get('Host', '')}":
        raise AccessDenied("This request comes from another page.", code="origin-refused")
    return await handler(request)


@web.middleware
async def check_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises AccessDenied `session-ended`, `session-locked`, `csrf`."""
    path = request.path
    if path in OPEN_ROUTES or path.startswith("/static/"):
        return await handler(request)
    accounts = request.app[PORTS].accounts
    token = request.cookies.get(COOKIE, "")
    background = path in BACKGROUND_ROUTES or _is_picture(path) or BACKGROUND_HEADER in request.headers
    session = accounts.unlocked_session(token, activity=not background)
    request[SESSION] = session
    if request.method not in ("GET", "HEAD"):
        given = request.headers.get(CSRF_HEADER) or str((await request.post()).get(CSRF_FIELD, ""))
        accounts.check_csrf(token, given)
    return await handler(request)


def _seen_page(request: web.Request) -> str:
    """Where the person was: a command's own address shows nothing, the attendance that it belongs to does."""
    path = request.path
    if request.method == "GET" and not _is_picture(path):
        return path
    return "/".join(path.split("/")[:3]) if path.startswith("/attendances/") else "/"


def _is_picture(path: str) -> bool:
    return path.startswith("/attendances/") and "/pictures/" in path


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


MIDDLEWARES = (add_headers, name_errors, check_origin, check_session)
