"""How the stand-in can be told to misbehave: one named fault, for so many requests, on one kind of request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from appliance.model.receipt import Receipt

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(StrEnum):
    CLOSE = "close"
    """The connection is cut before an answer."""
    SERVER_ERROR = "server-error"
    GARBAGE = "garbage"
    """200 and bytes that mean nothing."""
    HANG = "hang"
    """No answer for `seconds`."""
    CUT_UPLOAD = "cut-upload"
    """The connection is cut after `bytes` of an upload; what came is kept."""
    LOSE_ANSWER = "lose-answer"
    """The work is done, the answer is lost."""
    HTTP_LOCATION = "http-location"
    """The upload's Location names another origin, as servers behind a TLS proxy do."""
    RECEIPT_WRONG_SIGNATURE = "receipt-wrong-signature"
    RECEIPT_OTHER_PACKAGE = "receipt-other-package"
    RECEIPT_OTHER_BYTES = "receipt-other-bytes"
    RECEIPT_LATE = "receipt-late"
    RECEIPT_REFUSED = "receipt-refused"


class Misbehaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`method` and `path` (a prefix) choose the requests; empty means any. `times` requests, then all is well."""

    fault: Fault
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float = 30.0
    bytes: int = 65536


class Conscience:
    """Holds what the stand-in has been told; each fault is used up as it happens."""

    def __init__(self) -> None:
        self._faults: list[tuple[Misbehaviour, int]] = []

    def tell(self, misbehaviour: Misbehaviour) -> None:
        self._faults.append((misbehaviour, misbehaviour.times))

    def behave(self) -> None:
        """Forgets every fault."""
        self._faults.clear()

    def take(self, method: str, path: str, *among: Fault) -> Misbehaviour | None:
        """The first fault of these kinds that fits the request, once less."""
        for index, (told, left) in enumerate(self._faults):
            fits = told.fault in among and told.method in ("", method) and path.startswith(told.path)
            if fits:
                if left > 1:
                    self._faults[index] = (told, left - 1)
                else:
                    del self._faults[index]
                return told
        return None


def middleware(conscience: Conscience) -> Middleware:
    """The faults that need no knowledge of what is asked."""

    @web.middleware
    async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
        early = conscience.take(
            request.method, request.path, Fault.CLOSE, Fault.SERVER_ERROR, Fault.GARBAGE, Fault.HANG
        )
        if early is not None:
            if early.fault is Fault.SERVER_ERROR:
                return web.Response(status=500, text="told to fail")
            if early.fault is Fault.GARBAGE:
                return web.Response(body=b"\x00\xff<garbage>", content_type="application/octet-stream")
            if early.fault is Fault.HANG:
                await asyncio.sleep(early.seconds)
            return _cut(request)
        response = await handler(request)
        if conscience.take(request.method, request.path, Fault.LOSE_ANSWER) is not None:
            return _cut(request)
        return response

    return misbehave


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def spoiled(receipt: Receipt, fault: Fault) -> Receipt:
    """A receipt that no box may believe."""
    replace = msgspec.structs.replace
    match fault:
        case Fault.RECEIPT_OTHER_PACKAGE:
            return replace(receipt, package_id="0" * 32)
        case Fault.RECEIPT_OTHER_BYTES:
            return replace(receipt, sha256="0" * 64)
        case _:
            return replace(receipt, received_at="2000-01-01T00:00:00.000Z")
