"""What was captured, small, for whoever is logged in and has the attendance open before them."""

from __future__ import annotations

from aiohttp import web

from appliance.web.keys import PORTS
from appliance.web.pages.attendance_page import attendance_id


async def show(request: web.Request) -> web.Response:
    """Never stored by a browser (the doorkeeper's headers). Raises as `attendance.pictures` does."""
    pictures = request.app[PORTS].pictures
    jpeg = await pictures.jpeg(attendance_id(request), request.match_info["target"])
    return web.Response(body=jpeg, content_type="image/jpeg")
