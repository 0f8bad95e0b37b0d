"""The access log knows routes, not what a client typed."""

from __future__ import annotations

import aiohttp
from aiohttp import web
from structlog.testing import capture_logs

from appliance.runtime.access_log import RouteAccessLogger


async def test_neither_path_nor_query_nor_address_is_logged() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/attendances/{attendance_id}", page)
    runner = web.AppRunner(app, access_log_class=RouteAccessLogger)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        with capture_logs() as lines:
            async with aiohttp.ClientSession(f"http://{host}:{port}") as client:
                for path in ("/attendances/a1?surname=ERIKSSON", "/ERIKSSON"):
                    async with client.get(path) as answer:
                        await answer.read()
    finally:
        await runner.cleanup()
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/attendances/{attendance_id}", 200),
        ("unmatched", 404),
    ]
    assert all(set(line) == {"event", "log_level", "method", "route", "status", "duration_ms"} for line in lines)
    assert "ERIKSSON" not in str(lines)
