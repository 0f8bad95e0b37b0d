"""Says everything in each language at once; the reader's choice, and the style sheet, show one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from appliance.web.catalogues import LANGUAGES
from appliance.web.wording import Wording

_ONE = Markup('<span lang="{}">{}</span>')


class Bilingual:
    """`say("report.title")` in a template; escapes what it fills in."""

    def __init__(self, wordings: Mapping[str, Wording]) -> None:
        self._wordings = wordings

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._wordings)

    @staticmethod
    def own_name(language: str) -> str:
        return LANGUAGES[language]

    def __call__(self, key: str, /, **values: object) -> Markup:
        return self._each(lambda wording: wording(key, **values))

    def plain(self, key: str, /, **values: object) -> str:
        """All languages in one line, for where there can be no markup: the text under the pointer."""
        said = dict.fromkeys(wording(key, **values) for wording in self._wordings.values())
        return " / ".join(said)

    def number(self, digits: str) -> Markup:
        """Portuguese has a comma where English has a point."""
        return self._each(lambda wording: digits.replace(".", ",") if wording.language == "pt" else digits)

    def reason(self, kind: str, code: str) -> Markup:
        """What a quality reason means, and what to do about it."""
        return self._each(lambda wording: wording.reason(kind, code))

    def _each(self, words: Callable[[Wording], str]) -> Markup:
        return Markup("").join(_ONE.format(language, words(wording)) for language, wording in self._wordings.items())
