"""Boxes for a test, closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from appliance.errors import DeviceError
from tests.unit.attendance.box import Box
from tests.unit.attendance.slap_post import Post


@pytest.fixture
async def boxes() -> AsyncIterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(script: Sequence[int | DeviceError] = (80,), **options: Any) -> Box:
        made.append(Box(list(script), **options))
        return made[-1]

    yield make
    for box in made:
        await box.judge.close()


@pytest.fixture
async def posts() -> AsyncIterator[Callable[..., Post]]:
    made: list[Post] = []

    def make(*args: Any, **changes: Any) -> Post:
        made.append(Post(*args, **changes))
        return made[-1]

    yield make
    for post in made:
        await post.judge.close()
