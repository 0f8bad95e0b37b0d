"""Files of tests that start whole processes come first, so that two workers end at about the same time."""

from __future__ import annotations

import pytest

_LONG = ("tests/machine/", "tests/workflow/", "tests/browser/", "tests/conformance/", "tests/replay/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
