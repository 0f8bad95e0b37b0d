"""Every log call in the code, read from its source: fixed events and names from the list, before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from appliance.runtime.log_fields import ALLOWED_FIELDS

_ROOT = Path(__file__).parents[3]
_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}


def _log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted([*_ROOT.glob("appliance/**/*.py"), *_ROOT.glob("drivers/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
                target = node.func.value
                name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
                if name in {"log", "_log", "logger", "_logger"}:
                    yield f"{path.relative_to(_ROOT)}:{node.lineno}", node


def test_no_log_call_names_a_field_outside_the_list() -> None:
    calls = list(_log_calls())
    assert calls
    wrong = [
        f"{where} {keyword.arg}"
        for where, call in calls
        for keyword in call.keywords
        if keyword.arg not in ALLOWED_FIELDS | {"exc_info"}
    ]
    assert wrong == []


def test_every_event_is_a_constant() -> None:
    wrong = [where for where, call in _log_calls() if call.args and not isinstance(call.args[0], ast.Constant)]
    assert wrong == []
