"""What an open page follows: the running capture's pictures, and that something changed."""

from __future__ import annotations

from aiohttp import web

from appliance.web.doorkeeper import HEADERS
from appliance.web.keys import NEWS, PORTS

_BOUNDARY = "frame"


async def preview(request: web.Request) -> web.StreamResponse:
    """`multipart/x-mixed-replace` JPEG for as long as the page watches."""
    content_type = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": content_type})
    await response.prepare(request)
    async for frame in request.app[PORTS].attendances.preview.frames():
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame.jpeg)}\r\n\r\n"
        await response.write(head.encode() + frame.jpeg + b"\r\n")
    return response


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: a number that grows whenever something changed."""
    news = request.app[NEWS]
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
    await response.prepare(request)
    number = news.number
    await response.write(f"data: {number}\n\n".encode())
    while True:
        number = await news.after(number)
        await response.write(f"data: {number}\n\n".encode())
