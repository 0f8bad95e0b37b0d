"""The queue's transition table: forwards only, erased only after a receipt, refused only until a person decides."""

from __future__ import annotations

import itertools

import pytest

from appliance.errors import StateError
from appliance.spool.states import PackageState, require_transition

S = PackageState
ALLOWED = {
    (S.QUEUED, S.SENDING),
    (S.SENDING, S.SENDING),
    (S.SENDING, S.SENT),
    (S.SENT, S.SENDING),
    (S.SENT, S.RECEIPTED),
    (S.RECEIPTED, S.ERASED),
    (S.QUEUED, S.REFUSED),
    (S.SENDING, S.REFUSED),
    (S.SENT, S.REFUSED),
    (S.REFUSED, S.SENDING),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(PackageState, repeat=2)))
def test_only_these_steps_are_taken(before: PackageState, after: PackageState) -> None:
    if (before, after) in ALLOWED:
        require_transition(before, after)
        return
    with pytest.raises(StateError) as refused:
        require_transition(before, after)
    assert refused.value.code == "package-state"


def test_every_way_to_erased_leads_over_a_receipt() -> None:
    assert [before for before, after in ALLOWED if after is S.ERASED] == [S.RECEIPTED]
    assert [before for before, after in ALLOWED if after is S.RECEIPTED] == [S.SENT]


def test_the_names_are_the_contracts() -> None:
    assert [state.value for state in PackageState] == ["queued", "sending", "sent", "receipted", "erased", "refused"]
