"""What is looked for in each kept impression beside its quality: earlier ones that it is like, and liveness hints.

Templates and signatures of frames are biometric: they live in memory only, until their attendance is frozen, erased or
given up. After a restart they are made again of the stored images. In the judge's thread, never on the event loop.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from appliance.attendance.finger_image import finger_image
from appliance.attendance.finger_impression import Findings, FingerImpression, ImpressionKey, fingers_of, with_findings
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
    """Of one attendance. A template is None for an impression that cannot be compared."""

    frames: FrameMemory
    templates: dict[ImpressionKey, Template | None] = field(default_factory=dict)


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

    async def looked_at(self, attendance: Attendance, attempt: Attempt, images: Mapping[str, Pixels]) -> Attempt:
        """The attempt that was just stored, with what was found in each of its impressions; nothing else of it changes.

        `images`: its own, by the names of their parts. An earlier image that cannot be read is not compared."""
        if not fingers_of(attempt):
            return attempt
        earlier = impressions_of(attendance)
        held = self._held.setdefault(attendance.attendance_id, _Held(FrameMemory(secrets.randbits(KEY_BITS))))
        return await self._judge.run(lambda: self._looked_at(attendance.attendance_id, held, earlier, attempt, images))

    def _looked_at(
        self,
        attendance_id: str,
        held: _Held,
        earlier: Iterable[FingerImpression],
        attempt: Attempt,
        images: Mapping[str, Pixels],
    ) -> Attempt:
        self._remember_again(attendance_id, held, [one for one in earlier if one.key not in held.templates])
        found = {one.key: self._found(held, one, images[one.part.name]) for one in fingers_of(attempt)}
        return with_findings(attempt, found)

    def _found(self, held: _Held, one: FingerImpression, image: Pixels) -> Findings:
        """Fingers of one placement are compared with each other too: the earlier ones are held by then."""
        pixels = _cut_out(image, one)
        hints = self._hints(held, pixels, one.taken.resolution_ppi)
        template, omitted = _template(pixels, one.taken.resolution_ppi)
        scores = tuple(
            Likeness(part=key.part, finger=key.finger, score=round(float(compare(other, template).score), 4))
            for key, other in held.templates.items()
            if other is not None and template is not None
        )
        held.templates[one.key] = template
        minutiae = len(template) if template is not None else 0
        return Findings(Resemblance(minutiae=minutiae, scores=scores, omitted=omitted, algorithm=ALGORITHM), hints)

    def _remember_again(self, attendance_id: str, held: _Held, forgotten: Iterable[FingerImpression]) -> None:
        """Fingers of one image follow each other, so that it is read once."""
        for name, ones in itertools.groupby(forgotten, key=lambda one: one.part.name):
            try:
                image = pixels_of(b"".join(self._vault.open(attendance_id, name)))
            except StateError:
                held.templates.update((one.key, None) for one in ones)
                continue
            for one in ones:
                pixels = _cut_out(image, one)
                self._hints(held, pixels, one.taken.resolution_ppi)
                held.templates[one.key] = _template(pixels, one.taken.resolution_ppi)[0]

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


def _cut_out(image: Pixels, one: FingerImpression) -> Pixels:
    """The finger by itself, where its image shows others too."""
    resolution_ppi, segment = one.taken.resolution_ppi, one.segment
    if segment is None or resolution_ppi is None or one.position is None:
        return image
    return finger_image(image, resolution_ppi, segment, one.position)


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
