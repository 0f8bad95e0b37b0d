"""Whose turn it is: each acquisition presents the next entry, and a used-up list repeats its last."""

from __future__ import annotations

from collections import Counter


class Turns:
    """Counts acquisitions, separately for each thing that can be presented."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def next(self, what: str) -> int:
        """0 for the first acquisition of `what`, then 1, and so on."""
        turn = self._taken[what]
        self._taken[what] += 1
        return turn


def entry_for(entries: int, turn: int) -> int | None:
    """Which of a list's entries is presented at a turn; None for an empty list."""
    return min(turn, entries - 1) if entries else None
