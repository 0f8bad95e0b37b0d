"""What a report's pages are made of, read once: templates, style and the words of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2

from appliance.reports.bilingual import Bilingual
from appliance.web.catalogues import LANGUAGES, Catalogue, read_catalogue
from appliance.web.wording import Wording

_FOLDER: Final = Path(__file__).parent
LOCALES: Final = _FOLDER / "locales"
TEMPLATES: Final = _FOLDER / "templates"


@dataclass(frozen=True)
class ReportSources:
    templates: Mapping[str, jinja2.Template]
    style: str
    say: Bilingual


def read_sources() -> ReportSources:
    """Blocking. Raises jinja2.TemplateError for a template that is wrong."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(texts),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = Bilingual({language: Wording(_words(language)) for language in LANGUAGES})
    environment.globals["say"] = say
    return ReportSources(
        {name: environment.get_template(name) for name in texts},
        (TEMPLATES / "report.css").read_text(encoding="utf-8"),
        say,
    )


def _words(language: str) -> Catalogue:
    """The report's own, and the page's: what it says about a reason is said here in the same words."""
    page, own = read_catalogue(language), read_catalogue(language, LOCALES)
    return Catalogue(language=language, messages=page.messages | own.messages)
