"""A daemon that a sandbox started never outlives it; one that systemd started follows nobody."""

from __future__ import annotations

import os

from drivers.lifeline import die_with_parent

PARENT = "CLAIM_KIOSK_PARENT"
"""The environment variable in which a parent names its process id."""


def follow_parent() -> None:
    """Call it first: whoever named itself as our parent takes this process with it, however it ends."""
    if PARENT in os.environ:
        die_with_parent(int(os.environ[PARENT]))
