"""What a device can do, apart from how (drivers) and from what it is (firmware_profiles)."""

from drivers.contracts.device import DeviceIdentity, Driver, Stop
from drivers.contracts.frame import Frame, FramePool, Pixels, PrivatePool
from drivers.contracts.readers import (
    Camera,
    CameraRequest,
    Contract,
    DocumentScanner,
    FingerprintReader,
    FingerprintRequest,
    Request,
    ScanRequest,
)

__all__ = [
    "Camera",
    "CameraRequest",
    "Contract",
    "DeviceIdentity",
    "DocumentScanner",
    "Driver",
    "FingerprintReader",
    "FingerprintRequest",
    "Frame",
    "FramePool",
    "Pixels",
    "PrivatePool",
    "Request",
    "ScanRequest",
    "Stop",
]
