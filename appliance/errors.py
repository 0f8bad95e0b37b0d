"""Every error that crosses a room's boundary, drawn as one tree.

    KioskError
    ├── UsageError                  the command line or a request was wrong
    ├── SettingsError               local boot settings
    ├── StateError                  the state directory: locked, foreign, damaged, disk full, clock
    │   ├── StateLocked
    │   ├── DiskFull
    │   ├── StorageCorrupted
    │   │   └── StoredPartDamaged   one image or signature of an attendance
    │   └── ClockWentBackwards
    ├── DeviceError                 a device or its driver; `code` is the driver's own
    ├── QualityError                an image that cannot be judged at all
    ├── AttendanceError             a command that the attendance's state does not allow
    ├── DocumentError               MRZ and document data
    ├── PackageError                building, opening or verifying a package
    │   ├── PackageRefused          a package that is not to be trusted
    │   ├── RecordRefused           a standard's record of biometric data that is not what it should be
    │   └── SealingFailed
    ├── IdentityError               keys, certificates, enrolment
    ├── ConfigurationError          signed configuration: refused, expired, rolled back, invalid
    ├── AimaError                   the agency's side
    │   ├── AimaUnreachable
    │   ├── AimaProtocolError       it answered, but not what the protocol allows
    │   └── ReceiptRefused
    ├── AccessDenied                log-in, roles, training gate
    ├── ModelError                  model packs: not to be had, not installed, damaged, not what they should be
    └── ServiceError                the daemon or the sandbox did not do what it was started for

Each error has a stable `code` (kebab-case; an interface for scripts and message catalogues), an `exit_status`
for the command line and a `sentence` that a technician can act on. None of them ever carries personal data.
"""

from __future__ import annotations

from typing import ClassVar


class KioskError(Exception):
    """The root. `code` defaults to the class's own; narrower reasons pass theirs."""

    default_code: ClassVar[str] = "internal"
    exit_status: ClassVar[int] = 1

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.default_code

    def to_dict(self) -> dict[str, str]:
        """What is printed with `--json` and answered by the web server."""
        return {"error": self.code, "sentence": self.sentence}


class UsageError(KioskError):
    default_code = "usage"
    exit_status = 2


class SettingsError(KioskError):
    default_code = "settings-invalid"
    exit_status = 3


class StateError(KioskError):
    default_code = "state"
    exit_status = 4


class StateLocked(StateError):
    default_code = "state-locked"


class DiskFull(StateError):
    default_code = "disk-full"


class StorageCorrupted(StateError):
    default_code = "storage-corrupted"


class StoredPartDamaged(StorageCorrupted):
    default_code = "image-altered"

    def __init__(self, sentence: str, *, code: str | None = None, part: str) -> None:
        """`part` is the name under which the box holds it."""
        super().__init__(sentence, code=code)
        self.part = part


class ClockWentBackwards(StateError):
    default_code = "clock-backwards"


class DeviceError(KioskError):
    default_code = "device"
    exit_status = 5


class QualityError(KioskError):
    default_code = "image-not-judged"
    exit_status = 6


class AttendanceError(KioskError):
    default_code = "attendance-step"
    exit_status = 7

    def __init__(self, sentence: str, *, code: str | None = None, fields: tuple[str, ...] = ()) -> None:
        """`fields` names those of a form that must be put right, never what was typed in them."""
        super().__init__(sentence, code=code)
        self.fields = fields


class DocumentError(KioskError):
    default_code = "document"
    exit_status = 8


class PackageError(KioskError):
    default_code = "package"
    exit_status = 9


class PackageRefused(PackageError):
    default_code = "package-refused"


class RecordRefused(PackageError):
    default_code = "record-refused"


class SealingFailed(PackageError):
    default_code = "sealing-failed"


class IdentityError(KioskError):
    default_code = "identity"
    exit_status = 10


class ConfigurationError(KioskError):
    default_code = "configuration-refused"
    exit_status = 11

    def __init__(self, sentence: str, *, code: str | None = None, reasons: tuple[str, ...] = ()) -> None:
        """`reasons` says what is wrong, one field each, for whoever has to put it right."""
        super().__init__(sentence, code=code)
        self.reasons = reasons


class AimaError(KioskError):
    default_code = "aima"
    exit_status = 12


class AimaUnreachable(AimaError):
    default_code = "aima-unreachable"


class AimaProtocolError(AimaError):
    default_code = "aima-protocol"


class ReceiptRefused(AimaError):
    default_code = "receipt-refused"


class AccessDenied(KioskError):
    default_code = "access-denied"
    exit_status = 13


class ServiceError(KioskError):
    default_code = "service"
    exit_status = 14


class ModelError(KioskError):
    default_code = "model"
    exit_status = 15
