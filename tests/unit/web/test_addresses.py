"""Wherever a refusal leaves a person, the address in their browser can be loaded again."""

from __future__ import annotations

import re

import pytest

from appliance.web.server import ROUTES
from tests.unit.web.counter import Counter, Person

COMMANDS = sorted({route.path for route in ROUTES if getattr(route, "method", "") == "POST"})


def _address(route: str, attendance: str) -> str:
    """An address of `route`: of an attendance that is there, or of any package."""
    filled = route.replace("/attendances/{attendance_id:[0-9a-f]{32}}", attendance)
    return re.sub(r"\{(?:package|device)_id:.*\}/", "0/", filled)


@pytest.mark.parametrize("route", COMMANDS)
async def test_every_commands_own_address_leads_to_a_page(ana: Person, route: str) -> None:
    path = _address(route, await ana.open())
    async with ana.session.get(ana.counter.url_of(path), headers={"Accept": "text/html"}) as response:
        assert (response.status, response.url.path != path or path == "/login") == (200, True)


async def test_an_opening_that_is_refused_can_be_loaded_again(counter: Counter, ana: Person) -> None:
    status, page = await ana.submit("/attendances", plan_id="one")
    assert (status, "Novo atendimento" in page) == (409, True)
    assert 'value="one" required checked' in page
    status, _ = await ana.see("/attendances")
    assert status == 303
    counter.clock.seconds += 601
    async with ana.session.get(counter.url_of("/attendances"), headers={"Accept": "text/html"}) as response:
        assert response.url.path_qs == "/login?next=/attendances"
