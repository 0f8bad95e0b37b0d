"""What must hold before a word of a scanner is believed: who it is, and that its captures answer what was asked. Pure.

MOSIP SBI 0.9.5, device info, capture response, and what its registration client checks. The time is given.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from drivers.errors import DeviceProtocolError, DeviceUntrusted
from drivers.sbi.answers import raise_if_error
from drivers.sbi.hash_chain import check_link
from drivers.sbi.jws import from_base64url, verify
from drivers.sbi.messages import (
    READY,
    REGISTRATION,
    SPEC_VERSION,
    Biometric,
    CaptureAnswer,
    CapturePayload,
    CaptureRequest,
    DeviceInfo,
    DigitalId,
    DiscoveredDevice,
)

CLOCK_WINDOW: Final = timedelta(minutes=5)
CERTIFIED: Final = "L1"
_NO_SUB_TYPE: Final = frozenset({None, "", "null"})


@dataclass(frozen=True, slots=True)
class Device:
    """A scanner that has proved who it is. `levels`: what it says of its certification, in discovery and signed."""

    info: DeviceInfo
    digital_id: DigitalId
    levels: frozenset[str]

    @property
    def certified(self) -> bool:
        return self.levels == {CERTIFIED}


@dataclass(frozen=True, slots=True)
class Capture:
    """One record that passed every check. `sub_type` is SBI's name of the finger, empty for a face."""

    sub_type: str
    record: bytes
    quality_score: float
    hash: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may vouch for a scanner, and at what moment; `env` is the environment that it must be set up for."""

    authorities: tuple[x509.Certificate, ...]
    at: datetime
    env: str


def accept_device(found: DiscoveredDevice, device_info: str, trust: Trust) -> Device:
    """Raises DeviceUntrusted, or DeviceProtocolError for what cannot be read."""
    # 1. What it says about itself is signed, by somebody whom we trust.
    info = DeviceInfo.from_json(verify(device_info, trust.authorities, trust.at))
    # 2. So is who it is, and discovery spoke of the same device.
    digital_id = DigitalId.from_json(verify(info.digital_id, trust.authorities, trust.at))
    if _who(digital_id) != _who(found.claimed_id()) or info.device_code != found.device_code:
        raise DeviceUntrusted("The scanner's service offers one scanner and signs for another.")
    # 3. It never leads away from this machine.
    for address in (found.callback_id, info.callback_id):
        check_callback(address)
    # 4. It is set up for the environment that this post works in.
    if info.env != trust.env:
        raise DeviceUntrusted(
            f"The scanner is set up for the environment {info.env!r}, and this post for {trust.env!r} (its setting "
            "env): both must be the same."
        )
    # 5. It speaks our version of the protocol, and takes what is kept and not what opens a door.
    if SPEC_VERSION not in info.spec_version or info.purpose != REGISTRATION:
        raise DeviceProtocolError("The scanner is for another purpose, or speaks another version of its protocol.")
    if info.device_status != READY:
        raise DeviceProtocolError("The scanner says that it is well and not ready at once.")
    return Device(info, digital_id, frozenset({found.certification, info.certification}))


def check_callback(address: str) -> None:
    """Raises DeviceUntrusted for an address that is not on this machine. It is never followed, either way."""
    try:
        host = urlsplit(address).hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise DeviceUntrusted("The scanner's service leads away from this machine.")


def accept_captures(
    answer: CaptureAnswer, request: CaptureRequest, device: Device, trust: Trust
) -> tuple[Capture, ...]:
    """One capture for each that was asked for, in the answer's order, or an error. Raises what `raise_if_error` does,
    DeviceUntrusted or DeviceProtocolError."""
    (asked,) = request.bio
    for biometric in answer.biometrics:
        raise_if_error(biometric.error)
    wanted = list(asked.bio_sub_type) or [""]
    if len(answer.biometrics) != len(wanted):
        raise DeviceProtocolError("The scanner gave another number of images than was asked for.")
    previous, captures = asked.previous_hash, []
    for biometric in answer.biometrics:
        payload = _payload(biometric, request, trust)
        _check_origin(payload, device, trust)
        sub_type = "" if payload.bio_sub_type in _NO_SUB_TYPE else str(payload.bio_sub_type)
        if payload.bio_type != asked.type or sub_type not in wanted:
            raise DeviceProtocolError("The scanner gave another finger than was asked for.")
        wanted.remove(sub_type)
        if payload.quality_score is None or not 0 <= payload.quality_score <= 100:
            raise DeviceProtocolError("The scanner gave an image without its quality score.")
        try:
            record = from_base64url(payload.bio_value)
        except ValueError:
            raise DeviceProtocolError("The scanner sent an image record that cannot be read.") from None
        previous = check_link(previous, record, biometric.hash or "")
        captures.append(Capture(sub_type, record, payload.quality_score, previous))
    return tuple(captures)


def _payload(biometric: Biometric, request: CaptureRequest, trust: Trust) -> CapturePayload:
    """Signed by a trusted device, now, in answer to this request."""
    payload = CapturePayload.from_json(verify(biometric.data or "", trust.authorities, trust.at))
    if biometric.spec_version != request.spec_version:
        raise DeviceProtocolError("The scanner answers in another version of its protocol.")
    if payload.transaction_id != request.transaction_id:
        raise DeviceUntrusted("The scanner answers another request than this post's.")
    if payload.purpose != request.purpose:
        raise DeviceUntrusted("The scanner took its image for another purpose.")
    if abs(_moment(payload.timestamp) - trust.at) > CLOCK_WINDOW:
        raise DeviceUntrusted("The scanner's clock and this post's differ by more than five minutes.")
    return payload


def _check_origin(payload: CapturePayload, device: Device, trust: Trust) -> None:
    """From the device that was opened, and no other."""
    digital_id = DigitalId.from_json(verify(payload.digital_id, trust.authorities, trust.at))
    same = _who(digital_id) == _who(device.digital_id) and payload.device_code == device.info.device_code
    if not same or payload.env != trust.env:
        raise DeviceUntrusted("The image comes from another scanner than the one that was opened.")


def _who(digital_id: DigitalId) -> Sequence[str]:
    return digital_id.serial_no, digital_id.make, digital_id.model, digital_id.type, digital_id.device_sub_type


def _moment(timestamp: str) -> datetime:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise DeviceProtocolError("The scanner gave an image without its time.") from None
    # Without a zone it is UTC, as the specification says of every time.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
