"""The same counter as the page's own tests."""

from __future__ import annotations

from tests.unit.web.conftest import ana, counter

__all__ = ["ana", "counter"]
