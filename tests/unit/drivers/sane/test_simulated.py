"""A scanner that draws what it gives is marked, wherever it stands."""

from __future__ import annotations

import pytest

from drivers.sane.driver import Options, SaneScanner


@pytest.mark.parametrize(
    ("device", "simulated"),
    [
        ("test:0", True),
        ("test", True),
        ("net:localhost:test:0", True),
        ("net:[::1]:test:0", True),
        ("net:a.example:net:b.example:test:1", True),
        ("fujitsu:fi-7030:1", False),
        ("tester:0", False),
        ("net:test:fujitsu:0", False),
        ("escl:http://test:0", False),
    ],
)
def test_the_test_backend_is_recognised(device: str, simulated: bool) -> None:
    assert SaneScanner(Options(device=device))._simulated is simulated


def test_a_setting_can_mark_a_scanner_but_never_unmark_one() -> None:
    assert SaneScanner(Options(device="fujitsu:0", simulated=True))._simulated
    assert SaneScanner(Options(device="net:host:test:0", simulated=False))._simulated
