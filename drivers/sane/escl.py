"""Driverless scanners (eSCL) through SANE's airscan backend: by address, without anything under /etc.

The address is on the loopback, where Debian's ipp-usb offers a scanner that is plugged in: over a network, eSCL would
carry an applicant's documents in the clear. Not responsible for scanning (`driver`); only for what airscan needs to
know, and for asking the scanner what stands in the way where airscan says no more than "I/O error".
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from drivers.errors import (
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    DriverError,
    OptionInvalid,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerJammed,
)
from drivers.sane.channels import scan_directory

SANE_NAME: Final = "airscan:e0:Scanner"
_STATUS_S: Final = 1.0
_REFUSED: Final = (401, 403)
_STATUS_BYTES: Final = 64 * 1024
_PATH: Final = re.compile(r"/[A-Za-z0-9/_.-]*")
_ADF_STATE: Final = re.compile(rb"AdfState\s*>\s*(\w{1,64})\s*<")
_STATE: Final = re.compile(rb"pwg:State\s*>\s*(\w{1,64})\s*<")
_BY_ADF_STATE: Final[dict[bytes, type[DriverError]]] = {
    b"ScannerAdfJam": ScannerJammed,
    b"ScannerAdfMultipickDetected": ScannerJammed,
    b"ScannerAdfMispick": ScannerJammed,
    b"ScannerAdfEmpty": ScannerEmpty,
    b"ScannerAdfHatchOpen": ScannerCoverOpen,
}
_VAGUE: Final = (DeviceLost, DeviceFault, ScannerJammed, ScannerEmpty)
"""What airscan may say for something else."""


def is_address(device: str) -> bool:
    return device.startswith(("http://", "https://"))


class EsclScanner:
    """One address, with a private SANE configuration that names it and nothing else."""

    def __init__(self, address: str) -> None:
        """Raises OptionInvalid for what is no eSCL address on the loopback."""
        self._parts = _checked(address)
        self._directory: Path | None = None

    def configure(self) -> str:
        """The directory for SANE_CONFIG_DIR. DeviceFault where there is no room for it."""
        self.close()
        try:
            self._directory = scan_directory()
            (self._directory / "dll.conf").write_text("airscan\n")
            named = f'[options]\ndiscovery = disable\n[devices]\n"Scanner" = {self._parts.geturl()}, eSCL\n'
            (self._directory / "airscan.conf").write_text(named)
        except OSError as failure:
            raise DeviceFault("There is no room for temporary files: the scan cannot begin.") from failure
        return str(self._directory)

    def close(self) -> None:
        directory, self._directory = self._directory, None
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)

    def refined(self, error: DriverError) -> DriverError:
        """What the scanner itself gives as the reason, where `error` may be airscan's word for several."""
        if not isinstance(error, _VAGUE):
            return error
        code, status = self._status()
        if code in _REFUSED:
            return DeviceAccessDenied("The scanner refuses to be used: check its own settings.")
        adf, state = _ADF_STATE.search(status), _STATE.search(status)
        if adf and adf[1] in _BY_ADF_STATE:
            return _BY_ADF_STATE[adf[1]]()
        return DeviceBusy() if state and state[1] == b"Processing" else error

    def _status(self) -> tuple[int, bytes]:
        """HTTP's code and the ScannerStatus document; 0 and nothing where it does not come."""
        connection = http.client.HTTPConnection(str(self._parts.hostname), self._parts.port or 80, timeout=_STATUS_S)
        try:
            connection.request("GET", self._parts.path.rstrip("/") + "/ScannerStatus")
            answer = connection.getresponse()
            return answer.status, answer.read(_STATUS_BYTES)
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def _checked(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
        in_order = parts.scheme == "http" and not parts.query and "@" not in parts.netloc and (parts.port or 80) > 0
    except ValueError:
        loopback = in_order = False
    if not loopback or not in_order or not _PATH.fullmatch(parts.path):
        raise OptionInvalid(
            "A driverless scanner is named by its address on this machine, such as http://127.0.0.1:60000/eSCL/ "
            "(Debian's ipp-usb gives it one)."
        )
    return parts
