"""Where an address leads that only takes commands: whoever is left there by a refusal can load the page again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web


def back_to(page: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that sends people on to the page from which the command is given."""

    async def back(_request: web.Request) -> web.Response:
        return web.Response(status=303, headers={"Location": page})

    return back
