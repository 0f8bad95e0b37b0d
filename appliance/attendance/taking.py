"""What the devices are used for, by one attendance at a time: an attempt with its image, or a signature on the pad.

Makes what was taken durable (`Vault`), and says what it was; what follows from it for the attendance is the service's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from appliance.attendance.capturing import CONTRACTS, CaptureDevice, CaptureDevices, Presented, capture_once
from appliance.attendance.colour_showing import ColourShowing
from appliance.attendance.face_capturing import capture_face
from appliance.attendance.face_watching import FaceWatching
from appliance.attendance.image_file import ImageFile, image_file, portrait_image_file
from appliance.attendance.impressions import Impressions
from appliance.attendance.judging import Judge
from appliance.attendance.looking import Wish
from appliance.attendance.ports import Vault
from appliance.attendance.preview import Preview
from appliance.attendance.signing import written
from appliance.attendance.slap_capturing import SlapImage, capture_slap
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.attendance.thresholds import threshold_for
from appliance.attendance.wanted_portrait import wanted_portrait
from appliance.errors import AttendanceError
from appliance.model.capture import Attempt, DeviceFacts, FingerCapture, ImagePart
from appliance.model.configuration import FingerprintFormat
from appliance.model.signature import SignatureRecord
from appliance.model.verdict import CaptureKind
from appliance.runtime.clock import Clock, timestamp
from drivers.contracts import SignatureRequest


class Taking:
    """`permitted` raises DeviceError for a device whose images this box may not use."""

    def __init__(
        self,
        *,
        devices: CaptureDevices,
        judge: Judge,
        vault: Vault,
        impressions: Impressions,
        clock: Clock,
        permitted: Callable[[DeviceFacts], None],
    ) -> None:
        self.preview = Preview()
        self._devices = devices
        self._judge = judge
        self._vault = vault
        self._impressions = impressions
        self._clock = clock
        self._permitted = permitted
        self._holder: str | None = None
        self._wish = Wish()
        self._showing: ColourShowing | None = None

    @property
    def holder(self) -> str | None:
        """The id of the attendance that holds the devices, if one does."""
        return self._holder

    @property
    def has_pad(self) -> bool:
        return self._devices.pad() is not None

    def take_now(self, attendance_id: str) -> None:
        """A camera takes the picture of now; elsewhere the best so far counts, or the signature as it is."""
        if self._holder == attendance_id:
            self._wish.take.set()

    def leave(self, attendance_id: str) -> None:
        """What runs for this attendance ends at once, with nothing."""
        if self._holder == attendance_id:
            self._wish.leave.set()

    def light_painted(self, attendance_id: str, ticket: str, after_s: float) -> None:
        """The page has painted a colour, `after_s` after it had heard of it."""
        if self._holder == attendance_id and self._showing is not None:
            self._showing.painted(ticket, after_s, self._clock.monotonic())

    def refuse_light(self, attendance_id: str) -> None:
        """No more colours are shown, and nothing is concluded from those that were."""
        if self._holder == attendance_id and self._showing is not None:
            self._showing.refuse()

    @contextmanager
    def held(self, attendance_id: str) -> Iterator[None]:
        """The devices, for this attendance alone. AttendanceError `capture-running` while anybody has them."""
        if self._holder is not None:
            raise AttendanceError("A capture is running: wait for it to end.", code="capture-running")
        self._holder = attendance_id
        self._wish.clear()
        try:
            yield
        finally:
            self._holder = self._showing = None

    async def attempt(
        self, attendance: Attendance, target: Target, *, check_presence: bool = False, show_colours: bool = False
    ) -> Attempt:
        """Durable with its image. Raises DeviceError; nobody presenting anything is an attempt without an image.

        `check_presence`: a face is first asked for a few movements, drawn by chance. `show_colours`: and is lit by the
        page meanwhile.
        """
        device = self._devices.device(CONTRACTS[target.kind])
        if target.fingers:
            return await self._placement(attendance, target, device)
        threshold = threshold_for(
            target.kind,
            target.position,
            attendance.opened.thresholds,
            device.quality_thresholds(),
            attendance.opened.plan.use,
        )
        chance = random.SystemRandom() if check_presence else None
        watching = FaceWatching(chance, lit=show_colours) if target.kind is CaptureKind.FACE else None
        self._showing = ColourShowing(chance) if chance is not None and show_colours else None
        started_at, started_s = timestamp(self._clock.now()), self._clock.monotonic()
        presented = await self._presented(attendance, target, device, threshold, watching)
        facts = device.facts()
        facts = msgspec.structs.replace(facts, simulated=facts.simulated or presented.simulated)
        self._permitted(facts)
        duration_ms = round((self._clock.monotonic() - started_s) * 1000)
        part = await self._stored(attendance, target, presented)
        attempt = Attempt(
            kind=target.kind,
            position=target.position,
            round=target.round,
            number=target.attempts_in_round + 1,
            started_at=started_at,
            duration_ms=duration_ms,
            verdict=presented.verdict,
            threshold=threshold,
            accepted=part is not None and presented.verdict.accepted(threshold),
            device=facts,
            part=part,
            resolution_ppi=presented.resolution_ppi,
            portrait=presented.portrait,
            liveness=await self._judge.run(watching.hints) if watching is not None else None,
        )
        images = {part.name: presented.pixels} if part is not None and presented.pixels is not None else {}
        return await self._impressions.looked_at(attendance, attempt, images)

    async def _presented(
        self,
        attendance: Attendance,
        target: Target,
        device: CaptureDevice,
        threshold: int,
        watching: FaceWatching | None,
    ) -> Presented:
        rules = attendance.opened.rules
        if target.kind is CaptureKind.FACE:
            return await capture_face(
                device,
                wanted_portrait(attendance),
                rules=rules,
                threshold=threshold,
                judge=self._judge,
                preview=self.preview,
                clock=self._clock,
                wish=self._wish,
                watching=watching,
                showing=self._showing,
            )
        return await capture_once(
            device,
            target.kind,
            target.position,
            rules=rules,
            threshold=threshold,
            judge=self._judge,
            preview=self.preview,
            clock=self._clock,
            wish=self._wish,
        )

    async def _placement(self, attendance: Attendance, target: Target, device: CaptureDevice) -> Attempt:
        """Several fingers at once: durable with the image of them all, or with one of each."""
        opened, own = attendance.opened, device.quality_thresholds()
        thresholds = {
            finger: threshold_for(target.kind, finger, opened.thresholds, own, opened.plan.use)
            for finger in target.open_fingers
        }
        started_at, started_s = timestamp(self._clock.now()), self._clock.monotonic()
        presented = await capture_slap(
            device,
            thresholds,
            timeout_s=opened.rules.slap_timeout_s,
            judge=self._judge,
            preview=self.preview,
            clock=self._clock,
            wish=self._wish,
        )
        facts = device.facts()
        simulated = facts.simulated or any(image.simulated for image in presented.images)
        facts = msgspec.structs.replace(facts, simulated=simulated)
        self._permitted(facts)
        duration_ms = round((self._clock.monotonic() - started_s) * 1000)
        parts = {image.position: await self._stored_slap(attendance, target, image) for image in presented.images}
        images = {image.position: image for image in presented.images}
        judged = presented.judged
        attempt = Attempt(
            kind=target.kind,
            position=target.position,
            round=target.round,
            number=target.attempts_in_round + 1,
            started_at=started_at,
            duration_ms=duration_ms,
            verdict=judged.verdict,
            threshold=judged.threshold,
            accepted=judged.accepted,
            device=facts,
            part=next(iter(parts.values()), None),
            fingers=tuple(_stored_finger(finger, images, parts) for finger in judged.fingers),
        )
        return await self._impressions.looked_at(
            attendance, attempt, {parts[position].name: image.pixels for position, image in images.items()}
        )

    async def _stored_slap(self, attendance: Attendance, target: Target, image: SlapImage) -> ImagePart:
        what = f"{target.kind.value}-{target.position}" + (f"-{image.position}" if image.position else "")
        return await self._keep(attendance, what, await self._file(image, attendance.opened.rules.fingerprint_format))

    async def signature(self, attendance: Attendance) -> tuple[bytes, bool]:
        """The vector record (JSON) of what was written on the post's own pad, and whether nobody wrote it.

        Raises AttendanceError `no-pad`, DeviceError, UsageError `signature-invalid`, `signature-too-long`.
        """
        pad = self._devices.pad()
        if pad is None:
            raise AttendanceError("This post has no pad of its own: sign on the screen.", code="no-pad")
        request = SignatureRequest(timeout_s=attendance.opened.rules.signature_timeout_s)
        points, size = await written(pad, request, self._wish)
        facts = pad.facts()
        self._permitted(facts)
        strokes = await self._judge.run(lambda: SignatureRecord.from_points(points, size).to_bytes())
        return strokes, facts.simulated

    async def _stored(self, attendance: Attendance, target: Target, presented: Presented) -> ImagePart | None:
        if presented.pixels is None:
            return None
        what = f"{target.kind.value}-{target.position}" if target.position else target.kind.value
        pixels, portrait = presented.pixels, presented.portrait
        if portrait is not None and portrait.composition is not None:
            use = attendance.opened.plan.portrait
            file = await self._judge.run(lambda: portrait_image_file(pixels, use, lossy=presented.lossy))
            return await self._keep(attendance, what, file)
        wanted = attendance.opened.rules.fingerprint_format if target.kind is CaptureKind.FINGERPRINT else None
        return await self._keep(attendance, what, await self._file(presented, wanted))

    async def _file(self, image: Presented | SlapImage, wanted: FingerprintFormat | None) -> ImageFile:
        pixels = image.pixels
        assert pixels is not None
        return await self._judge.run(
            lambda: image_file(pixels, resolution_ppi=image.resolution_ppi, lossy=image.lossy, wanted=wanted)
        )

    async def _keep(self, attendance: Attendance, what: str, file: ImageFile) -> ImagePart:
        # The journal's length never repeats, not even after a restart.
        name = f"{what}-{attendance.length:04d}.{file.suffix}"
        return await self._vault.store(attendance.attendance_id, name, file.media_type, file.data)


def _stored_finger(
    finger: FingerCapture, images: Mapping[str, SlapImage], parts: Mapping[str, ImagePart]
) -> FingerCapture:
    """With the image that holds it: its own, where the device gives each finger by itself, else that of them all."""
    where = finger.position if finger.position in images else ""
    return msgspec.structs.replace(finger, part=parts[where], resolution_ppi=images[where].resolution_ppi)
