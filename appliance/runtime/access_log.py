"""The web server's access log: method, route template, status and duration; never a path, a query or an address."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

log = structlog.get_logger(__name__)


class RouteAccessLogger(AbstractAccessLogger):
    """Pass as `access_log_class`. What a client typed never reaches a line: unknown paths are `unmatched`."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        match_info = getattr(request, "match_info", None)
        resource = match_info.route.resource if match_info is not None else None
        log.info(
            "request",
            method=request.method if request.method in _METHODS else "other",
            route=resource.canonical if resource is not None else "unmatched",
            status=response.status,
            duration_ms=round(time * 1000, 1),
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
