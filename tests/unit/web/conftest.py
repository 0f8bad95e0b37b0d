"""A counter, and somebody logged in at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.web.counter import Counter, Person, open_counter, person_at


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as counter:
        yield counter


@pytest.fixture
async def ana(counter: Counter) -> AsyncIterator[Person]:
    """Logged in, with the initial training."""
    async with person_at(counter) as person:
        await person.log_in()
        yield person
