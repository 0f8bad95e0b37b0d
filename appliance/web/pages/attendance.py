"""One attendance: its page, and one handler a command. Every command answers with the attendance as it is then."""

from __future__ import annotations

import hashlib

from aiohttp import web

from appliance.attendance.state import Attendance
from appliance.errors import UsageError
from appliance.model.applicant import Representative, Standing
from appliance.model.attendance import Decision, ExemptionReason
from appliance.web.answers import Answer, respond
from appliance.web.forms import Form
from appliance.web.keys import PORTS, SESSION
from appliance.web.notice import notice_text
from appliance.web.strokes import record_from_text
from appliance.web.views import attendance_view


def _id(request: web.Request) -> str:
    return request.match_info["attendance_id"]


def _answer(request: web.Request, attendance: Attendance, *, page: bool = False) -> web.Response:
    ports = request.app[PORTS]
    view = attendance_view(attendance, capturing=ports.attendances.capturing == attendance.attendance_id)
    if page:
        context = {"attendance": attendance, "configuration": ports.configuration()}
        return respond(request, Answer(data=view, template="attendance.html", context=context))
    return respond(request, Answer(data=view, see_other=f"/attendances/{attendance.attendance_id}"))


async def show(request: web.Request) -> web.Response:
    return _answer(request, request.app[PORTS].attendances.register.get(_id(request)), page=True)


async def read_mrz(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    lines = form.text("lines")
    return _answer(request, await service.read_mrz(_id(request), request[SESSION].technician_id, lines))


async def enter_applicant(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    representative = None
    if form.text("representative_name", "").strip():
        representative = Representative(
            name=_bounded(form.text("representative_name")),
            standing=form.choice("representative_standing", Standing),
            proof=_bounded(form.text("representative_proof", "")),
        )
    return _answer(
        request,
        await service.enter_applicant(
            _id(request), request[SESSION].technician_id, form.prefixed("field:"), representative
        ),
    )


def _bounded(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise UsageError("A field of the representative is too long or not plain text.", code="form-field")
    return text.strip()


async def show_notice(request: web.Request) -> web.Response:
    """Records which text was shown, by its hash, so that it can be proven later."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    language = form.text("language")
    digest = hashlib.sha256(notice_text(language).encode()).hexdigest()
    return _answer(request, await service.show_notice(_id(request), request[SESSION].technician_id, language, digest))


async def capture(request: web.Request) -> web.Response:
    """Waits until the attempt has ended. Raises DeviceError, AttendanceError."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    return _answer(request, await service.capture(_id(request), request[SESSION].technician_id, form.text("target")))


async def take_now(request: web.Request) -> web.Response:
    service = request.app[PORTS].attendances
    service.take_now()
    return _answer(request, service.register.get(_id(request)))


async def decide(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    decision = form.choice("decision", Decision)
    return _answer(
        request, await service.decide(_id(request), request[SESSION].technician_id, form.text("target"), decision)
    )


async def exempt(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    return _answer(
        request,
        await service.exempt(
            _id(request),
            request[SESSION].technician_id,
            form.text("target"),
            form.text("position"),
            form.choice("reason", ExemptionReason),
            permanent=form.text("permanent", "") in ("1", "true", "on"),
        ),
    )


async def sign(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    record = record_from_text(form.text("strokes"))
    return _answer(request, await service.sign(_id(request), request[SESSION].technician_id, record))


async def unable_to_sign(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    return _answer(
        request, await service.unable_to_sign(_id(request), request[SESSION].technician_id, form.text("reason"))
    )


async def seal(request: web.Request) -> web.Response:
    service = request.app[PORTS].attendances
    return _answer(request, await service.seal(_id(request), request[SESSION].technician_id))


async def abandon(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    await service.abandon(_id(request), request[SESSION].technician_id, form.text("reason", ""))
    return respond(request, Answer(data={"attendance_id": _id(request), "step": "abandoned"}, see_other="/"))
