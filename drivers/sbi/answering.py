"""What an SBI service answers for one offered device: every message, signed and as the schemas want it. No HTTP here.

`Manner` is how it puts things; the emulator has others than the honest one (`lies`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from drivers.errors import CaptureTimedOut, DeviceBusy, DeviceProtocolError, DriverError, RequestUnsupported
from drivers.sbi import answers
from drivers.sbi.hash_chain import linked
from drivers.sbi.iso_bytes import CapturedBy, Quality
from drivers.sbi.iso_face import FaceImage
from drivers.sbi.iso_finger import FingerImage
from drivers.sbi.iso_picture import Coding, encode_picture
from drivers.sbi.jws import to_base64url
from drivers.sbi.messages import (
    FACE,
    READY,
    REGISTRATION,
    SPEC_VERSION,
    TIME,
    Biometric,
    BioRequest,
    CaptureAnswer,
    CapturePayload,
    CaptureRequest,
    DeviceInfo,
    DiscoveredDevice,
    ErrorInfo,
    InfoAnswer,
)
from drivers.sbi.offered import Offer, Taken
from drivers.sbi.positions import ANY_SUB_ID, Finger, finger_named

SERVICE_VERSION: Final = "0.9.5"
_TRANSACTION: Final = re.compile(r"[A-Za-z0-9-]{4,50}")
_WORDS: Final = {
    answers.NOT_REGISTERED: "Device not registered",
    answers.NO_BIOMETRIC: "No biometric was presented in time",
    answers.COUNT_UNSUPPORTED: "These fingers cannot be taken at once",
    answers.NO_DOMAIN_KEY: "No key of that domain",
    answers.BUSY: "Device is busy",
    answers.BAD_TRANSACTION: "The request is not one of SBI 0.9.5",
    answers.NO_DEVICE: "No such device",
}
_NUMBERS: Final[tuple[tuple[type[DriverError], int], ...]] = (
    (CaptureTimedOut, answers.NO_BIOMETRIC),
    (DeviceBusy, answers.BUSY),
    (RequestUnsupported, answers.COUNT_UNSUPPORTED),
    (DeviceProtocolError, answers.BAD_TRANSACTION),
)


class Manner(Protocol):
    """How answers are put: the honest manner changes nothing."""

    def sign(self, payload: bytes, *, capturing: bool) -> str: ...

    def callback(self, address: str) -> str: ...

    def level(self, certification: str) -> str:
        """What is signed of the level; discovery says the device's own."""
        ...

    def payload(self, payload: CapturePayload) -> CapturePayload: ...

    def biometric(self, biometric: Biometric) -> Biometric: ...


class Signer(Protocol):
    def sign(self, payload: bytes) -> str: ...


@dataclass(frozen=True)
class Honest:
    signer: Signer

    def sign(self, payload: bytes, *, capturing: bool) -> str:
        return self.signer.sign(payload)

    def callback(self, address: str) -> str:
        return address

    def level(self, certification: str) -> str:
        return certification

    def payload(self, payload: CapturePayload) -> CapturePayload:
        return payload

    def biometric(self, biometric: Biometric) -> Biometric:
        return biometric


class Answering:
    """`address` is where the service listens; `clock` tells the time in UTC."""

    def __init__(self, offer: Offer, manner: Manner, address: str, clock: Callable[[], datetime]) -> None:
        self._offer = offer
        self._manner = manner
        self._address = address
        self._clock = clock

    def discovered(self, status: str = READY) -> DiscoveredDevice:
        offer = self._offer
        return DiscoveredDevice(
            device_id=offer.device_id,
            device_status=status,
            certification=offer.certification,
            service_version=SERVICE_VERSION,
            device_sub_id=offer.sub_ids,
            callback_id=self._manner.callback(self._address),
            digital_id=to_base64url(offer.digital_id.to_json()),
            device_code=offer.device_id,
            purpose=REGISTRATION,
            error=ErrorInfo(),
        )

    def info(self) -> InfoAnswer:
        offer = self._offer
        info = DeviceInfo(
            env=offer.env,
            digital_id=self._digital_id(capturing=False),
            purpose=REGISTRATION,
            service_version=SERVICE_VERSION,
            device_status=READY,
            firmware=offer.firmware,
            certification=self._manner.level(offer.certification),
            device_sub_id=offer.sub_ids,
            callback_id=self._address,
            device_id=offer.device_id,
            device_code=offer.device_id,
        )
        return InfoAnswer(device_info=self._manner.sign(info.to_json(), capturing=False), error=ErrorInfo())

    def captured(
        self, request: CaptureRequest, fingers: Sequence[Finger], taken: Sequence[Taken], *, cut_short: bool = False
    ) -> CaptureAnswer:
        """`cut_short` is a fault: the records announce more rows than they have."""
        (asked,) = request.bio
        previous, biometrics = asked.previous_hash, []
        for number, one in enumerate(taken):
            finger = fingers[number] if fingers else None
            record = self._record(one, finger, more_rows=8 if cut_short else 0)
            previous = linked(previous, record)
            payload = CapturePayload(
                digital_id=self._digital_id(capturing=True),
                device_code=self._offer.device_id,
                device_service_version=SERVICE_VERSION,
                bio_type=asked.type,
                bio_sub_type=finger.name if finger else None,
                purpose=request.purpose,
                env=self._offer.env,
                bio_value=to_base64url(record),
                transaction_id=request.transaction_id,
                timestamp=self._clock().strftime(TIME),
                requested_score=asked.requested_score,
                quality_score=one.score,
            )
            data = self._manner.sign(self._manner.payload(payload).to_json(), capturing=True)
            biometric = Biometric(spec_version=SPEC_VERSION, data=data, hash=previous, error=ErrorInfo())
            biometrics.append(self._manner.biometric(biometric))
        return CaptureAnswer(biometrics=tuple(biometrics))

    def _digital_id(self, *, capturing: bool) -> str:
        return self._manner.sign(self._offer.digital_id.to_json(), capturing=capturing)

    def _record(self, taken: Taken, finger: Finger | None, *, more_rows: int) -> bytes:
        height, width = taken.pixels.shape[:2]
        captured, quality = CapturedBy(self._clock()), (Quality(round(taken.score)),)
        # A face has no raw coding (ISO/IEC 19794-5:2011 table 17).
        coding = Coding.PNG if finger is None and self._offer.coding is Coding.RAW else self._offer.coding
        data = encode_picture(coding, taken.pixels)
        if finger is None:
            return FaceImage(width, height + more_rows, coding, data, captured, quality).to_bytes()
        return FingerImage(
            position=finger.iso_code,
            resolution_ppi=taken.resolution_ppi,
            width=width,
            height=height + more_rows,
            coding=coding,
            data=data,
            captured=captured,
            qualities=quality,
        ).to_bytes()


def fingers_asked(asked: BioRequest, offer: Offer) -> tuple[Finger, ...]:
    """None for a face. Raises RequestUnsupported."""
    if asked.type != offer.digital_id.type or asked.device_sub_id not in (ANY_SUB_ID, *offer.sub_ids):
        raise RequestUnsupported
    if asked.type == FACE:
        return ()
    fingers = tuple(finger for name in asked.bio_sub_type if (finger := finger_named(name)) is not None)
    alone = offer.digital_id.device_sub_type == "Single" and len(fingers) > 1
    if not fingers or len(fingers) != len(asked.bio_sub_type) or asked.count != len(fingers) or alone:
        raise RequestUnsupported
    return fingers


def check_request(request: CaptureRequest, offer: Offer) -> None:
    """Raises DeviceProtocolError for a transaction that is none, DriverError for what is not for this device."""
    if not _TRANSACTION.fullmatch(request.transaction_id):
        raise DeviceProtocolError
    if (request.purpose, request.spec_version, request.env) != (REGISTRATION, SPEC_VERSION, offer.env):
        raise DriverError


def refusal(error: DriverError) -> ErrorInfo:
    """SBI's number for an error of a driver's; what the error says in words stays here."""
    number = next((number for kind, number in _NUMBERS if isinstance(error, kind)), answers.VENDOR_FAULT)
    return numbered(number)


def numbered(number: int) -> ErrorInfo:
    return ErrorInfo(error_code=number, error_info=_WORDS.get(number, "Device fault"))


def refused_capture(error: ErrorInfo) -> CaptureAnswer:
    return CaptureAnswer(biometrics=(Biometric(spec_version=SPEC_VERSION, data="", hash="", error=error),))
