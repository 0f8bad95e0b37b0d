"""Which language a page is in: the technician's own choice, kept in a cookie. The notice's is another matter."""

from __future__ import annotations

from aiohttp import web

from appliance.web.catalogues import LANGUAGES, USUAL

COOKIE = "claim_kiosk_language"
_YEAR_S = 365 * 24 * 3600


def language_of(request: web.Request) -> str:
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else USUAL


def keep_language(response: web.Response, language: str) -> None:
    response.set_cookie(COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="Strict", path="/")
