"""What is looked for in each kept impression beside its quality: earlier ones that it is like, and liveness hints.

Templates and signatures of frames are biometric: they live in memory only, until their attendance is frozen, erased or
given up. After a restart they are made again of the stored images. In the judge's thread, never on the event loop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from appliance.attendance.image_file import pixels_of
from appliance.attendance.judging import Judge
from appliance.attendance.ports import Vault
from appliance.attendance.resemblance import impressions_of
from appliance.attendance.state import Attendance
from appliance.errors import QualityError, StateError
from appliance.fingerprint.comparison import ALGORITHM, compare
from appliance.fingerprint.ridges import LEAST_EDGE_PX
from appliance.fingerprint.scored_scale import at_500_ppi, refusal
from appliance.fingerprint.template import Template, template_of
from appliance.liveness.fingerprint import liveness_hints
from appliance.liveness.frame_memory import FrameMemory, Traces
from appliance.model.capture import Attempt
from appliance.model.liveness import LivenessHints
from appliance.model.resemblance import Likeness, Resemblance
from drivers.contracts import Pixels

MOST_PX = 16_000_000
KEY_BITS = 128


class Register(Protocol):
    """What is needed of `register.Register`."""

    def watch(self, watcher: Callable[[], None]) -> None: ...

    def find(self, attendance_id: str) -> Attendance | None: ...


@dataclass(slots=True, eq=False)
class _Held:
    """Of one attendance. `templates` by part, None for an impression that cannot be compared."""

    frames: FrameMemory
    templates: dict[str, Template | None] = field(default_factory=dict)


class Impressions:
    def __init__(self, register: Register, judge: Judge, vault: Vault) -> None:
        self._register = register
        self._judge = judge
        self._vault = vault
        self._held: dict[str, _Held] = {}
        self._traces = Traces(secrets.randbits(KEY_BITS))
        register.watch(self._forget)

    @property
    def held(self) -> frozenset[str]:
        """The attendances of which anything is in memory."""
        return frozenset(self._held)

    async def looked_at(
        self, attendance: Attendance, part: str, pixels: Pixels, resolution_ppi: int | None
    ) -> tuple[Resemblance, LivenessHints]:
        """Of the impression that was just stored as `part`. An earlier image that cannot be read is not compared."""
        earlier = [attempt for attempt in impressions_of(attendance) if attempt.part is not None]
        held = self._held.setdefault(attendance.attendance_id, _Held(FrameMemory(secrets.randbits(KEY_BITS))))
        return await self._judge.run(
            lambda: self._looked_at(attendance.attendance_id, held, earlier, part, pixels, resolution_ppi)
        )

    def _looked_at(
        self,
        attendance_id: str,
        held: _Held,
        earlier: Iterable[Attempt],
        part: str,
        pixels: Pixels,
        resolution_ppi: int | None,
    ) -> tuple[Resemblance, LivenessHints]:
        for attempt in earlier:
            if attempt.part is not None and attempt.part.name not in held.templates:
                self._remember_again(attendance_id, held, attempt.part.name, attempt.resolution_ppi)
        hints = self._hints(held, pixels, resolution_ppi)
        template, omitted = _template(pixels, resolution_ppi)
        scores = tuple(
            Likeness(part=name, score=round(float(compare(other, template).score), 4))
            for name, other in held.templates.items()
            if other is not None and template is not None
        )
        held.templates[part] = template
        minutiae = len(template) if template is not None else 0
        return Resemblance(minutiae=minutiae, scores=scores, omitted=omitted, algorithm=ALGORITHM), hints

    def _remember_again(self, attendance_id: str, held: _Held, part: str, resolution_ppi: int | None) -> None:
        try:
            pixels = pixels_of(b"".join(self._vault.open(attendance_id, part)))
        except StateError:
            held.templates[part] = None
            return
        self._hints(held, pixels, resolution_ppi)
        held.templates[part] = _template(pixels, resolution_ppi)[0]

    def _hints(self, held: _Held, pixels: Pixels, resolution_ppi: int | None) -> LivenessHints:
        """Traces are the box's, so they are handed on from attendance to attendance; only this thread touches them."""
        hints, held.frames = liveness_hints(pixels, resolution_ppi, replace(held.frames, traces=self._traces))
        self._traces = held.frames.traces or self._traces
        return hints

    def _forget(self) -> None:
        self._held = {key: held for key, held in self._held.items() if self._open(key)}

    def _open(self, attendance_id: str) -> bool:
        attendance = self._register.find(attendance_id)
        return attendance is not None and attendance.seal_requested is None and attendance.abandoned is None


def _template(pixels: Pixels, resolution_ppi: int | None) -> tuple[Template | None, str]:
    """What is compared; or None, and why there is nothing."""
    refused = refusal(pixels, resolution_ppi, least_edge_px=LEAST_EDGE_PX, most_px=MOST_PX)
    if refused is not None or resolution_ppi is None:
        return None, refused or "resolution-unknown"
    try:
        template = template_of(at_500_ppi(pixels, resolution_ppi))
    except QualityError:
        return None, "not-an-image"
    return (template, "") if len(template) else (None, "no-minutiae")
