"""Where, in a box's state directory, the configuration and the memory of what was signed are kept."""

from __future__ import annotations

from pathlib import Path


def memory_file(state: Path) -> Path:
    """TUF's memory: pinned root, newest verified metadata, time floor."""
    return state / "configuration" / "trusted.json"


def active_file(state: Path) -> Path:
    """The last good configuration."""
    return state / "configuration" / "active.json"
