"""Every code of the tree, every value shown and every key of the templates has its words; no template says any itself.

That the languages agree with one another is a house rule (tests/unit/house/test_catalogues.py).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from appliance.attendance.capturing import NOTHING_PRESENTED
from appliance.model.applicant import Origin, Standing
from appliance.model.attendance import Decision, ExemptionReason, Step
from appliance.model.configuration import CentreModel
from appliance.model.device import Care, DeviceState, UnusedReason
from appliance.model.position import Position
from appliance.web.catalogues import LANGUAGES, read_catalogue
from appliance.web.rendering import TEMPLATES
from appliance.web.wording import Wording
from drivers.contracts import Contract
from drivers.discovery import FoundKind
from tests.unit.house.tree import modules

_NEVER_SEEN = ("appliance/sandbox/", "appliance/commands/", "appliance/__main__.py")
"""What only the command line says; it speaks to engineers, in English."""

CATALOGUES = {language: read_catalogue(language) for language in LANGUAGES}


def _error_codes() -> set[str]:
    """Every literal code: `code="…"`, `default_code = "…"`, and the drivers' `code: ClassVar[str] = "…"`."""
    found = set()
    for name, tree in modules("appliance", "drivers"):
        if name.startswith(_NEVER_SEEN) or name.startswith("appliance/health/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "code":
                found |= _text(node.value)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(t, ast.Name) and t.id in ("code", "default_code") for t in targets):
                    found |= _text(node.value)
    return found


def _text(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _text(node.body) | _text(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else set()


def _quality_codes(stage: str) -> set[str]:
    """The reasons and the advice of one stage: kebab-case text in tuples and returns of its files."""
    files = {f"appliance/quality/{stage}{part}.py" for part in ("", "_guidance")}
    trees = [tree for name, tree in modules("appliance") if name in files]
    literals = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    named = {
        v
        for v in literals
        if isinstance(v, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+|blurred|closer|further|saturated|grainy", v)
    }
    return named - {"claim-kiosk"}


def _template_text() -> dict[str, str]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_of_the_tree_has_a_sentence(language: str) -> None:
    codes = _error_codes()
    assert len(codes) > 120
    assert {code for code in codes if not CATALOGUES[language].find(f"error.{code}")} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", ["fingerprint", "face", "document"])
def test_every_quality_reason_says_what_to_do(language: str, stage: str) -> None:
    t, codes = Wording(CATALOGUES[language]), _quality_codes(stage) | {NOTHING_PRESENTED}
    assert len(codes) > 5
    assert {code for code in codes if t.reason(stage, code) == code} == set()


NAMED = {
    "step": Step, "decision": Decision, "exemption": ExemptionReason, "position": Position, "origin": Origin,
    "standing": Standing, "device": DeviceState, "contract": Contract, "model": CentreModel,
    "found": FoundKind, "unused": UnusedReason, "care": Care,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", NAMED)
def test_every_value_that_pages_show_has_a_name(language: str, family: str) -> None:
    missing = [f"{family}.{v.value}" for v in NAMED[family] if not CATALOGUES[language].find(f"{family}.{v.value}")]
    assert missing == []


def test_every_key_that_a_template_asks_for_is_there() -> None:
    keys = {key for text in _template_text().values() for key in re.findall(r"\bt\(\"([a-z0-9.-]+[a-z0-9])\"", text)}
    assert len(keys) > 100
    assert {key for key in keys if not CATALOGUES["pt"].find(key)} == set()


def test_no_template_says_anything_itself() -> None:
    """What stands between tags is a key's business: letters outside of Jinja, tags and class names are bare text."""
    bare = {
        name: words
        for name, text in _template_text().items()
        if (words := re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", _without_jinja(text))))
    }
    assert bare == {}


def test_no_template_holds_style_or_script_of_its_own() -> None:
    inline = {
        name
        for name, text in _template_text().items()
        if re.search(r"\sstyle=|\son[a-z]+=|<style|<script>", _without_jinja(text))
    }
    assert inline == set()


def _without_jinja(text: str) -> str:
    text = re.sub(r"\{% block (?:body_class|view) %\}.*?\{% endblock %\}", " ", text)
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)


def test_what_a_catalogue_holds_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for name in ("one.po", "two.po"):
        (folder / name).write_text('msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgstr "b"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        read_catalogue("pt", tmp_path)
