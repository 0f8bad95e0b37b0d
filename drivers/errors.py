"""Every error a driver may raise, drawn as one tree. Drivers raise nothing else.

    DriverError
    ├── DeviceNotFound         nothing at that path, index or address
    ├── DeviceLost             was there, is gone (unplugged, connection closed)
    ├── DeviceBusy             somebody else holds it
    ├── DeviceAccessDenied     the operating system refuses
    ├── DeviceTimedOut         did not answer by its deadline
    ├── DeviceProtocolError    bytes that its protocol does not allow
    ├── DeviceFault            it reports a fault of its own
    ├── DeviceUntrusted        what it sent is not vouched for, or not an answer to what was asked
    ├── CaptureTimedOut        the device is well, but nobody presented anything
    ├── CaptureCancelled
    ├── RequestUnsupported     a request outside its capabilities
    ├── OptionInvalid          a setting it does not have, or a bad value for it
    ├── SceneInvalid           a simulated device's scenes: a wrong file, or a picture that cannot be read
    ├── FirmwareNotApproved    the device runs a firmware that its profile does not list
    ├── ModelNotApproved       another model is plugged in than the one that its profile speaks of
    ├── ScannerJammed
    ├── ScannerEmpty           no document
    ├── ScannerCoverOpen
    ├── CardRemoved            the chip went away, at whatever moment
    ├── CardUnresponsive       a chip that does not answer, or not as one
    ├── ChipServiceMissing     the system's smart-card service does not run
    ├── HostCrashed            the driver's process ended by itself
    ├── HostOutgrown           the driver's process was killed for taking more memory than a driver needs
    └── HostUnresponsive       the driver's process was killed for missing its deadline

`code` is stable and crosses the process boundary; `sentence` is for the technician and holds no personal data. It is
true wherever the driver runs: that a device is being restarted says only who restarts it (the page does).
"""

from __future__ import annotations

from typing import ClassVar


class DriverError(Exception):
    code: ClassVar[str] = "device"
    default_sentence: ClassVar[str] = "The device failed."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.default_sentence
        super().__init__(self.sentence)


class DeviceNotFound(DriverError):
    code = "device-not-found"
    default_sentence = "The device was not found: check that it is plugged in."


class DeviceLost(DriverError):
    code = "device-lost"
    default_sentence = "The device was unplugged or its connection was lost: plug it in again."


class DeviceBusy(DriverError):
    code = "device-busy"
    default_sentence = "Another program is using the device: close it and try again."


class DeviceAccessDenied(DriverError):
    code = "device-access-denied"
    default_sentence = "The system refuses access to the device: `claim-kiosk doctor` says whom it lets."


class DeviceTimedOut(DriverError):
    code = "device-timeout"
    default_sentence = "The device did not answer in time: try again, or unplug it and plug it in again."


class DeviceProtocolError(DriverError):
    code = "device-protocol"
    default_sentence = "The device sent something that its protocol does not allow: unplug it and plug it in again."


class DeviceFault(DriverError):
    code = "device-fault"
    default_sentence = "The device reports a fault."


class DeviceUntrusted(DriverError):
    code = "device-untrusted"
    default_sentence = "The device could not prove what it says: ask the field engineer to check its registration."


class CaptureTimedOut(DriverError):
    code = "capture-timeout"
    default_sentence = "Nothing was presented in time: try again."


class CaptureCancelled(DriverError):
    code = "capture-cancelled"
    default_sentence = "The capture was cancelled."


class RequestUnsupported(DriverError):
    code = "request-unsupported"
    default_sentence = "The device cannot do what was asked of it."


class OptionInvalid(DriverError):
    code = "option-invalid"
    default_sentence = "A setting of the device is wrong."


class SceneInvalid(DriverError):
    code = "scene-invalid"
    default_sentence = "The scenes of a simulated device cannot be read."


class FirmwareNotApproved(DriverError):
    code = "firmware-not-approved"
    default_sentence = "The device runs a firmware that is not approved: ask the field engineer to update it."


class ModelNotApproved(DriverError):
    code = "model-not-approved"
    default_sentence = "Another model is plugged in than the one that is approved for this post."


class ScannerJammed(DriverError):
    code = "scanner-jammed"
    default_sentence = "The paper is jammed: open the scanner and take it out."


class ScannerEmpty(DriverError):
    code = "scanner-empty"
    default_sentence = "There is no document in the scanner: put one in."


class ScannerCoverOpen(DriverError):
    code = "scanner-cover-open"
    default_sentence = "The scanner's cover is open: close it."


class CardRemoved(DriverError):
    code = "card-removed"
    default_sentence = "The document was taken off the chip reader: lay it down again and leave it there."


class CardUnresponsive(DriverError):
    code = "card-unresponsive"
    default_sentence = "The document's chip does not answer: lay the document down again, in another position."


class ChipServiceMissing(DriverError):
    code = "chip-service-missing"
    default_sentence = "The system's smart-card service is not running: ask the field engineer to start pcscd."


class HostCrashed(DriverError):
    code = "host-crashed"
    default_sentence = "The device's driver crashed: try again in a moment."


class HostOutgrown(DriverError):
    code = "host-outgrown"
    default_sentence = "The device's driver took too much memory and was ended: try again in a moment."


class HostUnresponsive(DriverError):
    code = "host-unresponsive"
    default_sentence = "The device's driver hung and was ended: try again in a moment."


_BY_CODE: dict[str, type[DriverError]] = {kind.code: kind for kind in DriverError.__subclasses__()}


def error_from_code(code: str, sentence: str | None = None) -> DriverError:
    """The error that crossed a process boundary as its code; an unknown code becomes the root, never a guess."""
    return _BY_CODE.get(code, DriverError)(sentence)
