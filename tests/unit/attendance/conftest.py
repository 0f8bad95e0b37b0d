"""Boxes for a test, closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from appliance.errors import DeviceError
from tests.unit.attendance.box import Box


@pytest.fixture
async def boxes() -> AsyncIterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(script: Sequence[int | DeviceError] = (80,), **options: Any) -> Box:
        made.append(Box(list(script), **options))
        return made[-1]

    yield make
    for box in made:
        await box.judge.close()
