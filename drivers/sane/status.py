"""What SANE says, as typed errors: `scanimage` exits with the SANE_Status, or with 1 and a sentence.

Source: the SANE standard, version 1.06, section 4.2.7 (SANE_Status), and `scanimage` 1.1 as it was seen to exit.
Pure; not responsible for running it (`process`).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from drivers.errors import (
    CaptureCancelled,
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    DeviceNotFound,
    DeviceProtocolError,
    DriverError,
    OptionInvalid,
    RequestUnsupported,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerJammed,
)
from drivers.transport import access


class SaneStatus(IntEnum):
    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11


ERROR_BY_STATUS: Final[dict[SaneStatus, type[DriverError]]] = {
    SaneStatus.UNSUPPORTED: RequestUnsupported,
    SaneStatus.CANCELLED: CaptureCancelled,
    SaneStatus.DEVICE_BUSY: DeviceBusy,
    SaneStatus.INVAL: OptionInvalid,
    SaneStatus.EOF: DeviceProtocolError,
    SaneStatus.JAMMED: ScannerJammed,
    SaneStatus.NO_DOCS: ScannerEmpty,
    SaneStatus.COVER_OPEN: ScannerCoverOpen,
    SaneStatus.IO_ERROR: DeviceLost,
    SaneStatus.NO_MEM: DeviceFault,
    SaneStatus.ACCESS_DENIED: DeviceAccessDenied,
}

_STATUS_BY_TEXT: Final = {
    "Operation not supported": SaneStatus.UNSUPPORTED,
    "Operation was canceled": SaneStatus.CANCELLED,
    "Device busy": SaneStatus.DEVICE_BUSY,
    "Invalid argument": SaneStatus.INVAL,
    "End of file reached": SaneStatus.EOF,
    "Document feeder jammed": SaneStatus.JAMMED,
    "Document feeder out of documents": SaneStatus.NO_DOCS,
    "Scanner cover is open": SaneStatus.COVER_OPEN,
    "Error during device I/O": SaneStatus.IO_ERROR,
    "Out of memory": SaneStatus.NO_MEM,
    "Access to resource has been denied": SaneStatus.ACCESS_DENIED,
}
"""`sane_strstatus` in the C locale."""

_EXIT_GENERAL: Final = 1


_REPORTED: Final = re.compile(
    r"\(scanner status = (\d{1,3})\)|^scanimage: sane_(?:start|read): ([^\r\n]+)", re.MULTILINE
)
_PAGE_IS_WHOLE: Final = (SaneStatus.GOOD, SaneStatus.EOF)


def error_from_report(complaint: str) -> DriverError | None:
    """What a run says on stderr of its last page; None when that page came whole, or nothing is said.

    Some backends trip over their own end after a page that broke off: the run then ends with 0, or not at all.
    """
    reported = _REPORTED.findall(complaint)
    if not reported:
        return None
    number, text = reported[-1]
    status = int(number) if number else _STATUS_BY_TEXT.get(text.strip(), SaneStatus.GOOD)
    return None if status in _PAGE_IS_WHOLE else error_from_exit(status, complaint)


def has_reported(complaint: str) -> bool:
    """Whether a run has said on stderr how a page ended, well or badly."""
    return _REPORTED.search(complaint) is not None


def error_from_exit(exit_status: int, complaint: str) -> DriverError | None:
    """None for success. `complaint` is what it wrote on stderr; it is read, and never repeated to a person.

    `exit_status` is negative when a signal ended it, as `subprocess` has it.
    """
    if exit_status == SaneStatus.GOOD:
        return None
    if exit_status == _EXIT_GENERAL:
        return _error_from_complaint(complaint)
    try:
        return _error(SaneStatus(exit_status))
    except ValueError:
        return DeviceFault("The scanner's program ended by itself.")


def _error(status: SaneStatus) -> DriverError:
    return ERROR_BY_STATUS[status](access.SCANNER if status is SaneStatus.ACCESS_DENIED else None)


def _error_from_complaint(complaint: str) -> DriverError:
    """Exit 1 stands for SANE_STATUS_UNSUPPORTED and for every failure before the scan begins."""
    status = next((status for text, status in _STATUS_BY_TEXT.items() if text in complaint), None)
    if "open of device" in complaint:
        # SANE answers "invalid argument" for a device that is not there, "I/O" for one that does not answer.
        if status in {None, SaneStatus.INVAL, SaneStatus.IO_ERROR}:
            return DeviceNotFound()
        return _error(status)
    if "option" in complaint:
        return OptionInvalid("The scanner does not have a setting that was asked of it.")
    return _error(status) if status is not None else DeviceFault()
