"""The web server: routes to pages, on the loopback only. TLS is not for here: nothing leaves the machine."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from appliance.errors import ServiceError
from appliance.runtime.access_log import RouteAccessLogger
from appliance.web.doorkeeper import MIDDLEWARES
from appliance.web.keys import NEWS, PORTS, STREAMS
from appliance.web.news import News
from appliance.web.pages import attendance, home, language, live, log_in, pictures, status
from appliance.web.pages.way_back import back_to
from appliance.web.ports import WebPorts
from appliance.web.rendering import PAGES, read_pages

LARGEST_REQUEST_BYTES = 1 << 20
HERE = Path(__file__).parent
ONE = "/attendances/{attendance_id:[0-9a-f]{32}}"

ROUTES = (
    web.get("/login", log_in.show),
    web.post("/login", log_in.log_in),
    web.post("/unlock", log_in.unlock),
    web.post("/lock", log_in.lock),
    web.post("/logout", log_in.log_out),
    web.get("/session", log_in.session),
    web.post("/language", language.choose),
    web.get("/", home.show),
    web.post("/attendances", home.open_attendance),
    web.get(ONE, attendance.show),
    web.post(f"{ONE}/mrz", attendance.read_mrz),
    web.post(f"{ONE}/applicant", attendance.enter_applicant),
    web.post(f"{ONE}/notice", attendance.show_notice),
    web.post(f"{ONE}/capture", attendance.capture),
    web.post(f"{ONE}/take", attendance.take_now),
    web.post(f"{ONE}/light", attendance.light_painted),
    web.post(f"{ONE}/light-refused", attendance.light_refused),
    web.post(f"{ONE}/decide", attendance.decide),
    web.post(f"{ONE}/exempt", attendance.exempt),
    web.post(f"{ONE}/liveness", attendance.rule_on_liveness),
    web.post(f"{ONE}/signature", attendance.sign),
    web.post(f"{ONE}/sign-on-pad", attendance.sign_on_pad),
    web.post(f"{ONE}/sign-again", attendance.sign_again),
    web.post(f"{ONE}/unable-to-sign", attendance.unable_to_sign),
    web.post(f"{ONE}/seal", attendance.seal),
    web.post(f"{ONE}/abandon", attendance.abandon),
    web.get(f"{ONE}/pictures/{{target:[a-z_]+}}", pictures.show),
    web.get(f"{ONE}/{{command:[a-z-]+}}", attendance.back),
    web.get("/preview", live.preview),
    web.get("/events", live.events),
    web.get("/queue", status.queue),
    web.post("/queue/{package_id:[0-9a-f-]{1,64}}/try-again", status.try_again),
    web.get("/devices", status.devices),
    web.post("/devices/{device_id:[A-Za-z0-9._-]{1,64}}/care", status.cared_for),
    web.get("/devices/{device_id:[A-Za-z0-9._-]{1,64}}/care", back_to("/devices")),
    web.get("/post", status.post),
    web.get("/healthz", status.healthz),
    # A refusal leaves people at a command's own address: loaded again, it leads where the command was given.
    *(web.get(path, back_to("/")) for path in ("/attendances", "/lock", "/logout", "/language")),
    web.get("/unlock", back_to("/login")),
    web.get("/queue/{package_id:[0-9a-f-]{1,64}}/try-again", back_to("/queue")),
)


@dataclass(frozen=True, slots=True)
class RunningWeb:
    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        await self.runner.cleanup()


def make_app(ports: WebPorts, news: News) -> web.Application:
    """Blocking: reads templates, catalogues and where the static files lie."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=LARGEST_REQUEST_BYTES)
    app[PORTS] = ports
    app[NEWS] = news
    app[PAGES] = read_pages()
    app[STREAMS] = set()
    app.on_shutdown.append(live.end_streams)
    app.add_routes(ROUTES)
    app.router.add_static("/static/", HERE / "static")
    return app


async def start_web(ports: WebPorts, news: News, host: str, port: int) -> RunningWeb:
    """Serves until closed. A running capture's or watcher's connection is cut after one second on closing.

    Raises ServiceError `page-port-in-use`, `page-not-served`.
    """
    runner = web.AppRunner(
        await asyncio.to_thread(make_app, ports, news),
        access_log_class=RouteAccessLogger,
        shutdown_timeout=1.0,
        handle_signals=False,
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise _not_served(error, port) from error
    name, bound = runner.addresses[0][:2]
    shown = f"[{name}]" if ":" in name else name
    return RunningWeb(f"http://{shown}:{bound}/", runner)


def _not_served(error: OSError, port: int) -> ServiceError:
    if error.errno == errno.EADDRINUSE:
        return ServiceError(
            f"Another program is using the page's port {port}: end it, or choose another web.port in the settings.",
            code="page-port-in-use",
        )
    return ServiceError(
        f"The page cannot be served on port {port} ({error.strerror}): choose another web.port in the settings.",
        code="page-not-served",
    )
