"""A queue entry and its row are the same thing in two forms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.model.receipt import Receipt
from appliance.spool.entry import COLUMNS, SpoolEntry
from appliance.spool.states import PackageState

text = st.text(st.characters(codec="utf-8"), max_size=40)
receipts = st.builds(
    Receipt,
    receipt_id=text,
    package_id=text,
    sha256=text,
    bytes=st.integers(0, 1 << 40),
    received_at=text,
    signature=text,
)
entries = st.builds(
    SpoolEntry,
    package_id=text,
    attendance_id=text,
    state=st.sampled_from(PackageState),
    sha256=text,
    bytes=st.integers(0, 1 << 40),
    queued_at=text,
    upload_url=text,
    receipt=st.none() | receipts,
    error=text,
    receipt_certificate=text,
)


@given(entries)
def test_a_row_gives_the_entry_back(entry: SpoolEntry) -> None:
    assert SpoolEntry.from_row(entry.to_row()) == entry
    assert len(entry.to_row()) == len(COLUMNS)
