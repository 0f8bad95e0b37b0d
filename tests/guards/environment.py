"""What a test changes of its process (environment, folder, umask) is put back, so that no test depends on another.

A driver may set variables for the libraries that it loads: it has a process to itself, but not where a test runs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    variables, folder = dict(os.environ), os.getcwd()  # noqa: PTH109 (what chdir takes back)
    umask = os.umask(0o022)
    os.umask(umask)
    yield
    os.umask(umask)
    if os.getcwd() != folder:  # noqa: PTH109
        os.chdir(folder)
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    for name, value in variables.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
