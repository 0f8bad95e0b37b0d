"""How things are said in one language: codes, names from the configuration, moments. Templates know it as `t`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from appliance.web.catalogues import USUAL, Catalogue


class Wording:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.language = catalogue.language

    def __call__(self, key: str, /, **values: object) -> str:
        return self._catalogue.text(key, **values)

    def error(self, code: str, sentence: str = "") -> str:
        """An error's sentence in this language; its own English one where the catalogue has none."""
        return self._catalogue.find(f"error.{code}") or sentence or self("error.internal")

    def reason(self, kind: str, code: str) -> str:
        """What to do about a quality reason; a face that is too dark needs another hint than a finger."""
        find = self._catalogue.find
        return find(f"reason.{kind}.{code}") or find(f"reason.{code}") or code

    def instruction(self, kind: str, code: str) -> str:
        """What to do now, while the picture is being taken."""
        return self._catalogue.find(f"instruction.{code}") or self.reason(kind, code)

    def what_and_what_to_do(self, kind: str, code: str) -> tuple[str, str]:
        """A quality reason in two: what was seen, as words within a sentence, and what to do, which may be nothing."""
        what, _, to_do = self.reason(kind, code).partition(": ")
        what = what.rstrip(".")
        return what[:1].lower() + what[1:], to_do[:1].upper() + to_do[1:]

    def finding(self, code: str, sentence: str) -> str:
        """A health finding's sentence; several are errors by name."""
        return self._catalogue.find(f"finding.{code}") or self._catalogue.find(f"error.{code}") or sentence

    def area(self, area: str) -> str:
        """One of the network's twelve areas; one that a configuration adds is shown by its own name."""
        return self._catalogue.find(f"area.{area}") or area.replace("-", " ").capitalize()

    def label(self, labels: Mapping[str, str], otherwise: str) -> str:
        """A label that the signed configuration gives in several languages."""
        return labels.get(self.language) or labels.get(USUAL) or next(iter(labels.values()), otherwise)

    def moment(self, timestamp: str) -> str:
        """An RFC 3339 moment as the clock on the wall shows it."""
        try:
            return datetime.fromisoformat(timestamp).astimezone().strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return timestamp

    def day(self, timestamp: str) -> str:
        """The day of an RFC 3339 moment, as a calendar on the wall shows it."""
        return self.moment(timestamp)[:10]

    def size(self, size_bytes: int) -> str:
        """Kilobytes or megabytes (powers of ten), as people say them."""
        if size_bytes < 1_000_000:
            return f"{max(1, round(size_bytes / 1000))} kB"
        decimal = f"{size_bytes / 1_000_000:.1f} MB"
        return decimal.replace(".", ",") if self.language == "pt" else decimal
