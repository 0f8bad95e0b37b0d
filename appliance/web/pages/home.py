"""The start: what is open, and a new attendance."""

from __future__ import annotations

from aiohttp import web

from appliance.errors import ConfigurationError, KioskError
from appliance.technicians.gate import may_open_attendance
from appliance.web.answers import Answer, respond, status_of, wants_json
from appliance.web.forms import Form
from appliance.web.keys import PORTS, SESSION
from appliance.web.views import attendance_view


async def show(request: web.Request) -> web.Response:
    return _page(request)


async def open_attendance(request: web.Request) -> web.Response:
    """Raises AccessDenied `training-missing`, `centre-model`; AttendanceError `attendance-request`."""
    try:
        return await _open(request)
    except KioskError as error:
        if wants_json(request):
            raise
        return _page(request, error, await Form.of(request))


async def _open(request: web.Request) -> web.Response:
    ports, form = request.app[PORTS], await Form.of(request)
    configuration = ports.configuration()
    if configuration is None:
        raise ConfigurationError("This box has no valid configuration from AIMA yet.", code="configuration-missing")
    technician = ports.accounts.technician(request[SESSION])
    plan_id = form.text("plan_id", "")
    for plan in configuration.capture_plans:
        if plan.plan_id == plan_id:
            may_open_attendance(technician, configuration.centre, plan, ports.clock.now().date())
    attendance = await ports.attendances.open(technician.technician_id, plan_id, form.texts("areas"))
    path = f"/attendances/{attendance.attendance_id}"
    return respond(request, Answer(data=attendance_view(attendance, capturing=False), see_other=path))


def _page(request: web.Request, problem: KioskError | None = None, form: Form | None = None) -> web.Response:
    service = request.app[PORTS].attendances
    attendances = service.register.all()
    views = [attendance_view(a, capturing=service.capturing == a.attendance_id) for a in attendances]
    context = {
        "attendances": attendances,
        "problem": problem.to_dict() if problem else None,
        "typed_areas": form.texts("areas") if form else (),
        "typed_plan": form.text("plan_id", "") if form else "",
    }
    status = status_of(problem) if problem else 200
    data = {"attendances": views, "damaged": sorted(service.register.damaged)}
    return respond(request, Answer(data=data, template="home.html", context=context, status=status))
