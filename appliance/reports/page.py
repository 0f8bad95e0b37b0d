"""One page that stands by itself: it asks nothing of any network, runs nothing, and forbids both to itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from appliance.reports.sources import ReportSources

BEGINS: Final = "<!doctype html>\n<!-- claim-kiosk report -->"
"""By which a report is told from every other file."""


@dataclass(frozen=True)
class Section:
    """What was found out about one file. `name`: as `shown_name` gives it; `mark`: its score, for the list of files.
    `html`: as a template of ours gives it."""

    name: str
    mark: str
    html: str


def report_page(sections: Sequence[Section], sources: ReportSources, kind: str) -> str:
    """`kind`: of the images, as `CaptureKind` has it."""
    digest = base64.b64encode(hashlib.sha256(sources.style.encode()).digest()).decode()
    return sources.templates["page.html"].render(
        begins=BEGINS,
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=sources.style,
        sections=sections,
        kind=kind,
    )


def shown_name(name: str) -> str:
    """A file's name as one line of text: nothing in it that is not seen or that turns the line around."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
