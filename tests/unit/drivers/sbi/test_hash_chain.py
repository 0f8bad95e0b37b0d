"""The chain of hashes, by the specification's formula written out once more."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError, DeviceUntrusted
from drivers.sbi.hash_chain import FIRST, check_link, linked


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_each_hash_holds_all_records_before_it(records: list[bytes]) -> None:
    previous, expected = "", sha256(b"").digest()
    for record in records:
        expected = sha256(expected + sha256(record).digest()).digest()
        previous = check_link(previous, record, expected.hex())
        assert previous == expected.hex().upper()


def test_an_empty_previous_is_the_hash_of_nothing() -> None:
    assert FIRST == "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
    assert linked("", b"record") == linked(FIRST, b"record")


@pytest.mark.parametrize("claimed", ["", "00", FIRST, linked(FIRST, b"another"), "Ü" * 64])
def test_any_other_hash_is_refused(claimed: str) -> None:
    with pytest.raises(DeviceUntrusted):
        check_link(FIRST, b"record", claimed)


@pytest.mark.parametrize("previous", ["00", "x" * 64, FIRST + "0"])
def test_a_previous_that_is_no_hash_is_refused(previous: str) -> None:
    with pytest.raises(DeviceProtocolError):
        linked(previous, b"record")
