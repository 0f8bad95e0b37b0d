"""What is tried of replayed rigs: nothing that a recording cannot bear, by name; the rest where umockdev is loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.preloaded import PreloadedProcess
from tests.conformance.rig import FaultCase, Rig


def _rig_of(item: pytest.Item) -> Rig | None:
    """The one that a test is about, alone (`rig`) or with a fault (`post`)."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    post = parameters.get("post")
    rig = post[0] if isinstance(post, tuple) else parameters.get("rig")
    return rig if isinstance(rig, Rig) else None


@pytest.fixture(scope="module")
def preloaded() -> Iterator[PreloadedProcess]:
    with PreloadedProcess() as process:
        yield process


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        rig = _rig_of(item)
        if rig is None or not isinstance(item, pytest.Function):
            continue
        if reason := rig.cannot.get(item.originalname):
            item.add_marker(pytest.mark.skip(reason=f"{rig.name}: {reason}"))
        if _runs_preloaded(item, rig):
            # First, so that it is there before the guard that looks for processes which a test leaves.
            item.fixturenames.insert(0, "preloaded")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    rig = _rig_of(pyfuncitem)
    if rig is None or not _runs_preloaded(pyfuncitem, rig):
        return None
    process = pyfuncitem.funcargs["preloaded"]
    assert isinstance(process, PreloadedProcess)
    names = {what: one.name for what, one in pyfuncitem.callspec.params.items() if isinstance(one, Rig | FaultCase)}
    process.attempt(pyfuncitem.function, directory=str(pyfuncitem.funcargs["tmp_path"]), **names)
    return True


def _runs_preloaded(item: pytest.Function, rig: Rig) -> bool:
    """Not where the driver has a host: that is a process of its own, and finds the recording by its environment."""
    return rig.replayed and "rig" in item.callspec.params
