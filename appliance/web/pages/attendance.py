"""One attendance: its page, and one handler a command. Every command answers with the attendance as it is then."""

from __future__ import annotations

import hashlib

from aiohttp import web

from appliance.attendance.state import Attendance
from appliance.errors import AttendanceError
from appliance.model.applicant import Representative, Standing
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.liveness import LivenessFinding, OverruleReason
from appliance.web.answers import Answer, respond, wants_json
from appliance.web.forms import Form
from appliance.web.keys import PORTS, SESSION
from appliance.web.notice import notice_text
from appliance.web.pages.attendance_page import answer, attendance_id, package_of, page, refused_on_page
from appliance.web.strokes import record_from_text


async def show(request: web.Request) -> web.Response:
    """Raises AttendanceError `attendance-unknown`; people are told when it is unknown because it was delivered."""
    attendances = request.app[PORTS].attendances
    package = package_of(request)
    if package is not None and attendances.register.find(attendance_id(request)) is None and not wants_json(request):
        return respond(request, Answer(data=package, template="sent.html"))
    return page(request, attendances.register.get(attendance_id(request)))


async def back(request: web.Request) -> web.Response:
    """Where a refused command's page is loaded again: a command's address shows nothing by itself."""
    return web.Response(status=303, headers={"Location": f"/attendances/{attendance_id(request)}"})


@refused_on_page
async def read_mrz(request: web.Request) -> web.Response:
    """The document fills what is empty; what was typed meanwhile stays, and is the technician's."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    typed = _typed(form, service.register.find(attendance_id(request)))
    lines = form.text("lines")
    attendance = await service.read_mrz(attendance_id(request), request[SESSION].technician_id, lines)
    if typed and not wants_json(request):
        return page(request, attendance, typed=typed)
    return answer(request, attendance)


def _typed(form: Form, attendance: Attendance | None) -> dict[str, str]:
    """What somebody has filled in by hand, by the form's names; what an earlier document gave is not typed."""
    read = attendance.mrz.fields if attendance is not None and attendance.mrz is not None else {}
    fields = {name: value.strip() for name, value in form.prefixed("field:").items()}
    by_hand = {f"field:{name}": value for name, value in fields.items() if value and value != read.get(name)}
    person = {name: form.text(name, "") for name in ("representative_name", "representative_proof")}
    if any(value.strip() for value in person.values()):
        by_hand |= person | {"representative_standing": form.text("representative_standing", "")}
    return by_hand


@refused_on_page
async def enter_applicant(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    representative = None
    name, proof = _bounded(form, "representative_name"), _bounded(form, "representative_proof")
    if name or proof:
        standing = form.choice("representative_standing", Standing)
        representative = Representative(name=name, standing=standing, proof=proof)
    return answer(
        request,
        await service.enter_applicant(
            attendance_id(request), request[SESSION].technician_id, form.prefixed("field:"), representative
        ),
    )


def _bounded(form: Form, name: str) -> str:
    text = form.text(name, "")
    if len(text) > 200 or not text.isprintable():
        raise AttendanceError(
            "A field of the representative is too long or not plain text.", code="applicant-fields", fields=(name,)
        )
    return text.strip()


@refused_on_page
async def show_notice(request: web.Request) -> web.Response:
    """Records which text was shown, by its hash, so that it can be proven later."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    language = form.text("language")
    digest = hashlib.sha256(notice_text(language).encode()).hexdigest()
    return answer(
        request, await service.show_notice(attendance_id(request), request[SESSION].technician_id, language, digest)
    )


@refused_on_page
async def capture(request: web.Request) -> web.Response:
    """Waits until the attempt has ended. Raises DeviceError, AttendanceError."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    return answer(
        request,
        await service.capture(
            attendance_id(request),
            request[SESSION].technician_id,
            form.text("target"),
            check_presence=form.text("check_presence", "") == "1",
            show_colours=form.text("show_colours", "") == "1",
        ),
    )


async def light_painted(request: web.Request) -> web.Response:
    """A running page has painted the colour of `ticket`, `after_ms` after it had heard of it."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    service.light_painted(attendance_id(request), form.text("ticket"), form.count("after_ms", 0) / 1000.0)
    return web.Response(status=204)


async def light_refused(request: web.Request) -> web.Response:
    """The colours are gone from the page because somebody wished so, or nobody sees it any more."""
    request.app[PORTS].attendances.refuse_light(attendance_id(request))
    return web.Response(status=204)


@refused_on_page
async def take_now(request: web.Request) -> web.Response:
    service = request.app[PORTS].attendances
    service.take_now(attendance_id(request))
    return answer(request, service.register.get(attendance_id(request)))


@refused_on_page
async def decide(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    decision = form.choice("decision", Decision)
    return answer(
        request,
        await service.decide(attendance_id(request), request[SESSION].technician_id, form.text("target"), decision),
    )


@refused_on_page
async def exempt(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    return answer(
        request,
        await service.exempt(
            attendance_id(request),
            request[SESSION].technician_id,
            form.text("target"),
            form.text("position"),
            form.choice("reason", ExemptionReason),
            permanent=form.text("permanent", "") in ("1", "true", "on"),
        ),
    )


@refused_on_page
async def rule_on_liveness(request: web.Request) -> web.Response:
    """What the technician finds of an alarm. Raises AttendanceError, UsageError."""
    form, service = await Form.of(request), request.app[PORTS].attendances
    finding = form.choice("finding", LivenessFinding)
    overruled = finding is LivenessFinding.OVERRULED
    return answer(
        request,
        await service.rule_on_liveness(
            attendance_id(request),
            request[SESSION].technician_id,
            form.text("target"),
            form.count("round"),
            form.count("number"),
            finding,
            form.choice("reason", OverruleReason) if overruled else None,
        ),
    )


@refused_on_page
async def sign(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    record = record_from_text(form.text("strokes"))
    return answer(request, await service.sign(attendance_id(request), request[SESSION].technician_id, record))


@refused_on_page
async def sign_on_pad(request: web.Request) -> web.Response:
    """Waits until the signature has ended. Raises DeviceError, AttendanceError, UsageError."""
    service = request.app[PORTS].attendances
    return answer(request, await service.sign_on_pad(attendance_id(request), request[SESSION].technician_id))


@refused_on_page
async def sign_again(request: web.Request) -> web.Response:
    service = request.app[PORTS].attendances
    return answer(request, await service.sign_again(attendance_id(request), request[SESSION].technician_id))


@refused_on_page
async def unable_to_sign(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    return answer(
        request,
        await service.unable_to_sign(attendance_id(request), request[SESSION].technician_id, form.text("reason")),
    )


@refused_on_page
async def seal(request: web.Request) -> web.Response:
    service = request.app[PORTS].attendances
    return answer(request, await service.seal(attendance_id(request), request[SESSION].technician_id))


@refused_on_page
async def abandon(request: web.Request) -> web.Response:
    form, service = await Form.of(request), request.app[PORTS].attendances
    await service.abandon(attendance_id(request), request[SESSION].technician_id, form.text("reason", ""))
    return respond(request, Answer(data={"attendance_id": attendance_id(request), "step": "abandoned"}, see_other="/"))
