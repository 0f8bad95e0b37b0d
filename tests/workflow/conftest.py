"""One stand-in AIMA and one provisioned box for a whole file; every test starts its daemon on a copy of that box."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.post import APPLICANT, Box, StandIn, standing_box


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("aima"))
    stand_in.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()


@pytest.fixture(scope="module")
def provisioned(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a box that was provisioned and never started."""
    state = tmp_path_factory.mktemp("provisioned") / "state"
    stand_in.provision(state)
    return state


@pytest.fixture
def box(tmp_path: Path, provisioned: Path, stand_in: StandIn) -> Iterator[Box]:
    """Not started yet. Whatever the test did with it, its log holds no word about the applicant."""
    stand_in.behave()
    with standing_box(tmp_path, provisioned, stand_in) as box:
        yield box
    assert_log_is_clean(box, stand_in)


def assert_log_is_clean(box: Box, stand_in: StandIn) -> None:
    """JSON, one object a line, and nothing that the technician typed."""
    if not box.log.exists():
        return
    text = box.log.read_text()
    for line in text.splitlines():
        assert isinstance(json.loads(line), dict)
    typed = [value for name, value in APPLICANT.items() if name not in ("sex", "nationality")]
    for secret in (*typed, stand_in.said["demonstration"]["password"]):
        assert secret not in text


@pytest.fixture
def own_stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """For a test that stops it and starts it again: the others' must stand."""
    stand_in = StandIn(tmp_path)
    stand_in.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()


@pytest.fixture
def own_box(tmp_path: Path, own_stand_in: StandIn) -> Iterator[Box]:
    own_stand_in.provision(tmp_path / "provisioned")
    (tmp_path / "box").mkdir()
    with standing_box(tmp_path / "box", tmp_path / "provisioned", own_stand_in) as box:
        yield box
    assert_log_is_clean(box, own_stand_in)
