"""One opened scanner behind an SBI service: found, believed, asked. What its records hold is the driver's.

Responsible for the order of the conversation and for what lasts through it (the device, the chain of hashes). Not for
the wire (`client`), for finding (`finding`) or for what is believed (`checks`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from drivers.contracts import DeviceIdentity, Stop
from drivers.errors import (
    CaptureCancelled,
    DeviceBusy,
    DeviceLost,
    DeviceTimedOut,
    OptionInvalid,
    RequestUnsupported,
)
from drivers.sbi import client
from drivers.sbi.checks import CERTIFIED, Capture, Device, Trust, accept_captures
from drivers.sbi.client import Live
from drivers.sbi.finding import Found, find
from drivers.sbi.hash_chain import FIRST
from drivers.sbi.jws import authorities_from_pem
from drivers.sbi.messages import TIME, BioRequest, CaptureRequest, StreamRequest
from drivers.sbi.options import Options
from drivers.sbi.positions import ANY_SUB_ID, Finger, of_placement

_BUSY_POLL_S: Final = 0.2
_PRETENDS: Final = ("emulat", "simulat", "mock")
_TRUST_FILE_LIMIT_BYTES: Final = 1024 * 1024


class Session:
    """`kind` is Finger or Face; `clock` tells the time in UTC. Raises only drivers' errors."""

    def __init__(self, options: Options, kind: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._options = options
        self._kind = kind
        self._clock = clock
        self._authorities: tuple[x509.Certificate, ...] = ()
        self._found: Found | None = None
        self._previous = FIRST
        self._abandoned = False
        self.simulated = options.simulated

    def open(self) -> DeviceIdentity:
        """Find the scanner and believe it, or say why not."""
        self.close()
        self._authorities = _authorities(self._options.trust)
        found = find(self._options, self._kind, self._trust())
        digital_id = found.device.digital_id
        said = f"{digital_id.make} {digital_id.model}".lower()
        self.simulated = self._options.simulated or any(word in said for word in _PRETENDS)
        self._found, self._previous, self._abandoned = found, FIRST, False
        return DeviceIdentity(
            vendor=digital_id.make,
            model=digital_id.model,
            serial_number=digital_id.serial_no,
            firmware_version=found.device.info.firmware,
            simulated=self.simulated,
            certification=CERTIFIED if found.device.certified else "",
        )

    def close(self) -> None:
        self._found = None

    def capture(self, fingers: Sequence[Finger], *, whole: bool, timeout_s: float, stop: Stop) -> tuple[Capture, ...]:
        """What was presented, in the order of `fingers` (none for a face).

        `whole`: nothing else will come with them, so that the scanner need not wait for the hand's other fingers.
        """
        found = self._opened()
        until_s = time.monotonic() + timeout_s
        while True:
            request = self._request(found.device, fingers, whole=whole, timeout_s=until_s - time.monotonic())
            deadline_s = until_s + self._options.answer_timeout_s
            try:
                answer = client.capture(found.port, request, deadline_s=deadline_s, stop=stop)
                captures = accept_captures(answer, request, found.device, self._trust())
            except DeviceBusy:
                # SBI has no word for "stop": a scanner that we left in the middle goes on for a while.
                if not self._abandoned or time.monotonic() >= until_s:
                    raise
                if stop.wait(_BUSY_POLL_S):
                    raise CaptureCancelled from None
            except (CaptureCancelled, DeviceTimedOut):
                self._abandoned = True
                raise
            else:
                self._abandoned, self._previous = False, captures[-1].hash
                by_name = {capture.sub_type: capture for capture in captures}
                return tuple(by_name[finger.name] for finger in fingers) if fingers else captures

    def live(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop, *, first_s: float | None = None) -> Live:
        """JPEG pictures that nobody vouches for, until the scanner ends them; the first within `first_s`, if given."""
        found = self._opened()
        request = StreamRequest(
            device_id=found.device.info.device_id,
            device_sub_id=_sub_id(found.device, fingers),
            timeout=_milliseconds(timeout_s),
        )
        deadline_s = time.monotonic() + (timeout_s if first_s is None else min(first_s, timeout_s))
        return client.live_pictures(found.port, request, deadline_s=deadline_s, stop=stop)

    def _request(self, device: Device, fingers: Sequence[Finger], *, whole: bool, timeout_s: float) -> CaptureRequest:
        sub_id = _sub_id(device, fingers)
        missing = [finger for finger in of_placement(sub_id) if finger not in fingers] if whole else []
        asked = BioRequest(
            type=self._kind,
            count=max(1, len(fingers)),
            bio_sub_type=tuple(finger.name for finger in fingers),
            exception=tuple(finger.name for finger in missing),
            requested_score=self._options.requested_score,
            device_id=device.info.device_id,
            device_sub_id=sub_id,
            previous_hash=self._previous,
        )
        return CaptureRequest(
            env=self._options.env,
            timeout=_milliseconds(timeout_s),
            capture_time=self._clock().strftime(TIME),
            transaction_id=secrets.token_hex(16),
            bio=(asked,),
        )

    def _opened(self) -> Found:
        if self._found is None:
            raise DeviceLost("The scanner is not open.")
        return self._found

    def _trust(self) -> Trust:
        return Trust(self._authorities, self._clock(), self._options.env)


def _sub_id(device: Device, fingers: Sequence[Finger]) -> int:
    """SBI's number of the placement. Raises RequestUnsupported for one that the scanner does not have."""
    sub_id = fingers[0].sub_id if fingers else ANY_SUB_ID
    if sub_id == ANY_SUB_ID or sub_id in device.info.device_sub_id:
        return sub_id
    if len(fingers) > 1 or device.digital_id.device_sub_type == "Slap":
        raise RequestUnsupported("The scanner cannot take these fingers, or not at once.")
    return ANY_SUB_ID


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _authorities(path: str) -> tuple[x509.Certificate, ...]:
    """Nobody without a path. Raises OptionInvalid for a file that is not there or holds no authority."""
    if not path:
        return ()
    try:
        with Path(path).open("rb") as file:
            data = file.read(_TRUST_FILE_LIMIT_BYTES)
    except OSError as error:
        raise OptionInvalid(f"The scanner's trust file cannot be read: {error.strerror}.") from None
    return authorities_from_pem(data)
