"""Every number that SBI has for an error becomes one of ours; none passes for a success."""

from __future__ import annotations

import pytest

from drivers.errors import (
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceUntrusted,
    DriverError,
    RequestUnsupported,
)
from drivers.sbi.answers import raise_if_error
from drivers.sbi.messages import ErrorInfo


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (100, DeviceAccessDenied),
        (101, CaptureTimedOut),
        (102, DeviceFault),
        (103, DeviceUntrusted),
        (104, DeviceFault),
        (105, CaptureTimedOut),
        (106, CaptureTimedOut),
        (107, DeviceUntrusted),
        (108, DeviceFault),
        (109, RequestUnsupported),
        (110, DeviceFault),
        (111, DeviceBusy),
        (112, DeviceProtocolError),
        (202, DeviceNotFound),
        (500, DeviceFault),
        (599, DeviceFault),
        (-1, DeviceFault),
        (7, DeviceFault),
    ],
)
def test_a_number_has_its_error(number: int, kind: type[DriverError]) -> None:
    with pytest.raises(kind) as caught:
        raise_if_error(ErrorInfo(error_code=number, error_info="João Silva"))
    assert type(caught.value) is kind
    assert "João" not in caught.value.sentence


@pytest.mark.parametrize("fine", [None, ErrorInfo()])
def test_success_is_none(fine: ErrorInfo | None) -> None:
    raise_if_error(fine)
