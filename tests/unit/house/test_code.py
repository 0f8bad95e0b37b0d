"""House rules that import contracts cannot say: which calls belong to which room, and what codes look like."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from appliance import errors
from appliance.errors import KioskError
from drivers.errors import DriverError
from tests.unit.house.tree import calls, imports, modules

_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_SIGNS_FOR_SBI = "drivers/sbi/authority.py"
_OPENS_AS_AIMA = "appliance/commands/package.py"
"""`package verify --key` opens a package with the key of AIMA's that it is given; it never sees the box's own."""

# What is called or imported, and the only places that may.
CALLS = [
    ("cv2.VideoCapture", r"(\w+\.)*VideoCapture", ("drivers/",)),
    (
        "TLS contexts",
        r"(\w+\.)*(SSLContext|create_default_context)",
        ("appliance/aima/tls.py", "appliance/sandbox/aima/tls.py"),
    ),
    (
        "private keys",
        r"(\w+\.)*load_(pem|der)_private_key",
        ("appliance/identity/", "appliance/sandbox/", _OPENS_AS_AIMA, _SIGNS_FOR_SBI),
    ),
    ("os.abort and _exit", r"os\.(abort|_exit)", ("drivers/",)),
    ("shell", r"os\.(system|popen)|(\w+\.)*create_subprocess_shell", ()),
    ("eval", r"eval|exec", ()),
]
IMPORTS = [
    ("pyserial, pyusb, PC/SC", r"(serial|usb|smartcard|sane)(\..*)?", ("drivers/",)),
    ("pickle and its kin", r"(pickle|marshal|shelve|dill)(\..*)?", ()),
    ("named shared memory", r"multiprocessing\.shared_memory(\..*)?", ()),
    ("the sandbox", r"appliance\.sandbox(\..*)?", ("appliance/sandbox/", "appliance/commands/")),
    ("the composition root", r"appliance\.app(\..*)?", ("appliance/__main__.py", "appliance/commands/")),
    ("the standard library's logging", r"logging(\..*)?", ("appliance/runtime/", "drivers/")),
    ("clear-text SQLite", r"sqlite3(\..*)?", ()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "pattern", "rooms"), CALLS, ids=[what for what, *_ in CALLS])
def test_a_call_is_made_only_in_its_room(what: str, pattern: str, rooms: tuple[str, ...]) -> None:
    outside = [
        f"{name}: {call}"
        for name, tree in modules("appliance", "drivers")
        for call in calls(tree)
        if re.fullmatch(pattern, call) and not name.startswith(rooms)
    ]
    assert outside == [], what


@pytest.mark.parametrize(("what", "pattern", "rooms"), IMPORTS, ids=[what for what, *_ in IMPORTS])
def test_a_module_is_imported_only_in_its_room(what: str, pattern: str, rooms: tuple[str, ...]) -> None:
    outside = [
        f"{name}: {imported}"
        for name, tree in modules("appliance", "drivers")
        for imported in imports(tree)
        if re.fullmatch(pattern, imported) and not name.startswith(rooms)
    ]
    assert outside == [], what


def _kinds(root: type[Exception]) -> Iterator[type[Exception]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in _kinds(KioskError) if kind.__module__ == errors.__name__]
    codes = [KioskError.default_code, *(vars(kind)["default_code"] for kind in kinds)]
    assert len(set(codes)) == len(codes)
    drivers = [
        DriverError.code,
        *(vars(kind)["code"] for kind in _kinds(DriverError) if kind.__module__ == "drivers.errors"),
    ]
    assert len(set(drivers)) == len(drivers)
    assert [code for code in [*codes, *drivers] if not _KEBAB.fullmatch(code)] == []


def test_every_narrower_code_is_kebab_case() -> None:
    wrong = [
        f"{name}: {keyword.value.value}"
        for name, tree in modules("appliance")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "code"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
        and not _KEBAB.fullmatch(keyword.value.value)
    ]
    assert wrong == []


def test_every_kind_of_error_has_an_exit_status_that_scripts_can_tell_from_success() -> None:
    statuses = {vars(kind).get("exit_status") for kind in KioskError.__subclasses__()}
    assert None not in statuses
    assert len(statuses) == len(KioskError.__subclasses__())
    assert all(isinstance(status, int) and 1 < status < 64 for status in statuses)
