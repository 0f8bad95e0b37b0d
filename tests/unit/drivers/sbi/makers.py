"""Authorities and pixels made for a test."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np

from drivers.contracts import Pixels
from drivers.sbi.authority import MadeUpAuthority

NOW = datetime.now(UTC).replace(microsecond=0)


@cache
def authority() -> MadeUpAuthority:
    """One for all tests: an RSA key is costly to make."""
    return MadeUpAuthority(NOW)


@cache
def stranger() -> MadeUpAuthority:
    return MadeUpAuthority(NOW, "Somebody else")


def noise(height: int, width: int, channels: int = 1, seed: int = 0) -> Pixels:
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
