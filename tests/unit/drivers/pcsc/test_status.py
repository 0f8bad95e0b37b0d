"""Every status of PC/SC that matters at a counter has the error that a technician can act on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import (
    CardRemoved,
    CardUnresponsive,
    ChipServiceMissing,
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    DeviceNotFound,
    DriverError,
    error_from_code,
)
from drivers.pcsc.status import GONE_OR_ODD, code_of

TABLE = [
    ("E_NO_SERVICE", 0x8010001D, ChipServiceMissing),
    ("E_SERVICE_STOPPED", 0x8010001E, ChipServiceMissing),
    ("E_NO_READERS_AVAILABLE", 0x8010002E, DeviceNotFound),
    ("E_READER_UNAVAILABLE", 0x80100017, DeviceLost),
    ("E_UNKNOWN_READER", 0x80100009, DeviceLost),
    ("E_SHARING_VIOLATION", 0x8010000B, DeviceBusy),
    ("W_SECURITY_VIOLATION", 0x8010006A, DeviceAccessDenied),
    ("E_NO_ACCESS", 0x80100027, DeviceAccessDenied),
    ("E_NO_SMARTCARD", 0x8010000C, CardRemoved),
    ("W_REMOVED_CARD", 0x80100069, CardRemoved),
    ("W_RESET_CARD", 0x80100068, CardRemoved),
    ("W_UNRESPONSIVE_CARD", 0x80100066, CardUnresponsive),
    ("W_UNPOWERED_CARD", 0x80100067, CardUnresponsive),
    ("W_UNSUPPORTED_CARD", 0x80100065, CardUnresponsive),
    ("E_PROTO_MISMATCH", 0x8010000F, CardUnresponsive),
    ("E_UNEXPECTED", 0x8010001F, DeviceFault),
]


@pytest.mark.parametrize(("name", "status", "error"), TABLE, ids=[name for name, *_ in TABLE])
def test_a_status_has_its_error(name: str, status: int, error: type[DriverError]) -> None:
    assert type(error_from_code(code_of(status))) is error
    assert code_of(status - (1 << 32)) == error.code, "pyscard may give it as a signed number"


@pytest.mark.parametrize("status", [0x80100013, 0x80100016, 0x8010002F], ids=["comm error", "not transacted", "lost"])
def test_what_may_be_a_removal_takes_a_look(status: int) -> None:
    assert code_of(status) == GONE_OR_ODD


@given(st.integers(1, 0xFFFFFFFF))
def test_any_status_has_a_code_that_there_is(status: int) -> None:
    code = code_of(status)
    assert code == GONE_OR_ODD or type(error_from_code(code)) is not DriverError
