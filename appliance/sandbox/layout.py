"""Where a sandbox keeps what: one folder for the stand-in AIMA, one for the box, and a marker that says *sandbox*."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from appliance.durable.private_file import named, write_private
from appliance.errors import StateError
from appliance.sandbox.leftovers import LOCK, PREFIX
from appliance.sandbox.presence import announce

MARKER = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Layout:
    root: Path

    @property
    def marker(self) -> Path:
        """Says that this is a sandbox, and how `sandbox publish` reaches its stand-in AIMA. 0600."""
        return self.root / MARKER

    @property
    def aima(self) -> Path:
        return self.root / "aima"

    @property
    def kiosk(self) -> Path:
        return self.root / "kiosk"

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def trust(self) -> Path:
        return self.root / "trust.json"

    @property
    def lock(self) -> Path:
        """Held by whoever runs this sandbox."""
        return self.root / LOCK

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @classmethod
    def claim(cls, state: Path | None) -> Layout:
        """Makes or reopens a sandbox's folder; a temporary one for None.

        Raises StateError `state-foreign` for a folder that holds anything else: a real box's state is never touched;
        `state-unusable` for what cannot be a folder.
        """
        if state is None:
            return cls(Path(tempfile.mkdtemp(prefix=PREFIX)))
        root = state.resolve()
        layout = cls(root)
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            foreign = any(root.iterdir()) and not layout.marker.exists()
        except OSError as error:
            raise named(error, root) from error
        if foreign:
            raise StateError(
                "That folder holds something that no sandbox made: choose an empty one.", code="state-foreign"
            )
        if not layout.marker.exists():
            layout.mark(control_url="", token="", page_url="")
        return layout

    def mark(self, *, control_url: str, token: str, page_url: str) -> None:
        content = {"control_url": control_url, "token": token, "page_url": page_url}
        write_private(self.marker, json.dumps(content).encode())
        if control_url:
            announce(self.root)
