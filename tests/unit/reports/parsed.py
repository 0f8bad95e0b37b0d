"""Reads a page back as a browser would: which elements it has, and which languages every text is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = {"meta", "input", "br", "img", "link"}
_REFERENCES: Final = ("href", "src", "xlink:href", "action", "poster", "srcset", "data", "formaction")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all_of(self, tag: str, name: str | None = None) -> list[Element]:
        """Those below with a tag, and a class if one is named."""
        found = [one for one in self.everything() if one.tag == tag]
        return found if name is None else [one for one in found if name in one.attribute("class").split()]

    def everything(self) -> list[Element]:
        return [each for one in self.inside for each in (one, *one.everything())]

    def attribute(self, name: str) -> str:
        return self.attributes.get(name, "")

    def said(self, language: str) -> str:
        """All text but that of another language."""
        if self.tag in ("span", "label") and self.attribute("lang") not in ("", language):
            return ""
        return self.text + " ".join(one.said(language) for one in self.inside)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute of {tag} is there twice"
        self.open[-1].inside.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> where {self.open[-1].tag} is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def parsed(html: str) -> Element:
    """Raises AssertionError where elements are not closed in the order in which they were opened."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], "an element is left open"
    return reader.root


def references(page: Element) -> list[str]:
    """Everything that a browser would fetch or go to."""
    return [one.attributes[name] for one in page.everything() for name in _REFERENCES if name in one.attributes]
