"""The sandbox's desk of devices: which profiles stand on it and what they show, as boot settings for the daemon."""

from __future__ import annotations

import json
from pathlib import Path

from appliance.durable.private_file import write_private
from appliance.settings import DemonstrationLogIn

FINGERPRINT_READER = "fingerprint-reader"
ARRIVES_S = 3.0

DEVICES = {
    FINGERPRINT_READER: "simulated-fingerprint",
    "camera": "simulated-camera",
    "document-scanner": "simulated-scanner",
}
"""Device ids and profiles; each says in the signed package that it is simulated."""


def write_settings(
    path: Path,
    *,
    state: Path,
    aima_url: str,
    port: int,
    scenes: Path | None,
    applicant: str,
    demonstration: DemonstrationLogIn,
    watched: bool,
) -> None:
    """The daemon's settings file (TOML). JSON strings are TOML basic strings.

    `watched`: somebody looks at the page, and sees how a finger comes to lie on the glass.
    """
    lines = [
        "# Written by the sandbox at each start.",
        "[kiosk]",
        f"state = {json.dumps(str(state))}",
        'mode = "sandbox"',
        "[web]",
        f"port = {port}",
        "[aima]",
        f"url = {json.dumps(aima_url)}",
    ]
    lines += [
        "[demonstration]",
        f"technician_id = {json.dumps(demonstration.technician_id)}",
        f"password = {json.dumps(demonstration.password)}",
    ]
    for device_id, profile in DEVICES.items():
        lines += ["[[devices]]", f"device_id = {json.dumps(device_id)}", f"profile = {json.dumps(profile)}"]
        shown: dict[str, str | float] = (
            {} if scenes is None else {"scenes": str(scenes.resolve()), "applicant": applicant}
        )
        if watched and device_id == FINGERPRINT_READER:
            shown["arrives_s"] = ARRIVES_S
        options = ", ".join(f"{name} = {json.dumps(value)}" for name, value in shown.items() if value)
        if options:
            lines.append(f"options = {{ {options} }}")
    write_private(path, ("\n".join(lines) + "\n").encode())
