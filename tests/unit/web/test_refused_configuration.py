"""A configuration that was refused: the page says which field and why, in its own language, and counts it once."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from appliance.errors import ConfigurationError
from appliance.health.finding import warning
from appliance.remote_config.activation import decode_configuration
from appliance.web.catalogues import LANGUAGES, read_catalogue
from appliance.web.configuration_reasons import KINDS, explained
from tests.unit.remote_config.test_activation import FLAWS, Change, good
from tests.unit.web.counter import Counter, Person

__all__ = ["good"]

REFUSED = ConfigurationError(
    "In English.",
    code="configuration-invalid",
    reasons=("`capture_plans.permit` asks for nothing", "Expected `int` >= 1 - at `$.lock_after_minutes`"),
)


def _reasons(data: bytes) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        decode_configuration(data, now=datetime.now(UTC))
    return refused.value.reasons


@pytest.mark.parametrize(("change", "named"), FLAWS, ids=[named for _, named in FLAWS])
def test_every_flaw_is_explained_with_its_field(good: dict[str, Any], change: Change, named: str) -> None:
    configuration = copy.deepcopy(good)
    change(configuration)
    for reason in map(explained, _reasons(msgspec.json.encode(configuration))):
        assert reason.kind in KINDS
        assert re.fullmatch(r"[a-z0-9_.\[\]-]+", reason.field), reason


@pytest.mark.parametrize("data", [b"{", b"not json", b"\xff\xfe"])
def test_what_is_no_json_is_called_so(data: bytes) -> None:
    assert [explained(reason).kind for reason in _reasons(data)] == ["not-json"]


def test_a_list_in_place_of_an_object_is_a_wrong_value() -> None:
    assert [explained(reason).kind for reason in _reasons(b"[]")] == ["wrong-value"]


def test_what_is_not_known_is_shown_as_it_came() -> None:
    told = explained("`centre` is painted green")
    assert (told.field, told.kind, told.detail) == ("centre", "", "is painted green")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    catalogue = read_catalogue(language)
    assert [kind for kind in KINDS if not catalogue.find(f"configuration-reason.{kind}")] == []


async def test_the_post_shows_fields_and_reasons(counter: Counter, ana: Person) -> None:
    counter.refusals.append(REFUSED)
    _, page = await ana.see("/post")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))
    assert "capture_plans.permit não pede nada." in text
    assert "lock_after_minutes tem um valor que não é aceite. (Expected `int` &gt;= 1)" in text
    assert "Código: configuration-invalid" in text
    _, answer = await ana.ask("/post")
    assert list(REFUSED.reasons) == msgspec.json.decode(answer)["refused_configuration"]["reasons"]


async def test_one_refusal_is_one_alarm(counter: Counter, ana: Person) -> None:
    counter.refusals.append(REFUSED)
    for finding in (None, warning("configuration", REFUSED.code, "refused")):
        counter.findings += [finding] if finding else []
        _, page = await ana.see("/")
        assert re.findall(r'class="count" title="([^"]*)"', page) == ["1 a precisar de atenção"]
