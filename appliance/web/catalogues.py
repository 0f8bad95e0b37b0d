"""The page's words by language: gettext catalogues, read once at the start, no build step. Chooses no language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locales"

LANGUAGES: Mapping[str, str] = {"pt": "Português", "en": "English"}
"""The page's languages by their own names, the usual one first."""

USUAL = "pt"


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """One language's messages by key: `home.title`, `error.csrf`, `reason.too-dark`."""

    language: str
    messages: dict[str, str]

    def find(self, key: str) -> str | None:
        return self.messages.get(key)

    def text(self, key: str, /, **values: object) -> str:
        """The message with its `{places}` filled; the key itself where there is none, which a test forbids."""
        message = self.messages.get(key, key)
        return message.format_map(values) if values else message


def read_catalogue(language: str, folder: Path = FOLDER) -> Catalogue:
    """Blocking: every `.po` file of a language, merged. Raises ValueError when a key is there twice."""
    messages: dict[str, str] = {}
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if not message.id or not isinstance(message.id, str):
                    continue
                if message.id in messages:
                    raise ValueError(f"{path.name}: {message.id} is there twice")
                messages[message.id] = str(message.string)
    return Catalogue(language=language, messages=messages)


def read_catalogues() -> dict[str, Catalogue]:
    """Blocking: all languages."""
    return {language: read_catalogue(language) for language in LANGUAGES}
