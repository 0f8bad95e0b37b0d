"""What an open page follows: the running capture's pictures, and that something changed.

Neither keeps a screen unlocked, and both end when it locks or its reader has gone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from appliance.attendance.preview import NOTHING, Said
from appliance.errors import AccessDenied
from appliance.web.doorkeeper import COOKIE, HEADERS
from appliance.web.keys import NEWS, PORTS, STREAMS
from appliance.web.rendering import wording_of

LOOK_ROUND_S = 2.0
"""How often a silent stream checks that the session is still open and somebody is still reading."""

_BOUNDARY = "frame"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _stream(handler: Handler) -> Handler:
    """Known to the application while it runs: a reader who has gone takes the server's own knowledge of it along."""

    @wraps(handler)
    async def handled(request: web.Request) -> web.StreamResponse:
        streams, task = request.app[STREAMS], asyncio.current_task()
        assert task is not None
        streams.add(task)
        try:
            return await handler(request)
        finally:
            streams.discard(task)

    return handled


async def end_streams(app: web.Application) -> None:
    """When the application stops."""
    open_streams = app[STREAMS]
    streams = list(open_streams)
    for task in streams:
        task.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


@_stream
async def preview(request: web.Request) -> web.StreamResponse:
    """`multipart/x-mixed-replace` JPEG of one capture, for as long as it runs and the page watches.

    Each picture is followed by its boundary at once: browsers show a part when they have seen its end. Where no
    capture runs it ends at once, for a browser has few connections to spare; a page without scripts, which cannot ask
    again, waits for the next one (`?next`).
    """
    content_type = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": content_type})
    await response.prepare(request)
    await response.write(f"--{_BOUNDARY}\r\n".encode())
    attendances, patient = request.app[PORTS].attendances, "next" in request.query
    frames = attendances.preview.frames()
    following = asyncio.ensure_future(anext(frames, None))
    try:
        while (patient or attendances.capturing is not None) and _watched(request):
            done, _ = await asyncio.wait({following}, timeout=LOOK_ROUND_S)
            if done:
                frame = following.result()
                if frame is None:
                    break
                following = asyncio.ensure_future(anext(frames, None))
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame.jpeg)}\r\n\r\n"
                if not await _told(response, head.encode() + frame.jpeg + f"\r\n--{_BOUNDARY}\r\n".encode()):
                    break
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return response


@_stream
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: a number that grows whenever something changed; `instruction`, what whoever is being captured
    is to do now (JSON, `code` and `sentence`, empty for nothing; `light`, what the screen is to be filled with: its
    `ticket` and its `colour`, R, G, B, or null); `locked` once, when the screen locks."""
    news, preview = request.app[NEWS], request.app[PORTS].attendances.preview
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
    await response.prepare(request)
    number, said = news.number, NOTHING
    await response.write(f"data: {number}\n\n".encode())
    changed = asyncio.ensure_future(news.after(number))
    instructed = asyncio.ensure_future(preview.instruction_after(said))
    try:
        while _reading(request):
            if not _unlocked(request):
                await response.write(b"event: locked\ndata: 0\n\n")
                break
            await asyncio.wait({changed, instructed}, timeout=LOOK_ROUND_S, return_when=asyncio.FIRST_COMPLETED)
            told = b""
            if instructed.done():
                said = instructed.result()
                instructed = asyncio.ensure_future(preview.instruction_after(said))
                told += _instruction(request, said)
            if changed.done():
                number = changed.result()
                changed = asyncio.ensure_future(news.after(number))
                told += f"data: {number}\n\n".encode()
            if told and not await _told(response, told):
                break
    finally:
        changed.cancel()
        instructed.cancel()
        await asyncio.gather(changed, instructed, return_exceptions=True)
    return response


def _instruction(request: web.Request, said: Said) -> bytes:
    sentence = wording_of(request).instruction(said.kind, said.code) if said.code else ""
    light = None if said.light is None else {"ticket": said.light.ticket, "colour": said.light.colour}
    told = json.dumps({"code": said.code, "sentence": sentence, "light": light})
    return f"event: instruction\ndata: {told}\n\n".encode()


async def _told(response: web.StreamResponse, data: bytes) -> bool:
    """Whether there was still somebody to tell."""
    try:
        await response.write(data)
    except ConnectionError:
        return False
    return True


def _watched(request: web.Request) -> bool:
    return _reading(request) and _unlocked(request)


def _reading(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


def _unlocked(request: web.Request) -> bool:
    try:
        request.app[PORTS].accounts.unlocked_session(request.cookies.get(COOKIE, ""), activity=False)
    except AccessDenied:
        return False
    return True
