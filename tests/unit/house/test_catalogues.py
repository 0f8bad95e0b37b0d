"""House rules about the page's words: every language says everything, and every error has its sentence in each."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest

from appliance.web.catalogues import LANGUAGES, Catalogue, read_catalogue
from drivers.errors import DriverError
from tests.unit.house.tree import modules

_ELSEWHERE = ("appliance/commands/", "appliance/sandbox/")
"""What only the command line or the stand-in AIMA says never reaches the page."""


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return read_catalogue(request.param)


def test_every_language_says_the_same_things(catalogue: Catalogue) -> None:
    assert catalogue.messages.keys() == read_catalogue("en").messages.keys()


def test_no_message_is_empty(catalogue: Catalogue) -> None:
    assert [key for key, message in catalogue.messages.items() if not message.strip()] == []


def test_every_language_fills_in_the_same_places(catalogue: Catalogue) -> None:
    english = read_catalogue("en").messages
    assert {key: _places(text) for key, text in catalogue.messages.items()} == {
        key: _places(text) for key, text in english.items()
    }


def test_every_error_that_reaches_the_page_has_a_sentence(catalogue: Catalogue) -> None:
    codes = set(_codes()) | {kind.code for kind in DriverError.__subclasses__()}
    assert sorted(code for code in codes if catalogue.find(f"error.{code}") is None) == []


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _codes() -> Iterator[str]:
    """Every code that is given to an error by name in our own code: `code="…"`."""
    for name, tree in modules("appliance"):
        if name.startswith(_ELSEWHERE):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1][:1].isupper():
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                        yield str(keyword.value.value)
