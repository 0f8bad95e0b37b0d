"""A technician without a person: walks one attendance over the daemon's own routes, as the page's buttons would.

It knows only what the page shows. It takes the recommended way: the best after a used-up round, the next finger where
there is one, and what it cannot present it does not insist on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp

from appliance.errors import KioskError, ServiceError

CAPTURE_TIMEOUT_S = 180.0
MOST_STEPS = 200
NOTHING_PRESENTED = "nothing-presented"


class RobotTechnician:
    """Logs in, takes attendances, logs out. `tell` hears one sentence a step."""

    def __init__(self, url: str, tell: Callable[[str], None]) -> None:
        self._url = url.rstrip("/")
        self._tell = tell
        self._csrf = ""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Accept": "application/json"},
            timeout=aiohttp.ClientTimeout(total=CAPTURE_TIMEOUT_S),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def log_in(self, technician_id: str, password: str) -> None:
        answer = await self._post("/login", technician_id=technician_id, password=password)
        self._csrf = str(answer["csrf"])

    async def attendance(self, attendance_id: str) -> dict[str, Any]:
        return await self._ask("GET", f"/attendances/{attendance_id}")

    async def open(self, plan_id: str, areas: tuple[str, ...]) -> str:
        answer = await self._post("/attendances", plan_id=plan_id, areas=list(areas))
        return str(answer["attendance_id"])

    async def abandon(self, attendance_id: str) -> None:
        """Gives the attendance up, as far as the daemon still can: whatever made it fail is the better error."""
        with contextlib.suppress(KioskError):
            await self._post(f"/attendances/{attendance_id}/abandon", reason="not-finished")

    async def queue(self) -> list[dict[str, Any]]:
        return list((await self.look("/queue"))["packages"])

    async def look(self, path: str) -> dict[str, Any]:
        """What a page shows, as data."""
        return await self._ask("GET", path)

    async def press(self, path: str) -> dict[str, Any]:
        """A button of the page, by the address of its form."""
        return await self._post(path)

    async def take(
        self, attendance_id: str, applicant: dict[str, str], language: str, *, until: str = "sealed"
    ) -> dict[str, Any]:
        """Walks the attendance to its sealed package, or `until` it stands at that step; answers the last view of it.

        Raises KioskError by the name of what the daemon refused or could not do.
        """
        view = await self.attendance(attendance_id)
        for _ in range(MOST_STEPS):
            step = view["step"]
            if step in ("sealed", until):
                return view
            view = await self._step(attendance_id, step, view, applicant, language)
        raise ServiceError("The attendance did not come to an end by itself.", code="attendance-endless")

    async def _step(
        self, attendance_id: str, step: str, view: dict[str, Any], applicant: dict[str, str], language: str
    ) -> dict[str, Any]:
        path = f"/attendances/{attendance_id}"
        match step:
            case "applicant":
                self._tell("Entering the applicant's data.")
                return await self._post(f"{path}/applicant", **{f"field:{n}": v for n, v in applicant.items()})
            case "notice":
                self._tell("Showing the privacy notice.")
                return await self._post(f"{path}/notice", language=language)
            case "document" | "face" | "fingerprints":
                target = next(target for target in view["targets"] if target["phase"] != "done")
                return await self._capture(path, target)
            case "signature":
                self._tell("Signing.")
                return await self._post(f"{path}/signature", strokes=_SIGNATURE)
            case "review" | "sealing":
                self._tell("Sealing the package.")
                return await self._post(f"{path}/seal")
        raise ServiceError(f"The attendance stands at an unexpected step ({step}).", code="attendance-step")

    async def _capture(self, path: str, target: dict[str, Any]) -> dict[str, Any]:
        name = target["name"]
        if target["phase"] == "capture" and not _presents_nothing(target):
            what = (target["position"] or name).replace("_", " ")
            self._tell(f"Capturing the {what} (attempt {target['attempts_in_round'] + 1}).")
            return await self._post(f"{path}/capture", target=name)
        decision = _choice(target)
        self._tell(f"Deciding about the {name.replace('_', ' ')}: {decision}.")
        return await self._post(f"{path}/decide", target=name, decision=decision)

    async def _post(self, path: str, **fields: str | list[str]) -> dict[str, Any]:
        form = aiohttp.FormData()
        for name, value in fields.items():
            for item in value if isinstance(value, list) else [value]:
                form.add_field(name, item)
        headers = {"X-CSRF-Token": self._csrf} if self._csrf else {}
        return await self._ask("POST", path, data=form if fields else None, headers=headers)

    async def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Raises ServiceError by the daemon's own code, or `daemon-silent` when there is no answer of its."""
        try:
            async with self._session.request(method, f"{self._url}{path}", **content) as response:
                answer: dict[str, Any] = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise ServiceError("The daemon did not answer as it should.", code="daemon-silent") from error
        if response.status >= 400:
            raise ServiceError(str(answer.get("sentence", "")), code=str(answer.get("error", "service")))
        return answer


def _presents_nothing(target: dict[str, Any]) -> bool:
    """Whether this finger was asked for already and nobody put it on: insisting would only take time."""
    here = [attempt for attempt in target["attempts"] if attempt["position"] == target["position"]]
    return bool(here) and NOTHING_PRESENTED in here[-1]["reasons"] and "use" in target["options"]


def _choice(target: dict[str, Any]) -> str:
    options: list[str] = target["options"]
    if _presents_nothing(target):
        return "use"
    for decision in ("fallback", "use"):
        if decision in options:
            return decision
    raise ServiceError("Nothing usable was presented: the attendance cannot go on by itself.", code=NOTHING_PRESENTED)


_SIGNATURE = "[[[10,40,0.5,0],[30,20,0.6,16],[50,45,0.6,33],[70,15,0.5,50]],[[80,40,0.5,120],[120,30,0.4,150]]]"
