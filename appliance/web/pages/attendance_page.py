"""The page of one attendance, also when a command was refused: then with the reason, and with what had been typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from appliance.attendance.state import Attendance
from appliance.attendance.target import Phase
from appliance.errors import AccessDenied, AttendanceError, KioskError
from appliance.model.applicant import Standing
from appliance.model.attendance import ExemptionReason, Step
from appliance.web.answers import Answer, respond, status_of, wants_json
from appliance.web.keys import PORTS
from appliance.web.languages import language_of
from appliance.web.notice import LANGUAGES, notice_paragraphs
from appliance.web.remarks import document_expired
from appliance.web.stepper import fingers_left_out, step_marks
from appliance.web.views import attendance_view

Handler = Callable[[web.Request], Awaitable[web.Response]]

_STEP_TEMPLATES = {
    Step.APPLICANT: "steps/applicant.html",
    Step.NOTICE: "steps/notice.html",
    Step.DOCUMENT: "steps/capture.html",
    Step.FACE: "steps/capture.html",
    Step.FINGERPRINTS: "steps/capture.html",
    Step.SIGNATURE: "steps/signature.html",
    Step.REVIEW: "steps/review.html",
    Step.SEALING: "steps/sealing.html",
    Step.SEALED: "steps/sealed.html",
    Step.ABANDONED: "steps/sealed.html",
}


def attendance_id(request: web.Request) -> str:
    return request.match_info["attendance_id"]


def package_of(request: web.Request) -> dict[str, Any] | None:
    """The queue's row of this attendance, which outlives it."""
    wanted = attendance_id(request)
    return next((package for package in request.app[PORTS].queue() if package["attendance_id"] == wanted), None)


def answer(request: web.Request, attendance: Attendance) -> web.Response:
    """After a command: the view as JSON, or back to the page."""
    return respond(request, Answer(data=_view(request, attendance), see_other=f"/attendances/{attendance_id(request)}"))


def page(request: web.Request, attendance: Attendance, **more: Any) -> web.Response:
    """`more` may hold `problem` (an error as a dict), `wrong` (which fields it is about), `typed` (fields as they were
    sent) and `status`."""
    status = more.pop("status", 200)
    today = request.app[PORTS].clock.now().date()
    expired = document_expired(attendance, more.get("typed", {}), today)
    context = {**_context(request, attendance), "wrong": (), "expired": expired, **more}
    return respond(
        request,
        Answer(data=_view(request, attendance), template="attendance.html", context=context, status=status),
    )


def refused_on_page(handler: Handler) -> Handler:
    """A person who is refused stays on the attendance's page and keeps what they typed; scripts get the error."""

    @wraps(handler)
    async def handled(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except KioskError as error:
            if wants_json(request) or isinstance(error, AccessDenied):
                raise
            attendance = request.app[PORTS].attendances.register.find(attendance_id(request))
            if attendance is None:
                raise
            typed = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
            wrong = error.fields if isinstance(error, AttendanceError) else ()
            problem, status = error.to_dict(), status_of(error)
            return page(request, attendance, problem=problem, wrong=wrong, typed=typed, status=status)

    return handled


def _view(request: web.Request, attendance: Attendance) -> dict[str, Any]:
    capturing = request.app[PORTS].attendances.capturing == attendance.attendance_id
    return attendance_view(attendance, capturing=capturing)


def _context(request: web.Request, attendance: Attendance) -> dict[str, Any]:
    service = request.app[PORTS].attendances
    asked = request.query.get("notice", "")
    editing = request.query.get("edit") == "applicant" and attendance.step not in (Step.SEALING, Step.SEALED)
    notice = asked if asked in LANGUAGES else language_of(request)
    return {
        "attendance": attendance,
        "step_template": _STEP_TEMPLATES[Step.APPLICANT if editing else attendance.step],
        "editing": editing,
        "marks": step_marks(attendance),
        "target": attendance.waiting_target,
        "deciding": attendance.waiting_target is not None and attendance.waiting_target.phase is Phase.DECIDE,
        "capturing": service.capturing == attendance.attendance_id,
        "preview_number": service.preview.number,
        "has_pad": service.has_pad,
        "can_check_presence": service.can_check_presence,
        "desk_busy": service.capturing is not None and service.capturing != attendance.attendance_id,
        "notice_language": notice,
        "notice_languages": LANGUAGES,
        "notice": notice_paragraphs(notice),
        "standings": [standing.value for standing in Standing],
        "exemption_reasons": [reason.value for reason in ExemptionReason if reason is not ExemptionReason.UNDER_SIX],
        "fingers_left_out": fingers_left_out(attendance),
        "package": package_of(request),
    }
