"""Where a package stands, and where it may go from there. Pure."""

from __future__ import annotations

from enum import StrEnum

from appliance.errors import StateError


class PackageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RECEIPTED = "receipted"
    ERASED = "erased"
    REFUSED = "refused"
    """AIMA, or the box itself, will not have it as it is: held for a person, never dropped."""


_NEXT: dict[PackageState, frozenset[PackageState]] = {
    PackageState.QUEUED: frozenset({PackageState.SENDING, PackageState.REFUSED}),
    PackageState.SENDING: frozenset({PackageState.SENDING, PackageState.SENT, PackageState.REFUSED}),
    # Back to sending when AIMA turns out not to have it; nothing was erased, so nothing is lost.
    PackageState.SENT: frozenset({PackageState.RECEIPTED, PackageState.SENDING, PackageState.REFUSED}),
    PackageState.RECEIPTED: frozenset({PackageState.ERASED}),
    PackageState.ERASED: frozenset(),
    # Not to queued: it may have been sent in part, so AIMA is asked before anything is sent again.
    PackageState.REFUSED: frozenset({PackageState.SENDING}),
}


NEEDS_FILE = frozenset({PackageState.QUEUED, PackageState.SENDING, PackageState.SENT})
"""AIMA's receipt is still to come, so the file must be whole."""


def require_transition(before: PackageState, after: PackageState) -> None:
    """Raises StateError `package-state` for a step that no package takes."""
    if after not in _NEXT[before]:
        raise StateError(f"A package cannot go from {before.value} to {after.value}.", code="package-state")
