"""What a device can do, apart from how (drivers) and from what it is (firmware_profiles)."""

from drivers.contracts.chip import CardEvent, CardSession, ChipReader, ChipRequest
from drivers.contracts.device import DeviceIdentity, Driver, Stop
from drivers.contracts.frame import Frame, FramePool, Pixels, PrivatePool
from drivers.contracts.pad import PadSize, PenPoint, SignaturePad, SignatureRequest
from drivers.contracts.readers import (
    AnyRequest,
    Camera,
    CameraRequest,
    Contract,
    DocumentScanner,
    FingerprintReader,
    FingerprintRequest,
    Request,
    ScanRequest,
)
from drivers.contracts.shutter import Shutter

__all__ = [
    "AnyRequest",
    "Camera",
    "CameraRequest",
    "CardEvent",
    "CardSession",
    "ChipReader",
    "ChipRequest",
    "Contract",
    "DeviceIdentity",
    "DocumentScanner",
    "Driver",
    "FingerprintReader",
    "FingerprintRequest",
    "Frame",
    "FramePool",
    "PadSize",
    "PenPoint",
    "Pixels",
    "PrivatePool",
    "Request",
    "ScanRequest",
    "Shutter",
    "SignaturePad",
    "SignatureRequest",
    "Stop",
]
