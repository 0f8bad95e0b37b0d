"""What is said over SBI, as frozen values from and to JSON. Pure.

MOSIP SBI 0.9.5; the compliance toolkit's schemas want every number as text where the prose has integers: both are
read, text is written. What a device left out is None or empty here; whether that may be is `checks`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from drivers.errors import DeviceProtocolError
from drivers.sbi.jws import from_base64url

SPEC_VERSION: Final = "0.9.5"
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
"""UTC, for `strftime`."""
REGISTRATION: Final = "Registration"
ANY_DEVICE: Final = "Biometric Device"
FINGER: Final = "Finger"
FACE: Final = "Face"
READY: Final = "Ready"
SUCCESS: Final = "Success"

_M = TypeVar("_M", bound="Message")


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Names are written as SBI writes them (`deviceSubId`); members that nobody knows are passed over."""

    def to_json(self) -> bytes:
        return msgspec.json.encode(as_written(self))

    @classmethod
    def from_json(cls: type[_M], data: bytes | str) -> _M:
        """Raises DeviceProtocolError."""
        message: _M = _converted(_decoded(data), cls)
        return message


class ErrorInfo(Message, frozen=True, kw_only=True):
    error_code: int = 0
    error_info: str = SUCCESS


class DigitalId(Message, frozen=True, kw_only=True):
    """Who a device is, by its maker. `type` is Finger, Face or Iris."""

    serial_no: str
    make: str
    model: str
    type: str
    device_sub_type: str
    device_provider: str = ""
    device_provider_id: str = ""
    date_time: str = ""


class DiscoverRequest(Message, frozen=True, kw_only=True):
    """`type` is a kind of device, or `ANY_DEVICE`."""

    type: str


class DiscoveredDevice(Message, frozen=True, kw_only=True):
    """`digital_id` is base64url and not signed: nothing here is proved."""

    device_id: str
    device_status: str
    certification: str
    service_version: str = ""
    device_sub_id: tuple[int, ...] = (0,)
    callback_id: str
    digital_id: str
    device_code: str
    spec_version: tuple[str, ...] = (SPEC_VERSION,)
    purpose: str
    error: ErrorInfo | None = None

    def claimed_id(self) -> DigitalId:
        """Raises DeviceProtocolError."""
        try:
            return DigitalId.from_json(from_base64url(self.digital_id))
        except ValueError:
            raise DeviceProtocolError("A scanner's service sent a digital id that cannot be read.") from None


class DeviceInfo(Message, frozen=True, kw_only=True):
    """What the device signs about itself; its `digital_id` is a JWS of its own."""

    env: str
    digital_id: str
    purpose: str
    service_version: str = ""
    device_status: str
    firmware: str = ""
    certification: str
    spec_version: tuple[str, ...] = (SPEC_VERSION,)
    device_sub_id: tuple[int, ...] = (0,)
    callback_id: str
    device_id: str
    device_code: str


class InfoAnswer(Message, frozen=True, kw_only=True):
    """`device_info` is a JWS of `DeviceInfo`."""

    device_info: str | None = None
    error: ErrorInfo | None = None


class BioRequest(Message, frozen=True, kw_only=True):
    type: str
    count: int
    bio_sub_type: tuple[str, ...] = ()
    exception: tuple[str, ...] = ()
    requested_score: float = 0.0
    device_id: str
    device_sub_id: int = 0
    previous_hash: str = ""


class CaptureRequest(Message, frozen=True, kw_only=True):
    """`timeout` is in milliseconds."""

    env: str
    purpose: str = REGISTRATION
    spec_version: str = SPEC_VERSION
    timeout: int
    capture_time: str
    transaction_id: str
    bio: tuple[BioRequest, ...]


class StreamRequest(Message, frozen=True, kw_only=True):
    device_id: str
    device_sub_id: int = 0
    timeout: int


class Refusal(Message, frozen=True, kw_only=True):
    """What a service answers that has no such device, or cannot stream."""

    error: ErrorInfo


class Biometric(Message, frozen=True, kw_only=True):
    """`data` is a JWS of `CapturePayload`."""

    spec_version: str | None = None
    data: str | None = None
    hash: str | None = None
    error: ErrorInfo | None = None


class CaptureAnswer(Message, frozen=True, kw_only=True):
    biometrics: tuple[Biometric, ...]


class CapturePayload(Message, frozen=True, kw_only=True):
    """`bio_value` is a base64url ISO/IEC 19794 record; a face has no `bio_sub_type`."""

    digital_id: str
    device_code: str
    device_service_version: str = ""
    bio_type: str
    bio_sub_type: str | None = None
    purpose: str
    env: str
    bio_value: str
    transaction_id: str
    timestamp: str
    requested_score: float | None = None
    quality_score: float | None = None


def discovered_from_json(data: bytes) -> tuple[DiscoveredDevice | ErrorInfo, ...]:
    """What a service offers; an error stands for a device that it has none of. Raises DeviceProtocolError."""
    return tuple(
        error if (error := _error_in(item)).error_code else _converted(item, DiscoveredDevice)
        for item in _converted(_decoded(data), list[Any])
    )


def infos_from_json(data: bytes) -> tuple[InfoAnswer, ...]:
    """Raises DeviceProtocolError."""
    return tuple(_converted(item, InfoAnswer) for item in _converted(_decoded(data), list[Any]))


def list_to_json(answers: Sequence[Message]) -> bytes:
    return msgspec.json.encode([as_written(answer) for answer in answers])


def as_written(message: Message) -> Any:
    """As built-in types: numbers are text, what is None is left out."""
    return _as_text(msgspec.to_builtins(message))


class _OnlyError(msgspec.Struct):
    error: ErrorInfo | None = None


def _error_in(item: Any) -> ErrorInfo:
    return _converted(item, _OnlyError).error or ErrorInfo()


def _decoded(data: bytes | str) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise DeviceProtocolError("A scanner's service sent something that is no message.") from None


def _converted(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, RecursionError, OverflowError):
        raise DeviceProtocolError("A scanner's service sent a message in which something is wrong.") from None


def _as_text(value: Any) -> Any:
    match value:
        case dict():
            return {name: _as_text(member) for name, member in value.items() if member is not None}
        case list() | tuple():
            return [_as_text(member) for member in value]
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".")
        case int():
            return str(value)
        case _:
            return value
