"""Our client with an emulated scanner at its other end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.registry import build_driver
from drivers.sbi.emulator import Emulation, Kind, emulated
from tests.unit.drivers.sbi.makers import authority


@contextmanager
def opened(directory: Path, kind: Kind, options: dict[str, Any] | None = None, **emulation: Any) -> Iterator[Any]:
    """The driver, opened, with an emulated scanner of that kind at its other end."""
    with emulated(Emulation(kind=kind, authority=authority(), **emulation)) as service:
        driver: Any = build_driver(driver_id(kind), client_options(directory, service.port) | (options or {}))
        try:
            driver.open()
            yield driver
        finally:
            driver.close()


def driver_id(kind: Kind) -> str:
    return "sbi-camera" if kind is Kind.FACE else "sbi-fingerprint"


def client_options(directory: Path, port: int) -> dict[str, Any]:
    trust = directory / "trust.pem"
    trust.write_bytes(authority().root_pem)
    return {"port": port, "trust": str(trust), "env": "Developer", "answer_timeout_s": 2.0}
